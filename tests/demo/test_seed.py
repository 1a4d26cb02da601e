"""The workspace that `make run` shows is a believable firm, written through the services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Account
from contacts.models import Contact
from crm.activities.models import Activity
from crm.demo import funnel
from crm.demo.seeding import seed
from crm.events.models import Event
from crm.picklists.selectors import choice, stage
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership, Team
from leads.models import Lead
from opportunities.models import Opportunity
from tests.database import DEMO_DAY, create_demo_database, drop_database, point_at
from tests.demo.truth import check_all, check_story
from tests.people import client_of

pytestmark = pytest.mark.long
PAGES = ("", "leads/", "accounts/", "opportunities/board/", "reports/pipeline/", "reports/close-ratio/", "tasks/")


@pytest.fixture
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Works in a database with the demo, on the day that it tells of."""
    with django_db_blocker.unblock(), time_machine.travel(DEMO_DAY, tick=False):
        before = str(connections["default"].settings_dict["NAME"])
        name = create_demo_database()
        yield
        drop_database(name)
        point_at(before)


def test_the_demo_workspace_is_a_firm_with_a_history(seeded: None) -> None:
    demo = Tenant.objects.get(slug="demo")
    with tenant_context(demo):
        people = list(Membership.objects.filter(is_active=True).select_related("role", "user"))
        assert Team.objects.count() == 3 and len(people) == 12
        assert {one.role.key for one in people} == {"admin", "manager", "rep", "read_only"}
        assert 350 <= Lead.objects.count() <= 450 and 120 <= Account.objects.count() <= 200
        assert 240 <= Contact.objects.count() <= 360 and 180 <= Opportunity.objects.count() <= 400
        leads = Counter(choice(one).meaning for one in Lead.objects.values_list("status_id", flat=True))
        assert {"new", "working", "qualified", "converted", "unqualified"} <= set(leads)
        types = Counter(choice(one).meaning for one in Account.objects.values_list("type_id", flat=True))
        assert {"prospect", "customer", "past_customer"} <= set(types)
        deals = Counter(stage(one).meaning for one in Opportunity.objects.values_list("stage_id", flat=True))
        assert min(deals[meaning] for meaning in ("open", "won", "lost")) > 20
        first, last = Event.objects.order_by("at").first(), Event.objects.order_by("-at").first()
        assert first and last and 750 < (last.at - first.at).days < 1150 and last.at <= timezone.now()
        assert Activity.objects.filter(kind="task", completed_at=None, due_on__isnull=False).exists()
        ada = next(one for one in people if one.role.key == "admin" and one.user)
        check_all(ada)
    client = client_of(ada)
    for page in PAGES:
        assert client.get(f"/demo/{page}").status_code == 200, page
    assert client.get("/rival/").status_code == 404
    assert Tenant.objects.filter(slug="rival").exists()
    call_command("seed_demo")
    with tenant_context(Tenant.objects.get(slug="demo")):
        again = Counter(choice(one).meaning for one in Lead.objects.values_list("status_id", flat=True))
    assert again == leads


def told(monkeypatch: pytest.MonkeyPatch, now: datetime) -> list[Any]:
    """A short story, read at ``now``: who and what is there, without the ids."""
    monkeypatch.setattr(funnel, "LEADS", 60)
    monkeypatch.setattr(funnel, "KNOWN_COMPANIES", 12)
    found: list[Any] = []
    with time_machine.travel(now, tick=False), transaction.atomic():
        seed()
        with tenant_context(Tenant.objects.get(slug="demo")):
            for model in (Lead, Account, Contact, Opportunity):
                rows = model.objects.select_related("owner").order_by("name", "created_at")  # type: ignore[attr-defined]
                found += [(one.name, one.owner and one.owner.name, one.created_at, one.updated_at) for one in rows]
            found += sorted(Event.objects.values_list("at", "name"))
            found += sorted(Opportunity.objects.values_list("name", "stage__label", "amount_minor", "currency"))
            found += sorted(Account.objects.values_list("name", "type__label", "type_since"))
            check_story()
        transaction.set_rollback(True)
    return found


def test_two_instances_on_one_day_are_the_same(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    morning = told(monkeypatch, DEMO_DAY.replace(hour=1))
    assert len(morning) > 500
    assert told(monkeypatch, DEMO_DAY.replace(hour=23)) == morning
