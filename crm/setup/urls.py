from django.urls import URLPattern, URLResolver, path

from crm.setup.views import changes, index, lists, people, pipelines, roles, runs, teams, workspace

app_name = "setup"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", index.index, name="index"),
    path("workspace/", workspace.edit_workspace, name="workspace"),
    path("people/", people.list_people, name="people"),
    path("people/new/", people.invite, name="invite"),
    path("people/<uuid:id>/", people.edit_person, name="person"),
    path("people/<uuid:id>/deactivation/", people.deactivate_person, name="person_deactivation"),
    path("people/<uuid:id>/invitation/", people.resend_invitation, name="invitation"),
    path("teams/", teams.list_teams, name="teams"),
    path("teams/new/", teams.new_team, name="new_team"),
    path("teams/<uuid:id>/", teams.edit_team, name="team"),
    path("teams/<uuid:id>/deletion/", teams.delete_team, name="team_deletion"),
    path("roles/", roles.list_roles, name="roles"),
    path("roles/new/", roles.new_role, name="new_role"),
    path("roles/<uuid:id>/", roles.edit_role, name="role"),
    path("roles/<uuid:id>/deletion/", roles.delete_role, name="role_deletion"),
    path("pipelines/", pipelines.list_pipelines, name="pipelines"),
    path("pipelines/new/", pipelines.new_pipeline, name="new_pipeline"),
    path("pipelines/<uuid:id>/", pipelines.edit_pipeline, name="pipeline"),
    path("pipelines/<uuid:id>/position/", pipelines.move_pipeline, name="pipeline_position"),
    path("pipelines/<uuid:id>/deactivation/", pipelines.deactivate_pipeline, name="pipeline_deactivation"),
    path("pipelines/<uuid:id>/deletion/", pipelines.delete_pipeline, name="pipeline_deletion"),
    path("lists/<str:key>/", lists.list_entries, name="list"),
    path("lists/<str:key>/new/", lists.new_entry, name="new_entry"),
    path("lists/<str:key>/<uuid:id>/", lists.edit_entry, name="entry"),
    path("lists/<str:key>/<uuid:id>/position/", lists.move_entry, name="entry_position"),
    path("lists/<str:key>/<uuid:id>/deactivation/", lists.deactivate_entry, name="entry_deactivation"),
    path("lists/<str:key>/<uuid:id>/deletion/", lists.delete_entry, name="entry_deletion"),
    path("changes/", changes.list_changes, name="changes"),
    path("runs/", runs.list_runs, name="runs"),
    path("runs/<uuid:id>/retry/", runs.retry_message, name="retry"),
]
