from django.urls import URLPattern, URLResolver

from contacts.record import CONTACT
from crm.pages.urls import record_urls

app_name = "contacts"

urlpatterns: list[URLPattern | URLResolver] = [*record_urls(CONTACT)]
