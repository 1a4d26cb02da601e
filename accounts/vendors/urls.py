from django.urls import URLPattern, URLResolver, path

from accounts.vendors import views
from accounts.vendors.record import VENDOR
from crm.pages.urls import page_of, record_urls

app_name = "vendors"

urlpatterns: list[URLPattern | URLResolver] = [
    *record_urls(VENDOR),
    path("moving/<uuid:record_id>/", page_of(VENDOR, views.moving), name="moving"),
    path("<uuid:record_id>/moving-back/", page_of(VENDOR, views.moving_back), name="moving_back"),
]
