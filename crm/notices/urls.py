from django.urls import path

from crm.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.index, name="index"),
    path("reading/", views.reading, name="reading"),
    path("<uuid:notice_id>/", views.notice, name="notice"),
]
