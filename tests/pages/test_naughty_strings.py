"""Naughty strings in every text field: stored as typed, shown escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import escape

from crm.catalogue import record_type, record_types
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.picklists.selectors import default_choice
from crm.tenants.context import tenant_context
from leads.record import LEAD
from leads.vetting import criteria
from tests import make
from tests.naughty import NASTY, all_strings
from tests.own_words import escaped_alike
from tests.people import Firm, client_of

# What a record must have when no naughty string is left for it.
NAMES = {
    "leads": {"last_name": "Brandt"},
    "accounts": {"name": "Kestrel"},
    "contacts": {"last_name": "Brandt"},
    "opportunities": {"name": "Deal"},
}
KEYS = [one.key for one in record_types()]


def text_fields(key: str) -> list[FieldSpec]:
    """The fields that take any text, on the form that makes a record."""
    owner = record_type(key)
    names = [name for section in owner.sections for name in section.fields]
    return [
        spec
        for spec in owner.specs(tuple(names))
        if spec.on_create and isinstance(spec.kind, kinds.Text) and not isinstance(spec.kind, kinds.Email | kinds.Url)
    ]


def needed(firm: Firm, key: str) -> dict[str, str]:
    """What the form needs beside."""
    with tenant_context(firm.tenant):
        if key == "leads":
            return {"email": "lena@kestrel.example"}
        if key == "accounts":
            prospect = default_choice("account_type")
            assert prospect is not None
            return {"type": str(prospect.pk)}
        if key != "opportunities":
            return {}
        account = make.account(firm.ana, name="Kestrel")
        return {"account": "Kestrel", "account_id": str(account.pk), "stage": str(make.stage().pk)}


def fits(spec: FieldSpec, text: str) -> bool:
    return len(text) <= spec.kind.max_length  # type: ignore[attr-defined]


def create(client: Client, key: str, data: dict[str, str]) -> str:
    answer = client.post(f"/acme/{key}/new/", data | {"anyway": "1"})  # the one before is alike
    form = answer.context["form"].errors if answer.context else ""
    assert answer.status_code == 303, f"{form} {data!r}"
    return answer["Location"]


def check(firm: Firm, client: Client, key: str, texts: dict[str, str], beside: dict[str, str]) -> str:
    """Make a record with ``texts``, by field; they must be in it as typed, and on its page escaped."""
    address = create(client, key, NAMES.get(key, {"name": "Kestrel"}) | beside | texts)
    with tenant_context(firm.tenant):
        record = record_type(key).model.objects.get(pk=address.rstrip("/").rpartition("/")[2])
        assert {name: getattr(record, name) for name in texts} == {name: text.strip() for name, text in texts.items()}
    shows_escaped(client, address, texts)
    return address


def shows_escaped(client: Client, address: str, texts: Mapping[Any, str]) -> None:
    page = escaped_alike(client.get(address))
    for name, text in texts.items():
        assert escape(text.strip()) in page, f"{name}: {text!r} is not shown"
        assert "<" not in text or text.strip() not in page, f"{name}: {text!r} is shown as it is"


def rotations(key: str, texts: list[str] | tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Each field with each of ``texts``, in as many records as there are texts; no two fields of a record alike."""
    specs = text_fields(key)
    for start in range(len(texts)):
        given = {spec.name: texts[(start + index) % len(texts)] for index, spec in enumerate(specs)}
        yield {spec.name: given[spec.name] for spec in specs if fits(spec, given[spec.name])}


def shares(key: str, texts: list[str]) -> Iterator[dict[str, str]]:
    """Each of ``texts`` once, in as few records as there is room."""
    specs = text_fields(key)
    waiting = list(texts)
    while waiting:
        given: dict[str, str] = {}
        for spec in specs:
            text = next((one for one in waiting if fits(spec, one)), None)
            if text is not None:
                waiting.remove(text)
                given[spec.name] = text
        yield given


@pytest.mark.parametrize("key", KEYS)
def test_every_field_takes_the_nastiest(key: str, firm: Firm) -> None:
    client, beside = client_of(firm.ada), needed(firm, key)
    for texts in rotations(key, NASTY):
        address = check(firm, client, key, texts, beside)
        shows_escaped(client, f"{address}edit/", texts)
    shows_escaped(client, f"/acme/{key}/?filters=none", {"name": texts.get("name", "")})


@pytest.mark.parametrize("key", KEYS)
def test_the_whole_list_is_taken(key: str, firm: Firm) -> None:
    """Leads take all of it, the others, whose fields are of the same kinds, a part each."""
    client, beside = client_of(firm.ada), needed(firm, key)
    for texts in shares(key, all_strings() if key == "leads" else all_strings()[KEYS.index(key) - 1 :: len(KEYS) - 1]):
        check(firm, client, key, texts, beside)


@pytest.mark.parametrize("key", KEYS)
def test_a_null_character_is_refused_before_any_form(key: str, firm: Firm) -> None:
    client, beside = client_of(firm.ada), needed(firm, key)
    for spec in text_fields(key):
        answer = client.post(f"/acme/{key}/new/", NAMES.get(key, {"name": "Kestrel"}) | beside | {spec.name: "a\x00b"})
        assert answer.status_code == 400
    with tenant_context(firm.tenant):
        assert not record_type(key).model.objects.exists()
    create(client, key, NAMES.get(key, {"name": "Kestrel"}) | beside)


@pytest.mark.parametrize("text", NASTY)
def test_addresses_and_links_are_kept_or_refused(text: str, firm: Firm) -> None:
    client = client_of(firm.ada)
    for field in ("email", "website"):
        data = {"last_name": "Brandt", "phone": "+1 202 555 0100", field: text}
        assert client.post("/acme/leads/new/", data).status_code in (303, 422)


ACCESS = {f"{key}-{verb}": "none" for key in KEYS for verb in ("view", "create", "edit", "delete")}
# Where else people write: the address, the form's other fields, the field, and a page that shows it.
PLACES: dict[str, tuple[str, dict[str, str], str, str]] = {
    "a note": (
        "activities/new/",
        {"kind": "note", "record_type": "leads", "record_id": "$lead"},
        "body",
        "leads/$lead/",
    ),
    "a task": ("activities/new/", {"kind": "task"}, "body", "tasks/"),
    "a view": ("views/leads/new/", {"audience": "all"}, "name", "views/leads/"),
    "a team": ("setup/teams/new/", {}, "name", "setup/teams/"),
    "a choice": ("setup/lists/lead_source/new/", {}, "label", "setup/lists/lead_source/"),
    "a role": ("setup/roles/new/", ACCESS, "name", "setup/roles/"),
    "a pipeline": ("setup/pipelines/new/", {}, "name", "setup/pipelines/"),
    "a field": ("setup/fields/leads/new/", {"kind": "text"}, "label", "setup/fields/leads/"),
    "a criterion": ("setup/criteria/new/", {"weight": "2"}, "label", "setup/criteria/"),
    "a mailing list": ("setup/mailing-lists/new/", {}, "name", "setup/mailing-lists/"),
    "a person": ("me/", {}, "name", "leads/"),
    "a workspace": (
        "setup/workspace/",
        {"time_zone": "UTC", "currency": "EUR", "language": "en"},
        "name",
        "leads/",
    ),
}
ONE_LINE = {"a person"}  # refuses control characters


@pytest.mark.parametrize("place", PLACES)
def test_what_is_written_elsewhere_is_shown_escaped(place: str, firm: Firm) -> None:
    address, beside, field, shown_on = PLACES[place]
    with tenant_context(firm.tenant):
        lead = str(make.lead(firm.ada).pk)
    shown_on = shown_on.replace("$lead", lead)
    client = client_of(firm.ada)
    data = {name: text.replace("$lead", lead) for name, text in beside.items()}
    for text in NASTY:
        if place in ONE_LINE and "\t" in text:
            continue
        answer = client.post(f"/acme/{address}", data | {field: text})
        assert answer.status_code == 303, text
        shows_escaped(client, f"/acme/{shown_on}", {place: text})
    assert client.post(f"/acme/{address}", data | {field: "a\x00b"}).status_code == 400


@pytest.mark.parametrize("text", NASTY)
def test_evidence_and_tags_are_shown_escaped(text: str, firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead, criterion = make.lead(firm.ada), criteria()[0]
    client = client_of(firm.ada)
    page = f"/acme/leads/{lead.pk}/"
    assert client.post(f"{page}vetting/{criterion.pk}/", {"answer": "yes", "evidence": text}).status_code == 303
    shows_escaped(client, page, {"evidence": text})
    tagged = client.post(f"{page}fields/tags/", {"tags": text})
    if tagged.status_code == 422:  # its key would be too long
        assert "A tag is at most" in tagged.content.decode()
        return
    with tenant_context(firm.tenant):
        tags = LEAD.spec("tags").value(type(lead).objects.get(pk=lead.pk))
    shows_escaped(client, page, dict(enumerate(tags)))


QUERIES = (
    "search/?q={}",
    "search/palette/?q={}",
    "lookup/accounts/?q={}",
    "leads/?company={}",
    "leads/?company__starts={}",
    "leads/?owner={}",
    "leads/?status={}",
    "leads/?estimated_value={}",
    "leads/?created_at__from={}",
    "leads/?sort={}",
    "leads/?columns={}",
    "leads/?view={}",
    "leads/?edit={}",
    "leads/?after={}",
    "leads/?_field={}&_value=x",
    "leads/?_field=company&_operator={}&_value=x",
    "leads/new/?last_name={}",
    "contacts/new/?account={}",
    "opportunities/board/?stage={}",
    "reports/pipeline/?owner={}&period={}",
    "reports/close-ratio/?from={}&to={}",
    "tasks/?who={}&due={}&after={}",
)


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_breaks_a_page(query: str, firm: Firm) -> None:
    client = client_of(firm.ada)
    for text in (*NASTY[:4], NASTY[10], "a\x00b", "9" * 400, "1e999", "NaN", "\ud800"):
        typed = quote(text, safe="", errors="surrogatepass")
        answer = client.get(f"/acme/{query.replace('{}', typed)}")
        taken = (400,) if "\0" in text or "\ud800" in text else (200, 303)
        assert answer.status_code in taken, f"{text!r}: {answer.status_code}"
        assert "<script>alert" not in answer.content.decode(errors="replace")
