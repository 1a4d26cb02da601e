from django.urls import URLPattern, URLResolver, path

from crm.pages.urls import record_urls
from opportunities import views
from opportunities.record import OPPORTUNITY

app_name = "opportunities"

urlpatterns: list[URLPattern | URLResolver] = [
    *record_urls(OPPORTUNITY),
    path("<uuid:record_id>/stage/", views.stage, name="stage"),
    path("<uuid:record_id>/stages/", views.stage_times, name="stage_times"),
    path("<uuid:record_id>/reopening/", views.reopening, name="reopening"),
    path("<uuid:record_id>/contacts/", views.contact_role_list, name="contact_roles"),
    path("<uuid:record_id>/contacts/<uuid:contact_id>/", views.contact_role, name="contact_role"),
]
