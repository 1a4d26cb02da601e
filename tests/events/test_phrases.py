"""Events as sentences."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _

from crm.events import phrases
from crm.events.models import Event
from tests.people import Firm


@pytest.fixture
def event(inside: Firm) -> Any:
    def make(name: str, actor: Any = inside.ana, **parts: Any) -> Event:
        return Event(name=name, record_type="teams", record_id=inside.east.pk, actor=actor, **parts)

    return make


def choice(label: str) -> dict[str, str]:
    return {"id": "01", "label": label}


def test_a_move_names_both_stages(event: Any) -> None:
    moved = event("opportunity.stage_changed", changes={"stage": [choice("Demo given"), choice("Negotiation")]})
    assert phrases.phrase(moved) == "Ana Owner moved the stage from Demo given to Negotiation"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"city": ["", "Rome"]}, "Ana Owner changed Town from empty to Rome"),
        ({"opted_out": [False, True]}, "Ana Owner changed opted out from no to yes"),
        ({"amount": [None, {"minor": 150000, "currency": "USD"}]}, "Ana Owner changed amount from empty to $1,500"),
        ({"city": ["", "Rome"], "phone": ["", "1"]}, "Ana Owner changed Town, phone"),
        ({name: ["", "x"] for name in "abcd"}, "Ana Owner changed 4 fields"),
    ],
)
def test_changes_are_told_by_what_the_fields_are_called(event: Any, changes: Any, sentence: str) -> None:
    assert phrases.phrase(event("account.changed", changes=changes), {"city": _("Town")}) == sentence


def test_changes_stand_in_the_order_of_the_fields(event: Any) -> None:
    """The database keeps them by the length of their names."""
    happened = event("account.created", changes={"city": [None, "x"], "vat": [None, True], "name": [None, "n"]})
    fields: Any = {"name": _("Name"), "city": _("Town")}
    assert [one.label for one in phrases.changes_of(happened, fields)] == ["Name", "Town", "vat"]


def test_what_every_record_does_has_a_sentence(event: Any) -> None:
    assert phrases.phrase(event("anything.created")) == "Ana Owner created this"
    assert phrases.phrase(event("anything.restored")) == "Ana Owner brought this back"
    assert phrases.phrase(event("anything.created"), this="the deal") == "Ana Owner created the deal"
    assert phrases.phrase(event("anything.happened")) == "Ana Owner: anything happened"


def test_a_workflow_has_no_name_of_its_own(event: Any) -> None:
    became = event("account.became_customer", actor=None, changes={"type": [choice("Prospect"), choice("Customer")]})
    assert phrases.phrase(became) == "A workflow changed the type from Prospect to Customer"
    other = event("account.type_changed", actor=None, changes=became.changes | {"type_since": [None, "2026-01-02"]})
    assert phrases.phrase(other) == phrases.phrase(became)
    no_type = event("account.type_changed", changes={"city": ["", "x"]})
    assert phrases.phrase(no_type) == "Ana Owner changed city from empty to x"
    assert phrases.phrase(became, goes_on=True).startswith("a workflow changed"), "because a workflow …"
    assert phrases.phrase(event("account.created"), goes_on=True).startswith("Ana Owner"), "a name stays one"


def test_a_name_with_a_percent_sign_is_only_a_name(event: Any) -> None:
    added = event("opportunity.contact_added", data={"contact": choice("100 % Carl %(actor)s")})
    assert phrases.phrase(added) == "Ana Owner gave 100 % Carl %(actor)s a part in this"
