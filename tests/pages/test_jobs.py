"""What is cleared away."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from crm.pages import jobs
from crm.pages.idempotency import REMEMBERED
from crm.pages.models import MadeOnce
from crm.tenants.context import tenant_context
from crm.users.jobs import tidy as tidy_sessions
from tests.people import Firm


def test_keys_of_forms_are_kept_while_a_browser_may_send_them_again(firm: Firm, other_firm: Firm) -> None:
    for one in (firm, other_firm):
        with tenant_context(one.tenant):
            for key, age in (("young", timedelta(hours=1)), ("old", REMEMBERED + timedelta(hours=1))):
                MadeOnce.objects.create(member=one.ana, key=key, url="/x/", at=timezone.now() - age)
    jobs.tidy()
    jobs.tidy()
    for one in (firm, other_firm):
        with tenant_context(one.tenant):
            assert [made.key for made in MadeOnce.objects.all()] == ["young"]


def test_sessions_that_are_over_go(db: None) -> None:
    for key, left in (("running", timedelta(days=1)), ("over", -timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + left)
    tidy_sessions()
    assert list(Session.objects.filter(session_key__in=["running", "over"]).values_list("pk", flat=True)) == ["running"]
