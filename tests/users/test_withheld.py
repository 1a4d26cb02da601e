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
from tests.forms import HTMX, Filled, form_of
from tests.leads.browser_form import form_values
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


@pytest.mark.parametrize("limited", LIMITS)
def test_a_field_in_place(firm: Firm, limited: str) -> None:
    """The page keeps what was typed, and shows the sentence."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    ana, path = client_of(firm.ana), f"/acme/leads/{lead.pk}/fields/city/"
    assert ana.post(path, {"city": "Bern"}, headers=HTMX).status_code == 200
    limit(firm, "leads", city=limited)
    refused = ana.post(path, {"city": "Basel"}, headers=HTMX)
    assert refused.status_code == 404 and refused["Content-Type"].startswith("text/plain")
    assert refused.content.decode() == "Not saved: your role may not change “City”."
    with tenant_context(firm.tenant):
        assert Lead.objects.get(pk=lead.pk).city == "Bern"


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


@pytest.mark.parametrize(
    "limits",
    [{"contacts": {"job_title": HIDDEN}}, {"contacts": {"job_title": READ_ONLY}}, {"leads": {"job_title": HIDDEN}}],
    ids=["hidden", "read_only", "hidden where it comes from"],
)
def test_what_a_lead_becomes(firm: Firm, limits: dict[str, dict[str, str]]) -> None:
    """What the lead brings comes over all the same."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, job_title="Buyer", phone="+1 416 555 0101")
    ana, where = client_of(firm.ana), f"/acme/leads/{lead.pk}/conversion/"
    ways = {"contacts": "new", "accounts": "none", "opportunities": "none"}
    drawn = form_values(ana.get(where).content.decode(), "convert-page") | ways
    for key, fields in limits.items():
        limit(firm, key, **fields)
    said = SAID.format("Job title")
    asked = own_words(ana.post(where, drawn))
    assert said not in asked, "nobody has typed it"
    again = ana.post(where, drawn | {"contacts-job_title": "Head buyer"})
    assert again.status_code == 422 and said in own_words(again) and "“Head buyer”" in own_words(again)
    form = form_values(again.content.decode(), "convert-page") | ways
    assert "contacts-job_title" not in form
    assert ana.post(where, form).status_code == 303
    with tenant_context(firm.tenant):
        lead.refresh_from_db()
        assert lead.contact.job_title == "Buyer"


@pytest.mark.parametrize("limited", LIMITS)
def test_a_loss_with_which_another_was_quicker(firm: Firm, limited: str) -> None:
    """For the same reason there is nothing to tell; for another one, who has lost it, and no note that is hidden."""
    with tenant_context(firm.tenant):
        deal, stage = make.opportunity(firm.ana), make.stage("lost")
        other, price = (str(make.reason("loss_reason", one).pk) for one in ("other", "sales"))
    limit(firm, "opportunities", loss_note=limited)
    where = f"/acme/opportunities/{deal.pk}/stage/?stage={stage.pk}"
    form = form_of(client_of(firm.ana), where)
    note = {"loss_note": "Kanarie was dearer", "loss_reason": other}
    assert form_of(client_of(firm.max), where).send(**note).status_code == 303
    assert form.send(loss_reason=other).status_code == 303
    late = form.send(loss_reason=price)
    assert late.status_code == 422 and "Max Manager has changed it to “Lost” meanwhile." in own_words(late)
    assert "Kanarie" not in late.content.decode()
    assert form.again(late).send(loss_reason=price).status_code == 303
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.get(pk=deal.pk)
        assert (str(deal.loss_reason_id), deal.loss_note) == (price, "Kanarie was dearer")
