"""The workspace that `make run` shows is a believable firm, written through the services."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import time_machine
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Account
from contacts.models import Contact
from crm.activities.models import Activity
from crm.events.models import Event
from crm.picklists.selectors import choice, stage
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership, Team
from leads.models import Lead
from opportunities.models import Opportunity
from tests.people import client_of

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)  # another day has another story, of about the same size
PAGES = ("", "leads/", "accounts/", "opportunities/board/", "reports/pipeline/", "reports/close-ratio/", "tasks/")


@time_machine.travel(NOW, tick=False)
def test_the_demo_workspace_is_a_firm_with_a_history(db: None) -> None:
    call_command("seed_demo")
    demo = Tenant.objects.get(slug="demo")
    with tenant_context(demo):
        people = list(Membership.objects.filter(is_active=True).select_related("role", "user"))
        assert Team.objects.count() == 3 and len(people) == 12
        assert {one.role.key for one in people} == {"admin", "manager", "rep", "read_only"}
        assert 350 <= Lead.objects.count() <= 450 and 120 <= Account.objects.count() <= 200
        assert 240 <= Contact.objects.count() <= 360 and 200 <= Opportunity.objects.count() <= 320
        leads = Counter(choice(one).meaning for one in Lead.objects.values_list("status_id", flat=True))
        assert {"new", "working", "qualified", "converted", "unqualified"} <= set(leads)
        types = Counter(choice(one).meaning for one in Account.objects.values_list("type_id", flat=True))
        assert {"prospect", "customer", "past_customer"} <= set(types)
        deals = Counter(stage(one).meaning for one in Opportunity.objects.values_list("stage_id", flat=True))
        assert min(deals[meaning] for meaning in ("open", "won", "lost")) > 20
        first, last = Event.objects.order_by("at").first(), Event.objects.order_by("-at").first()
        assert first and last and 500 < (last.at - first.at).days < 600 and last.at <= timezone.now()
        assert Activity.objects.filter(kind="task", completed_at=None, due_on__isnull=False).exists()
        ada = next(one for one in people if one.role.key == "admin" and one.user)
    client = client_of(ada)
    for page in PAGES:
        assert client.get(f"/demo/{page}").status_code == 200, page
    assert client.get("/rival/").status_code == 404
    assert Tenant.objects.filter(slug="rival").exists()
    call_command("seed_demo")
    with tenant_context(Tenant.objects.get(slug="demo")):
        again = Counter(choice(one).meaning for one in Lead.objects.values_list("status_id", flat=True))
    assert again == leads
