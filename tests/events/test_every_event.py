"""No event, whatever it is called and holds, takes a page down (a converted lead's history answered 500)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crm import catalogue
from crm.events import phrases
from crm.events.models import Event, HandlerRun
from crm.events.types import event_types, names
from crm.notices.kinds import _kinds
from crm.notices.models import Notification
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of

WORD_FOR_WORD = re.compile(r"%\(|None|\{|[a-z]+_[a-z]+|[a-z]+\.[a-z]|\d{4}-\d\d-\d\d")
NEVER = "made_up.never_heard_of"
PAYLOADS: list[dict[str, Any]] = [
    {},
    {
        "changes": {
            "stage": ["a", "b", "c"],
            "amount": "x",
            "city": None,
            "owner": [{}, []],
            "custom_gone": [1, {"a": 1}],
        }
    },
    {
        "changes": {"amount": [{"minor": "?"}, {"minor": 1, "currency": 7}], "probability": ["x", [1]]},
        "data": {"lead": 7},
    },
    {
        "changes": {
            "stage_since": [None, "no moment"],
            "forecast_category": ["gone", None],
            "tags": [None, [{"a": None}]],
        }
    },
]


# What is declared, and what nobody declares: of a database that is older than the code, or newer.
NAMES = [*names(*event_types()), NEVER, "made_up.created", "made_up.deleted", "lead.gone_from_the_code"]


def happened(name: str, record: Any, actor: Any = None, **parts: Any) -> Event:
    """An event as it may lie in a database, whatever is declared."""
    place = {"record_type": record.type_key, "record_id": record.pk} if record is not None else {"record_type": ""}
    return Event(name=name, actor=actor, **place, **parts)


def test_every_type_says_what_it_is() -> None:
    types = event_types()
    assert {"activity.linked", "lead.converted", "opportunity.won", "task.reminded"} <= set(names(*types))
    assert len(types) > 90
    assert [one.name for one in types if not re.fullmatch(r"[a-z_]+\.[a-z_]+", one.name) or not one.label] == []
    assert [one.name for one in types if not all(isinstance(says, str) and says for says in one.payload.values())] == []


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_every_event_has_a_sentence(payload: dict[str, Any], inside: Firm) -> None:
    lead = make.lead(inside.ana)
    fields = {key: catalogue.record_type(key).told_fields() for key in ("leads", "opportunities")}
    for name in NAMES:
        event = happened(name, lead, **payload)
        for words in (phrases.phrase(event), *(phrases.phrase(event, one, this="the deal") for one in fields.values())):
            assert words and "%(" not in words and name not in words, (name, words)


def test_every_event_is_drawn_on_every_page_that_shows_events(fresh_firm: Firm) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        lead, account = make.lead(firm.ana), make.account(firm.ana)
        deal = make.opportunity(firm.ana, account=account)
        events = []
        for record in (lead, account, deal, firm.east, None):
            for number, name in enumerate(NAMES):
                payload = PAYLOADS[number % len(PAYLOADS)]
                cause = happened(name, lead, **payload)
                events += [cause, happened(name, record, firm.ana, because=cause, **payload)]
        Event.objects.bulk_create(events)
        runs = [HandlerRun(event=event, handler="tell-task-owner", succeeded=True, attempts=1) for event in events]
        HandlerRun.objects.bulk_create(runs)
        told = {"member": firm.ada, "record_type": "leads", "record_id": lead.pk}
        for kind in _kinds:
            for data in ({}, {"name": None, "count": "x"}):
                event = Event.objects.create(name=NEVER, actor=firm.ana, changes={}, data={})
                Notification.objects.create(**told, kind=kind, event=event, data=data, at=event.at)
    client = client_of(firm.ada)
    base = f"/{firm.tenant.slug}"
    paths = [f"{base}/{one.type_key}/{one.pk}/" for one in (lead, account, deal)]
    paths += [f"{path}history/" for path in paths]
    for path in [*paths, f"{base}/setup/runs/", f"{base}/setup/changes/", f"{base}/notifications/"]:
        query: str | None = ""
        while query is not None:
            answer = client.get(f"{path}{query}")
            assert answer.status_code == 200, f"{path}{query}"
            older = re.search(r'href="(\?after=[^"]+)"', answer.content.decode())
            query = older[1].replace("&amp;", "&") if older else None


def test_history_says_values_as_people_read_them(inside: Firm) -> None:
    """Raw moments, enums and numbers stood there: "closed → pipeline", probability "100 → 10"."""
    from opportunities.services import move_to_stage

    deal = make.opportunity(inside.ana)
    move_to_stage(opportunity=deal, stage=make.stage("won"), actor=inside.ana)
    move_to_stage(opportunity=deal, stage=make.stage("open"), actor=inside.ana)
    fields = catalogue.record_type("opportunities").told_fields()
    event = Event.objects.filter(record_id=deal.pk, name="opportunity.reopened").get()
    changes = {change.label: (change.old, change.new) for change in phrases.changes_of(event, fields)}
    assert changes["Probability"] == ("100%", "10%")
    assert changes["Forecast"] == ("Closed", "Pipeline")
    assert changes["Closed"][1] == "empty" and changes["Closed"][0].endswith(str(today().year))
    assert "In stage since" not in changes  # nobody typed it, and it is the moment of the event
    made = Event.objects.filter(record_id=deal.pk, name="opportunity.created").get()
    assert not any(WORD_FOR_WORD.search(f"{one.label} {one.new}") for one in phrases.changes_of(made, fields))


def test_a_text_that_looks_like_a_day_stays_a_text(inside: Firm) -> None:
    deal = make.opportunity(inside.ana, product="2026-11-21")
    made = Event.objects.filter(record_id=deal.pk, name="opportunity.created").get()
    fields = catalogue.record_type("opportunities").told_fields()
    assert ("Product", "2026-11-21") in [(one.label, one.new) for one in phrases.changes_of(made, fields)]


def test_a_name_cannot_turn_the_words_around_it(inside: Firm) -> None:
    event = happened("criterion.created", None, inside.ana, data={"label": "abc\u202edef"})
    assert phrases.phrase(event) == "Ana Owner added the criterion “\u2068abc\u202edef\u2069”"


def test_a_word_that_an_event_lacks_is_not_made_up(inside: Firm) -> None:
    assert phrases.phrase(happened("criterion.created", None, inside.ana)) == "Ana Owner created this"
