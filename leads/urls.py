from django.urls import URLPattern, URLResolver, path

from crm.pages.urls import page_of, record_urls
from crm.ui.http import by_method
from leads import views
from leads.intake import views as intake
from leads.record import LEAD
from leads.vetting import views as vetting

app_name = "leads"

urlpatterns: list[URLPattern | URLResolver] = [
    *record_urls(LEAD),
    path("card/", page_of(LEAD, intake.card), name="card"),
    path("<uuid:record_id>/taking/", page_of(LEAD, intake.taking), name="taking"),
    path("<uuid:record_id>/bad/", page_of(LEAD, intake.bad), name="bad"),
    path("<uuid:record_id>/status/", page_of(LEAD, views.status), name="status"),
    path("<uuid:record_id>/closing/", page_of(LEAD, views.closing), name="closing"),
    path(
        "<uuid:record_id>/conversion/",
        page_of(LEAD, by_method(GET=views.conversion_page, POST=views.conversion, DELETE=views.conversion_undone)),
        name="conversion",
    ),
    path("<uuid:record_id>/together/", page_of(LEAD, views.together), name="together"),
    path("<uuid:record_id>/conversion/undo/", page_of(LEAD, views.conversion_undo), name="conversion_undo"),
    path("<uuid:record_id>/vetting/", page_of(LEAD, vetting.rounds), name="vetting"),
    path("<uuid:record_id>/vetting/<uuid:criterion_id>/", page_of(LEAD, vetting.answer), name="vetting_answer"),
]
