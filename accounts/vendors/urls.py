from django.urls import URLPattern, URLResolver, path

from accounts.vendors import views
from accounts.vendors.record import VENDOR
from crm.pages.urls import record_urls

app_name = "vendors"

urlpatterns: list[URLPattern | URLResolver] = [
    *record_urls(VENDOR),
    path("moving/<uuid:record_id>/", views.moving, name="moving"),
    path("<uuid:record_id>/moving-back/", views.moving_back, name="moving_back"),
]
