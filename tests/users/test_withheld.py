"""A field is hidden from a role, or closed to it, while somebody fills in its form: what they typed is told (P4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.bulk.models import BulkRun
from crm.fields.custom.services import create_field
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, READ_ONLY
from crm.users.services import limit_fields
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.forms import Filled, form_of
from tests.own_words import own_words
from tests.people import Firm, client_of

LIMITS = (HIDDEN, READ_ONLY)
SAID = "Your role may not change “{}”, so what you entered there cannot be saved."


def limit(firm: Firm, key: str, **limits: str) -> None:
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key=key, limits=limits)


def told_once(form: Filled, typed: dict[str, Any], said: list[str], **rest: Any) -> Any:
    """What was typed is given back to read; the form that comes with it asks for it no more, and is taken."""
    answer = form.send(**typed, **rest)
    text = own_words(answer)
    assert answer.status_code == 422 and all(one in text for one in said), text
    assert all(f"“{value}”" in text for value in typed.values())
    again = form.again(answer)
    assert not again.data.keys() & typed.keys()
    return again.send(**rest)


@pytest.mark.parametrize("limited", LIMITS)
def test_the_note_and_day_of_a_loss(firm: Firm, limited: str) -> None:
    with tenant_context(firm.tenant):
        deal, stage = make.opportunity(firm.ana), make.stage("lost")
        reason = str(make.reason("loss_reason", "other").pk)
    form = form_of(client_of(firm.ana), f"/acme/opportunities/{deal.pk}/stage/?stage={stage.pk}")
    limit(firm, "opportunities", loss_note=limited, closed_on=limited)
    typed = {"loss_note": "They were too dear", "closed_on": "2026-03-17x"}
    said = [SAID.format("About the loss"), SAID.format("Closed")]
    assert told_once(form, typed, said, loss_reason=reason).status_code == 303
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.get(pk=deal.pk)
        assert (deal.stage_id, deal.loss_note) == (stage.pk, "")


@pytest.mark.parametrize("limited", LIMITS)
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "there"])
def test_a_record(firm: Firm, limited: str, is_new: bool) -> None:
    """What nobody touched is not told: a number as it stood there, the source that every new lead has."""
    with tenant_context(firm.tenant):
        own = create_field(actor=firm.ada, record_type="leads", kind="text", label="Shoe 77")
        lead = make.lead(firm.ana, phone="+1 416 555 0101", **{own.name: "43"})
    path = "/acme/leads/new/" if is_new else f"/acme/leads/{lead.pk}/edit/"
    form = form_of(client_of(firm.ana), path)
    withheld = {"city": limited, "source": limited, "phone": limited, own.name: limited}
    limit(firm, "leads", **withheld)
    shoe = "A field of your workspace" if limited == HIDDEN else "Shoe 77"
    typed = {"city": "Bern", own.name: "44"}
    rest = {"last_name": "Hill", "email": "hill@k.example"}
    answer = form.send(**typed, **rest)
    text = own_words(answer)
    assert ("Shoe 77" in text) == (limited == READ_ONLY) and "was taken away" not in text
    assert SAID.format("Phone") not in text and SAID.format("Source") not in text
    taken = told_once(form, typed, [SAID.format("City"), SAID.format(shoe)], **rest)
    assert taken.status_code == 303
    with tenant_context(firm.tenant):
        lead = Lead.objects.get(last_name="Hill")
        assert (lead.city, lead.custom.get("shoe_77")) == ("", None if is_new else "43")


@pytest.fixture
def asked(firm: Firm) -> Callable[..., Filled]:
    """The dialog of a bulk action of one record, as it was drawn for Ana."""

    def ask(key: str, record: Any, action: str) -> Filled:
        rows = form_of(client_of(firm.ana), f"/acme/{key}/?filters=none", like=f"/acme/bulk/{key}/new/")
        return rows.again(rows.send(id=[str(record.pk)], action=action))

    return ask


@pytest.mark.parametrize("limited", LIMITS)
def test_many_that_are_lost(firm: Firm, asked: Callable[..., Filled], limited: str) -> None:
    with tenant_context(firm.tenant):
        deal, reason = make.opportunity(firm.ana), make.reason("loss_reason", "other")
    form = asked("opportunities", deal, "lose")
    limit(firm, "opportunities", loss_note=limited)
    rest = {"go": "1", "to-loss_reason": str(reason.pk)}
    said = [SAID.format("About the loss")]
    assert told_once(form, {"to-loss_note": "They were too dear"}, said, **rest).status_code == 303
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.get(pk=deal.pk)
        assert (deal.stage.meaning, deal.loss_note) == ("lost", "")


@pytest.mark.parametrize("limited", LIMITS)
def test_many_that_are_converted(firm: Firm, asked: Callable[..., Filled], limited: str) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    form = asked("leads", lead, "convert")
    limit(firm, "opportunities", expected_close_on=limited)
    typed = {"to-expected_close_on": "2030-03-17x"}
    assert told_once(form, typed, [SAID.format("Expected close")], go="1").status_code == 303
    with tenant_context(firm.tenant):
        assert BulkRun.objects.count() == 1
