"""Nothing that is typed becomes markup, in no kind of cell and on no kind of page."""

from __future__ import annotations

from typing import Any

import pytest

from crm import catalogue
from crm.fields.custom.services import create_field
from crm.fields.look.number import NumberLook
from crm.picklists.selectors import choices
from crm.picklists.services import update_choice, update_stage
from crm.tenants.context import tenant_context
from crm.users.models import Team
from tests import make
from tests.people import Firm, client_of

NASTY = '"><i onclick=x>y</i>'
TYPES = ("leads", "accounts", "contacts", "opportunities")
LISTS = ("lead_source", "lead_status", "rating", "industry", "account_type", "relationship", "loss_reason")


@pytest.fixture
def nasty(firm: Firm) -> dict[str, Any]:
    """A record of each type whose every text, and every name that it shows, is markup."""
    with tenant_context(firm.tenant):
        for picklist in LISTS:
            for number, choice in enumerate(choices(picklist)):
                update_choice(actor=firm.ada, choice=choice, values={"label": f"{NASTY}{number}", "tone": ""})
        update_stage(actor=firm.ada, stage=make.stage(), values={"label": NASTY})
        Team.objects.filter(pk=firm.ana.team_id).update(name=NASTY)
        type(firm.ana).objects.filter(pk=firm.ana.pk).update(name=NASTY)
        own = [
            create_field(actor=firm.ada, record_type=key, kind=kind, label=f"{NASTY}{kind}").key
            for key in TYPES
            for kind in ("text", "long_text", "phone", "person")
        ]
        assert own
        account = make.account(firm.ana, name=NASTY, **_texts("accounts"))
        contact = make.contact(firm.ana, last_name=NASTY, account=account, **_texts("contacts"))
        return {
            "accounts": account,
            "contacts": contact,
            "leads": make.lead(firm.ana, last_name=NASTY, **_texts("leads")),
            "opportunities": make.opportunity(
                firm.ana, name=NASTY, account=account, contact=contact, **_texts("opportunities")
            ),
        }


def _texts(key: str) -> dict[str, Any]:
    """Markup for every text of the type, a choice for every choice, people and teams where they go."""
    found: dict[str, Any] = {}
    for spec in catalogue.record_type(key).specs_now():
        kind = type(spec.kind).__name__
        if kind in ("Text", "LongText", "Phone", "CustomText", "CustomLongText", "CustomPhone") and spec.on_create:
            found[spec.name] = NASTY
        elif kind == "ChoiceOf" and spec.name in ("source", "rating", "industry"):
            found[spec.name] = choices(spec.kind.picklist)[0]
        elif kind == "Tags":
            found[spec.name] = (NASTY,)
    for name in ("name", "external_id", "loss_note", "first_name", "last_name"):
        found.pop(name, None)
    return found


@pytest.mark.parametrize("key", TYPES)
def test_no_cell_of_a_list_is_markup(firm: Firm, nasty: dict[str, Any], key: str) -> None:
    with tenant_context(firm.tenant):
        columns = ",".join(spec.name for spec in catalogue.record_type(key).specs_now())
    text = client_of(firm.ada).get(f"/acme/{key}/?filters=none&columns={columns}").content.decode()
    assert "&lt;i onclick=x&gt;y&lt;/i&gt;" in text
    assert "<i onclick" not in text


def test_what_a_kind_gives_as_plain_text_is_escaped_where_it_is_drawn(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, employees=7)
    monkeypatch.setattr(NumberLook, "html", lambda *_any: NASTY)
    for path in ("?filters=none&columns=name,employees", f"{account.pk}/"):
        text = client_of(firm.ada).get(f"/acme/accounts/{path}").content.decode()
        assert "&lt;i onclick=x&gt;" in text
        assert "<i onclick" not in text


def test_what_a_look_draws_as_markup_stays_markup(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, website="https://ana.example", tags=("vip",))
    marks = (
        "<time datetime=",
        '<a href="https://ana.example"',
        '<a href="mailto:',
        'badge tone-neutral">vip',
        "avatar",
    )
    for path in ("?filters=none&columns=name,created_at,website,email,tags,owner", f"{lead.pk}/"):
        text = client_of(firm.ana).get(f"/acme/leads/{path}").content.decode()
        assert [mark for mark in marks if mark not in text] == [] and "&lt;" not in text, path


@pytest.mark.parametrize("key", TYPES)
def test_no_value_of_a_record_is_markup(firm: Firm, nasty: dict[str, Any], key: str) -> None:
    client = client_of(firm.ada)
    for part in ("", "edit/", "history/", "deletion/"):
        text = client.get(f"/acme/{key}/{nasty[key].pk}/{part}").content.decode()
        assert "onclick=x" in text, part
        assert "<i onclick" not in text, part


def test_no_other_place_shows_markup(firm: Firm, nasty: dict[str, Any]) -> None:
    client = client_of(firm.ada)
    for path in ("leads/board/", "opportunities/board/", "search/?q=onclick", "", "lookup/accounts/"):
        text = client.get(f"/acme/{path}").content.decode()
        assert "<i onclick" not in text, path
        assert not path or "onclick=x" in text, path
