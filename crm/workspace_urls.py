"""The pages of a workspace, under ``/<slug>/`` (crm/tenants/middleware.py)."""

from django.urls import URLPattern, URLResolver, include, path

from crm.pages.urls import type_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("crm.home.urls")),
    path("", include("crm.activities.urls")),
    path("search/", include("crm.search.urls")),
    *type_urls(),
    path("kept/", include("crm.pages.kept_urls")),
    path("lookup/", include("crm.search.lookup_urls")),
    path("bulk/", include("crm.bulk.urls")),
    path("views/", include("crm.saved_views.urls")),
    path("imports/", include("crm.imports.urls")),
    path("mailing-lists/", include("crm.mailing_lists.urls")),
    path("notifications/", include("crm.notices.urls")),
    path("reports/", include("reports.urls")),
    path("setup/", include("crm.setup.urls")),
    path("me/", include("crm.users.person_urls")),
]

handler404 = "crm.pages.kept_pages.not_found"
handler500 = "crm.ui.broken.server_error"
