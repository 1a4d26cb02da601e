"""What the demo has none of, so that its pages and buttons are there to be pressed."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from crm.activities.services import create_activity
from crm.catalogue import record_type
from crm.events.delivery import deliver_due
from crm.queries.query import Query
from crm.saved_views.models import Audience
from crm.saved_views.services import save_view
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership
from tests import make
from tests.imports.steps import bring_in, upload
from tests.people import client_of

ROWS = "First name,Last name,Company,E-mail\nUma,Walker,Walker Ways,uma@walker.example\n,,Nobody Ltd,no address\n"


def add_what_the_demo_lacks(slug: str) -> None:
    """Tags, own fields, a view with one, a firm with two leads, a file, tasks, a failed reaction, runs, imports."""
    from crm.events.models import Event, OutboxMessage
    from crm.fields.custom.services import create_field
    from crm.fields.tags import ensure_tags
    from leads.services import update_lead

    tenant = Tenant.objects.get(slug=slug)
    with tenant_context(tenant):
        admin = Membership.objects.filter(is_active=True, role__key="admin").exclude(user=None).order_by("pk")[0]
        rep = Membership.objects.filter(is_active=True, role__key="rep").exclude(user=None).order_by("pk")[0]
        ensure_tags(("Trade fair", "Partner"))
        create_field(actor=admin, record_type="leads", kind="choice", label="Size", choices=("Small", "Large"))
        code = create_field(actor=admin, record_type="leads", kind="text", label="Budget code")
        with_code = Query(record_type("leads"), columns=("name", code.name))
        save_view(actor=admin, query=with_code, name="By budget code", audience=Audience.ALL)
        for name in ("One", "Two"):
            made = make.lead(
                rep, first_name=name, last_name="Of Us", company="Walk Brothers", email=f"{name}@walk.test"
            )
        file = ContentFile(b"Walked by", name="walk.txt")
        create_activity(kind="file", records=[made], actor=admin, body="What they sent", files=[file])
        update_lead(actor=rep, lead=made, values={"owner": admin})  # which the admin is told
        failed = timezone.now() - timedelta(minutes=1)
        OutboxMessage.objects.create(
            event=Event.objects.filter(name="opportunity.won").order_by("pk")[0],
            handler="account-life",
            attempts=8,
            due_at=failed,
            failed_at=failed,
            last_error="The worker was away",
        )
        _many_at_once(admin)
        _tasks()
        people = Membership.objects.filter(is_active=True, role__can_import=True).exclude(user=None)
        importers = list(people.order_by("role__key", "pk").distinct("role__key"))
    deliver_due(tenant=tenant)
    for one in importers:
        _imports(tenant, one)


def _tasks() -> None:
    """Two for one person of each role: those who only look have none in the demo, and give away what they make."""
    people = Membership.objects.filter(is_active=True).exclude(user=None).order_by("role__key", "pk")
    for one in people.distinct("role__key"):
        for subject in ("Ring the walkers", "Write to the walkers"):
            create_activity(kind="task", records=[], actor=one, owner=one, subject=subject, due_on=today())


def _imports(tenant: Tenant, member: Membership) -> None:
    """One that was only tried, with a row that is refused, one that waits for the worker, two before their columns."""
    firm: Any = SimpleNamespace(tenant=tenant, ada=member)
    bring_in(firm, "leads", ROWS, dry_run="1")
    upload(firm, "leads", ROWS)
    for name in ("more", "much more"):
        file = SimpleUploadedFile(f"{name}.csv", ROWS.encode())
        client_of(member).post(f"/{tenant.slug}/imports/new/leads/", {"file": file})


def _many_at_once(admin: Membership) -> None:
    """A deletion with a row that was refused, and a conversion that was only tried."""
    from crm.bulk.models import BulkFinding, BulkRun
    from crm.bulk.rows import packed
    from crm.bulk.selectors import bulk_action
    from crm.bulk.services import start_run
    from leads.record import LEAD

    for key in ("delete", "convert"):
        action = bulk_action("leads", key, admin)
        assert action is not None
        run = start_run(actor=admin, record_type=LEAD, action=action, data={}, rows=packed([make.lead(admin).pk]))
        BulkFinding.objects.create(run=run, record_id=run.pk, name="Refused", reasons=["Out of reach"])
        BulkRun.objects.filter(pk=run.pk).update(refused_count=1)
