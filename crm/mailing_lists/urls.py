from django.urls import path

from crm.mailing_lists import views

app_name = "lists"

urlpatterns = [path("<slug:record_type>/<uuid:record_id>/", views.of_record, name="of_record")]
