"""Who is told of a conversion, and what becomes of that when it is undone."""

from __future__ import annotations

import pytest

from crm.events.delivery import deliver_all
from crm.notices.models import Notification
from crm.notices.selectors import told
from crm.notices.services import mark_read
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from leads.conversion import ConversionPlan, convert_lead, existing, new, undo_conversion
from leads.models import Conversion
from tests import make
from tests.people import Firm, client_of

INDEX = "/acme/notifications/"


def sentences(member: Membership) -> list[str]:
    return [one.sentence for one in told(member)]


def unread(member: Membership) -> int:
    return Membership.objects.get(pk=member.pk).unread


@pytest.fixture
def done(inside: Firm) -> Conversion:
    """A lead that Ana has converted for Sam, who has been told so."""
    lead = make.lead(inside.ana, last_name="Brandt")
    plan = ConversionPlan(contact=new(), opportunity=new(), owner=inside.sam)
    made = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    deliver_all()
    assert unread(inside.sam) == 1
    return made


def test_what_was_not_read_yet_is_taken_back(inside: Firm, done: Conversion) -> None:
    other = make.lead(inside.ana)
    convert_lead(lead_id=other.pk, actor=inside.ana, plan=ConversionPlan(contact=new(), owner=inside.sam))
    deliver_all()
    assert unread(inside.sam) == 2
    undo_conversion(conversion=done, actor=inside.ana)
    assert unread(inside.sam) == 1
    deliver_all()
    assert [other.name in one for one in sentences(inside.sam)] == [True]


def test_who_had_read_it_is_told_that_it_was_undone(inside: Firm, done: Conversion) -> None:
    mark_read(actor=inside.sam)
    undo_conversion(conversion=done, actor=inside.max)
    assert sentences(inside.sam) == []
    deliver_all()
    # The lead is of another team again, and has no name for Sam.
    assert sentences(inside.sam) == ["Max Manager undid a conversion that you were told of."]
    assert unread(inside.sam) == 1


def test_no_line_leads_to_what_is_gone(firm: Firm, done: Conversion) -> None:
    client = client_of(firm.sam)

    def follow_all() -> list[str]:
        lines = client.get(INDEX).context["lines"]
        return [client.get(f"{INDEX}{line.pk}/", follow=True).redirect_chain[-1][0] for line in lines]

    assert follow_all() == [f"/acme/opportunities/{done.opportunity_id}/"]
    with tenant_context(firm.tenant):
        undo_conversion(conversion=done, actor=firm.ana)
        deliver_all()
    assert follow_all() == [INDEX]


def test_the_owner_of_an_opportunity_is_told_of_the_lead_that_was_put_into_it(inside: Firm) -> None:
    lead = make.lead(inside.ana, last_name="Brandt")
    deal = make.opportunity(inside.max, name="Telemetry")
    plan = ConversionPlan(contact=new(), opportunity=existing(deal.pk), owner=inside.ana)
    convert_lead(lead_id=lead.pk, actor=inside.ada, plan=plan)
    deliver_all()
    assert sentences(inside.max) == ["Ada Admin put the lead “Lena Brandt” into your opportunity “Telemetry”."]
    [one] = Notification.objects.filter(member=inside.max)
    assert (one.record_type, one.record_id) == ("opportunities", deal.pk)
    assert sentences(inside.ana) == ["Ada Admin converted the lead “Lena Brandt” for you: Lena Brandt."]


def test_who_owns_the_opportunity_and_what_is_new_is_told_once(inside: Firm) -> None:
    lead = make.lead(inside.ana, last_name="Brandt")
    deal = make.opportunity(inside.max, name="Telemetry")
    plan = ConversionPlan(contact=new(), opportunity=existing(deal.pk), owner=inside.max)
    convert_lead(lead_id=lead.pk, actor=inside.ada, plan=plan)
    deliver_all()
    assert sentences(inside.max) == ["Ada Admin converted the lead “Lena Brandt” for you: Telemetry, Lena Brandt."]
    assert sentences(inside.ana) == []
