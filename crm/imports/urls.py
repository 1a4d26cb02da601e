from django.urls import path

from crm.imports import columns, upload_views, views

app_name = "imports"

urlpatterns = [
    path("", views.index, name="index"),
    path("new/<slug:key>/", upload_views.new, name="new"),
    path("<uuid:job_id>/", views.job, name="job"),
    path("<uuid:job_id>/columns/", columns.columns, name="columns"),
    path("<uuid:job_id>/reading/", upload_views.reading, name="reading"),
    path("<uuid:job_id>/run/", views.run, name="run"),
    path("<uuid:job_id>/refused/", views.refused, name="refused"),
]
