"""Makes the demo workspaces in one transaction."""

from __future__ import annotations

import time_machine
from django.db import transaction
from django.utils import timezone

from crm.demo.funnel import RENEWALS, Funnel, make_vendors
from crm.demo.people import hire, sign_up
from crm.demo.story import Story, start_of
from crm.demo.today import leave_for_today
from crm.local.mailbox import DEMO_SLUG
from crm.local.run import DEMO_EMAIL
from crm.picklists.services import create_pipeline
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant

SLUG, OTHER_SLUG = DEMO_SLUG, "rival"


@transaction.atomic
def seed() -> None:
    """Make both workspaces in one transaction: stopped half-way, the next start finds nothing and begins again."""
    now = timezone.now()
    with time_machine.travel(start_of(now), tick=False):
        admin = sign_up(SLUG, "Harbor Telemetry", DEMO_EMAIL, "Nora Lindqvist", zone="America/New_York", currency="USD")
    tenant = Tenant.objects.get(pk=admin.tenant_id)
    with tenant_context(tenant):
        with time_machine.travel(start_of(now), tick=False):
            story = Story(hire(tenant), now)
        funnel = Funnel(story)
        story.at(story.start, lambda: make_vendors(story, funnel.taken))
        story.at(story.start, lambda: create_pipeline(actor=admin, name=RENEWALS))
        funnel.plan()
        leave_for_today(story, funnel)
        story.tell()
    sign_up(
        OTHER_SLUG, "Rival Devices", "admin@rival.angler.example", "Gus Rival", zone="Europe/Berlin", currency="EUR"
    )
