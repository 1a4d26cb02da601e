from django.urls import URLPattern, URLResolver, path

from crm.pages.urls import page_of, record_urls
from opportunities import views
from opportunities.record import OPPORTUNITY

app_name = "opportunities"

urlpatterns: list[URLPattern | URLResolver] = [
    *record_urls(OPPORTUNITY),
    path("<uuid:record_id>/stage/", page_of(OPPORTUNITY, views.stage), name="stage"),
    path("<uuid:record_id>/stages/", page_of(OPPORTUNITY, views.stage_times), name="stage_times"),
    path("<uuid:record_id>/reopening/", page_of(OPPORTUNITY, views.reopening), name="reopening"),
    path("<uuid:record_id>/contacts/", page_of(OPPORTUNITY, views.contact_role_list), name="contact_roles"),
    path("<uuid:record_id>/contacts/<uuid:contact_id>/", page_of(OPPORTUNITY, views.contact_role), name="contact_role"),
]
