"""Pages that belong to no workspace. Their first segments are ``tenants.tenant.RESERVED_SLUGS``."""

from django.urls import URLPattern, URLResolver, include, path

from crm import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("crm.users.urls")),
]

handler500 = "crm.ui.broken.server_error"
