"""Conversions per second over HTTP, beside a hand-written transaction that writes the same rows by plain SQL."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.types.json import Jsonb

from crm.ground.ids import uuid7
from crm.picklists.selectors import ids_meaning
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from leads.matching import Candidate, Search
from leads.models import Lead
from tests.bench.cleaning import dated_by, owner, undone
from tests.bench.places import Place
from tests.bench.result import Line
from tests.bench.serving import Browser
from tests.bench.timing import per_second

CLIENTS = (1, 8)
LEADS_PER_SECOND = 400  # prepared for the floor; more than are converted
BY_PAGE_PER_SECOND = 100
# In the order in which their foreign keys allow it.
TABLES = (
    "events_event", "accounts_account", "contacts_contact", "opportunities_opportunity", "opportunities_stagevisit",
    "opportunities_opportunitycontact", "leads_conversion", "undo_change",
)  # fmt: skip
AIM = "≥ 0.17"


def conversions(place: Place, port: int, seconds: float) -> Iterator[Line]:
    """For each number of clients: what the product does, and what plain SQL does."""
    with undone(place.tenant) as since:
        leads = iter(fresh_leads(place, int(seconds * LEADS_PER_SECOND)))
        forms = _forms(Browser(port, place.admin), place, fresh_leads(place, int(seconds * BY_PAGE_PER_SECOND) + 1))
        _convert(Browser(port, place.admin), place, *next(forms))
        written = _written(place, since)
        print(f"    one conversion writes: {_said(written)}", flush=True)
        for clients in CLIENTS:
            browsers = [Browser(port, place.admin) for _client in range(clients)]
            ours = per_second(
                lambda number, browsers=browsers: _convert(browsers[number], place, *next(forms)),
                clients=clients,
                seconds=seconds / 2,
            )
            raw = [Raw(place, written, leads) for _client in range(clients)]
            floor = per_second(lambda number, raw=raw: raw[number].convert(), clients=clients, seconds=seconds / 4)
            for one in raw:
                one.connection.close()
            name = "conversions over HTTP, " + ("1 client" if clients == 1 else f"{clients} clients")
            yield Line(name, place.leads, ours, "/s", floor, AIM)


def fresh_leads(place: Place, number: int) -> list[UUID]:
    """Copies of open leads: what is converted here is gone afterwards."""
    with tenant_context(place.tenant):
        statuses = ids_meaning("lead_status", "new", "working", "qualified")
    columns = [
        name
        for (name,) in owner().execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'leads_lead'"
        )
        if name not in ("id", "external_id")
    ]
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL(
        "INSERT INTO leads_lead (id, external_id, {columns}) SELECT uuidv7(), '', {columns} FROM leads_lead"
        " WHERE tenant_id = %s AND status_id = ANY (%s) AND deleted_at IS NULL ORDER BY created_at DESC LIMIT %s"
        " RETURNING id"
    ).format(columns=listed)
    with owner().transaction():
        found = owner().execute(query, [place.tenant.pk, statuses, number]).fetchall()
    return [row[0] for row in found]


class _Inputs(HTMLParser):
    """The values that a browser would send for the form as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.values[self._select] = value
        elif tag == "input" and name and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.values[name] = value


def _forms(browser: Browser, place: Place, ids: list[UUID]) -> Iterator[tuple[UUID, dict[str, str]]]:
    """For each lead what a browser would send of its page: that of the first, with what its own page would offer."""
    status, body = browser.get(_path(place, ids[0]))
    if status != 200:
        sys.exit(f"The conversion page answers {status}.")
    form = _sent_of(body)
    with tenant_context(place.tenant):
        actor = Membership.objects.select_related("role", "team").get(pk=place.admin_id)
        rows = list(Lead.objects.filter(pk__in=ids))
        search = Search(actor, rows)
        offers = [(lead.pk, search.candidates(lead)) for lead in rows]
    return iter([(pk, form | {f"{key}-offered": _ids(found.of(key)) for key in _ASKED}) for pk, found in offers])


_ASKED = ("accounts", "contacts")


def _ids(found: list[Candidate]) -> str:
    return " ".join(str(one.record.pk) for one in found)


def _sent_of(page: bytes) -> dict[str, str]:
    inputs = _Inputs()
    inputs.feed(page.decode())
    own = ("accounts", "contacts", "opportunities", "role", "owner")
    values = {name: value for name, value in inputs.values.items() if name.partition("-")[0] in own}
    return values | {"accounts": "new", "contacts": "new", "opportunities": "new"}


def _path(place: Place, lead_id: UUID) -> str:
    return f"{place.path}/leads/{lead_id}/conversion/"


def _convert(browser: Browser, place: Place, lead_id: UUID, form: dict[str, str]) -> None:
    status, body = browser.post(_path(place, lead_id), form)
    if status == 422:  # somebody of that name has been made since: whoever reads so presses the button again
        status, body = browser.post(_path(place, lead_id), _sent_of(body))
    if status != 303:
        sys.exit(f"A conversion answers {status}:\n{body[:3000].decode(errors='replace')}")


Written = dict[str, list[dict[str, Any]]]


def _written(place: Place, since: UUID) -> Written:
    """The rows of one conversion, by table, as they now stand."""
    found: Written = {}
    for table in TABLES:
        cursor = owner().execute(
            f'SELECT * FROM "{table}" WHERE tenant_id = %s AND {dated_by(table)} >= %s ORDER BY id',
            [place.tenant.pk, since],
        )
        names = [column.name for column in cursor.description or ()]
        found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def _said(written: Written) -> str:
    return ", ".join(f"{len(rows)} {table}" for table, rows in written.items())


class Raw:
    """The same by hand: one transaction, one INSERT for each table, as the serving role."""

    def __init__(self, place: Place, written: Written, leads: Iterator[UUID]) -> None:
        settings = connections["default"].settings_dict
        self.connection = psycopg.connect(
            host=settings["HOST"],
            port=settings["PORT"],
            user=settings["USER"],
            password=settings["PASSWORD"],
            dbname=settings["NAME"],
        )
        self.tenant = place.tenant.pk
        self.leads = leads
        self.converted = written["leads_conversion"][0]
        self.inserts = [self._insert(table, rows) for table, rows in written.items()]
        self.own = {row["id"] for rows in written.values() for row in rows}

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> tuple[str, list[list[Any]]]:
        columns = ", ".join(f'"{name}"' for name in rows[0])
        places = ", ".join(f"({', '.join(['%s'] * len(rows[0]))})" for _row in rows)
        values = [[Jsonb(one) if isinstance(one, dict | list) else one for one in row.values()] for row in rows]
        return f'INSERT INTO "{table}" ({columns}) VALUES {places}', values

    def convert(self) -> None:
        """Write the example's rows once more, with ids of their own, for another lead."""
        lead = next(self.leads)
        ids: dict[Any, Any] = {one: uuid7() for one in self.own} | {self.converted["lead_id"]: lead}
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL app.tenant = '{self.tenant}'")
            cursor.execute("SELECT * FROM leads_lead WHERE tenant_id = %s AND id = %s FOR UPDATE", [self.tenant, lead])
            cursor.fetchone()
            for statement, rows in self.inserts:
                cursor.execute(statement, [self._again(value, ids) for row in rows for value in row])
            cursor.execute(
                "UPDATE leads_lead SET converted_at = now(), updated_at = now(), account_id = %s, contact_id = %s,"
                " opportunity_id = %s WHERE tenant_id = %s AND id = %s",
                [
                    *(ids[self.converted[name]] for name in ("account_id", "contact_id", "opportunity_id")),
                    self.tenant,
                    lead,
                ],
            )

    @staticmethod
    def _again(value: Any, ids: dict[Any, Any]) -> Any:
        return ids.get(value, value) if isinstance(value, UUID) else value
