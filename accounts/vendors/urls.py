from django.urls import URLPattern, URLResolver

from accounts.vendors.record import VENDOR
from crm.pages.urls import record_urls

app_name = "vendors"

urlpatterns: list[URLPattern | URLResolver] = [*record_urls(VENDOR)]
