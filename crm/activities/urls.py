from django.urls import path

from crm.activities import in_place, task_views, views
from crm.activities.files import views as file_views

app_name = "activities"

urlpatterns = [
    path("tasks/", task_views.tasks, name="tasks"),
    path("activities/new/", views.new, name="new"),
    path("activities/of/<slug:record_type>/<uuid:record_id>/", views.timeline, name="timeline"),
    path("activities/<uuid:activity_id>/completion/", in_place.completion, name="completion"),
    path("activities/<uuid:activity_id>/due/", in_place.due, name="due"),
    path("activities/<uuid:activity_id>/owner/", in_place.owner, name="owner"),
    path("activities/<uuid:activity_id>/edit/", views.edit, name="edit"),
    path("activities/<uuid:activity_id>/deletion/", views.deletion, name="deletion"),
    path("files/<uuid:file_id>/", file_views.download, name="file"),
    path("files/<uuid:file_id>/deletion/", file_views.deletion, name="file_deletion"),
]
