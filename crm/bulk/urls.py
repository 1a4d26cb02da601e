from django.urls import path

from crm.bulk import views

app_name = "bulk"

urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:run_id>/", views.run, name="run"),
    path("<uuid:run_id>/refused/", views.refused, name="refused"),
    path("<slug:key>/new/", views.new, name="new"),
]
