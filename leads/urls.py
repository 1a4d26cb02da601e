from django.urls import URLPattern, URLResolver, path

from crm.pages.urls import record_urls
from leads import views
from leads.intake import views as intake
from leads.record import LEAD
from leads.vetting import views as vetting

app_name = "leads"

urlpatterns: list[URLPattern | URLResolver] = [
    *record_urls(LEAD),
    path("card/", intake.card, name="card"),
    path("<uuid:record_id>/taking/", intake.taking, name="taking"),
    path("<uuid:record_id>/bad/", intake.bad, name="bad"),
    path("<uuid:record_id>/status/", views.status, name="status"),
    path("<uuid:record_id>/closing/", views.closing, name="closing"),
    path("<uuid:record_id>/conversion/", views.conversion, name="conversion"),
    path("<uuid:record_id>/together/", views.together, name="together"),
    path("<uuid:record_id>/conversion/undo/", views.conversion_undo, name="conversion_undo"),
    path("<uuid:record_id>/vetting/", vetting.rounds, name="vetting"),
    path("<uuid:record_id>/vetting/<uuid:criterion_id>/", vetting.answer, name="vetting_answer"),
]
