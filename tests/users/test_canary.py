"""What is hidden from a role is in no byte that its people receive: of no page, part of a page, file or answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from crm import catalogue
from crm.events.delivery import deliver_all
from crm.tenants.context import tenant_context
from crm.users.models import Role
from tests.forms import HTMX
from tests.leads.browser_form import form_values
from tests.people import client_of
from tests.permissions.asking import path_of, send
from tests.permissions.samples import Sample, Samples
from tests.permissions.table import ROWS, Row
from tests.users.canaries import controls_of, limits, plant, text_of, told_by

Found = dict[str, set[str]]
ASKED = [row for row in ROWS if not any(value.endswith("_mate") for value in row.arguments.values())]
GETS = [row for row in ASKED if row.method == "GET"]  # of which a third will do to see that something is told
CLOSED = ("", "edit/", "preview/", "history/", "stages/", "contacts/", "stage/", "access/", "fields/closed_on/")


@contextmanager
def undone() -> Iterator[None]:
    before = transaction.savepoint()
    yield
    transaction.savepoint_rollback(before)


def note(found: Found, name: str, text: str, key: str = "") -> None:
    """Keep what ``text``, the answer called ``name``, tells; ``key``: the type of record whose page it is."""
    told = told_by(text)
    if key in limits():
        told |= {f"control {one}" for one in controls_of(text, key)}
    if told:
        found.setdefault(name, set()).update(told)


def seen(sample: Sample, role: str, rows: Iterable[Row], *, parts: bool) -> Found:
    """Where somebody of the role receives one of the values: the rows of the permission table, by what was found.

    ``parts``: also of a page that htmx asks for a part of.
    """
    client = client_of(sample.firm.everybody[role])
    found: Found = {}
    for row in rows:
        if row.statuses[role] not in (200, 303, 422):
            continue
        with undone():
            path = path_of(row, sample)
            answers: list[Any] = [send(client, row, path, sample)]
            if row.method != "GET" and answers[0].status_code == 303:
                answers.append(client.get(answers[0]["Location"], follow=True))
            elif row.method == "GET" and parts:
                answers.append(client.get(path, headers=HTMX))
            for one in answers:
                note(found, str(row), text_of(one), row.arguments.get("key") or row.name.partition(":")[0])
    return found


def beside(sample: Sample, client: Client) -> Found:
    """What the table does not ask: closed deals, cards that are dropped, a conversion into all three, the composer."""
    base, found = f"/{sample.firm.tenant.slug}/", Found()
    for name in ("deal_closed_lost", "deal_closed_won"):
        for rest in CLOSED:
            answer = client.get(f"{base}opportunities/{sample.ids[name]}/{rest}")
            note(found, f"{name} {rest}", text_of(answer), "opportunities")
    note(found, "account", text_of(client.get(f"{base}accounts/{sample.ids['account_kept']}/")), "accounts")
    drops = {
        f"opportunities/{sample.ids['opportunity']}/stage/": {"stage": sample.ids["stage_won"]},
        f"leads/{sample.ids['lead']}/status/": {"status": sample.ids["status_working"]},
    }
    for path, data in drops.items():
        with undone():
            answer = client.post(f"{base}{path}?board=1&filters=none", data, headers=HTMX)
            assert answer.status_code == 200, path
            note(found, f"dropped {path}", text_of(answer), path.partition("/")[0])
    with undone():
        typed = {"record_type": "opportunities", "record_id": sample.ids["opportunity"], "kind": "note", "feed": "1"}
        answer = client.post(f"{base}activities/new/", typed | {"body": "Called"}, headers=HTMX)
        assert answer.status_code == 200
        note(found, "composer", text_of(answer), "opportunities")
    with undone():
        for name, text in _converted(client, f"{base}leads/{sample.ids['lead']}/"):
            note(found, name, text)
    return found


def _converted(client: Client, lead: str) -> Iterator[tuple[str, str]]:
    """The conversion of a lead into an account, a contact and an opportunity, and the pages of what came of it."""
    where = f"{lead}conversion/"
    ways = {"accounts": "new", "contacts": "new", "opportunities": "new"}
    page = client.get(where).content.decode()
    again = client.post(where, form_values(page, "convert-page") | ways | {"preview": "1"})
    yield "conversion, previewed", text_of(again)
    answer = client.post(where, form_values(page, "convert-page") | ways)
    if answer.status_code == 422:  # it says first what will happen now
        yield "conversion, asked", text_of(answer)
        answer = client.post(where, form_values(answer.content.decode(), "convert-page") | ways)
    assert answer.status_code == 303, "it is converted"
    yield "conversion", text_of(client.get(where))
    yield "lead that is converted", text_of(client.get(lead, follow=True))
    base = lead.partition("leads/")[0]
    for key in ("accounts", "contacts", "opportunities"):
        model: Any = catalogue.record_type(key).model
        made = model.objects.latest("created_at")
        for rest in ("", "history/", "edit/", "preview/"):
            yield f"{key} of a conversion {rest}", text_of(client.get(f"{base}{key}/{made.pk}/{rest}"))


@pytest.mark.long
@pytest.mark.parametrize("role", ["rep", pytest.param("manager", marks=pytest.mark.slow)])
def test_what_is_hidden_is_in_no_byte(role: str, samples: Samples) -> None:
    sample = samples.ours
    firm = sample.firm
    with tenant_context(firm.tenant):
        plant(sample)
        deliver_all()
        client = client_of(firm.everybody[role])
        before, more_before = seen(sample, role, GETS[::3], parts=False), beside(sample, client)
    assert len(before) > 20 and len(more_before) > 20, "what is not hidden is seen: else nothing would be told apart"
    assert any("control" in one for told in before.values() for one in told)
    with tenant_context(firm.tenant):
        Role.objects.filter(pk=firm.everybody[role].role_id).update(fields=limits())
        found = seen(sample, role, ASKED, parts=True) | beside(sample, client_of(firm.everybody[role]))
    assert not found, "\n".join(f"{name}: {texts}" for name, texts in sorted(found.items()))
