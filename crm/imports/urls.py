from django.urls import path

from crm.imports import columns, upload_views, views

app_name = "imports"

urlpatterns = [
    path("", views.index, name="index"),
    path("new/<slug:key>/", upload_views.new, name="new"),
    path("<uuid:run_id>/", views.page, name="page"),
    path("<uuid:run_id>/columns/", columns.columns, name="columns"),
    path("<uuid:run_id>/reading/", upload_views.reading, name="reading"),
    path("<uuid:run_id>/run/", views.run, name="run"),
    path("<uuid:run_id>/refused/", views.refused, name="refused"),
]
