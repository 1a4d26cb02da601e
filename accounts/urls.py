from django.urls import URLPattern, URLResolver, path

from accounts import views
from accounts.record import ACCOUNT
from crm.pages.urls import page_of, record_urls

app_name = "accounts"

urlpatterns: list[URLPattern | URLResolver] = [
    *record_urls(ACCOUNT),
    path("<uuid:record_id>/type/", page_of(ACCOUNT, views.account_type), name="type"),
]
