"""Pages that belong to no workspace. Their first segments are ``tenants.tenant.RESERVED_SLUGS``."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("crm.users.urls")),
]

handler500 = "crm.ui.broken.server_error"
