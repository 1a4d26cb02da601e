"""The workspaces to measure in."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist

from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership
from leads.models import Lead
from tests.bench.serving import sign_in

SLUGS = ("medium", "big")  # as `make demo-big` loads them; without them the demo workspace has to do


@dataclass(frozen=True)
class Place:
    """A workspace, its number of leads, and sessions of people in it."""

    tenant: Tenant
    leads: int
    admin: str
    rep: str
    admin_id: str

    @property
    def path(self) -> str:
        return f"/{self.tenant.slug}"


def find_places() -> list[Place]:
    """The workspaces that are loaded, the smallest first."""
    found = [place for slug in SLUGS if (place := _place(slug))]
    return sorted(found or [place for place in [_place("demo")] if place], key=lambda place: place.leads)


def _place(slug: str) -> Place | None:
    try:
        tenant = Tenant.objects.get(slug=slug)
    except ObjectDoesNotExist:
        return None
    with tenant_context(tenant):
        people = Membership.objects.filter(is_active=True).exclude(user=None).order_by("email")
        admin, rep = people.filter(role__key="admin").first(), people.filter(role__key="rep").first()
        leads = Lead.objects.count()
    if admin is None or rep is None or not leads:
        return None
    return Place(tenant, leads, sign_in(admin.email), sign_in(rep.email), str(admin.pk))
