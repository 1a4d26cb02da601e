"""What fields give as JSON conforms to the schema that they declare, and is taken back as the same value."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from jsonschema import Draft202012Validator, FormatChecker

from crm import catalogue
from crm.fields import kinds
from crm.fields.custom.services import create_field
from crm.fields.kinds.choice import OneOf
from crm.fields.kinds.custom import CustomNumber
from crm.fields.models import FieldKind
from crm.fields.money import LARGEST_MINOR, Money
from crm.fields.spec import FieldSpec
from crm.fields.tags import MOST_TAGS
from crm.mailing_lists.kinds import ListOf
from crm.mailing_lists.services import create_list
from crm.picklists.selectors import choices
from crm.records.as_json import dump_record, schema_of
from crm.tenants.context import tenant_context
from leads.vetting.fields import vetting_fields
from opportunities.fields import DaysInStage
from tests import make
from tests.naughty import NASTY
from tests.people import Firm

BUILT_IN = [(one.key, spec.name) for one in catalogue.record_types() for spec in (*one.fields, *one.derived)]
TEXTS = ("", "Ærøskøbing", "\u202eright to left", "a\tb", "👩‍👩‍👧‍👧 Zoë", "1e5", "null", "true", *NASTY)
FAR_DAYS = (date.min, date(1899, 12, 31), date(2028, 2, 29), date.max)
FAR_MOMENTS = (
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(2026, 11, 27, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC),
)
AMOUNTS = (Money(1, "JPY"), Money(LARGEST_MINOR, "KWD"), Money(-LARGEST_MINOR, "USD"), Money(0, "EUR"))
ANYTHING: tuple[Any, ...] = (
    None, True, False, 0, 7, -1, 7.0, 7.5, 1e300, 10**400, float("nan"), float("inf"), "", "x", "x" * 30_000,
    "2026-11-21", "20261121", "2026-W47-6", "2026-02-30", "２０２６-11-21", "2026-11-21T09:30:00",
    "2026-11-21T09:30:00Z", "0001-01-01T00:00:00+14:00", "2026-11-21T24:30:00Z", "12,50 EUR", "https://example.org",
    "ana@example.org", [], [1], ["a", "a"], ["a,b"], ["x" * 51], ["a"] * 51, [None],
    {}, {"id": None}, {"id": 7}, {"id": "x"},
    {"id": str(uuid4())}, {"id": f"{{{uuid4()}}}"}, {"id": str(uuid4()), "label": 7}, {"id": str(uuid4()), "name": "x"},
    {"minor": 1}, {"currency": "USD"}, {"minor": "1", "currency": "USD"}, {"minor": True, "currency": "USD"},
    {"minor": 1.5, "currency": "USD"}, {"minor": 2**63, "currency": "USD"}, {"minor": 1, "currency": "usd"},
    {"minor": 1, "currency": "US"}, {"minor": 1, "currency": "USD", "more": 1}, {"minor": 1, "currency": None},
)  # fmt: skip


def samples(spec: FieldSpec, firm: Firm) -> list[Any]:
    """Values of the field: an empty one first, and odd ones."""
    kind = spec.kind
    if isinstance(kind, kinds.Email):
        return ["", "a@b.example", f"{'x' * 64}@{'y' * 60}.example", "info@bücher.example"]
    if isinstance(kind, kinds.Url):
        return ["", "https://example.org/ä?q=1&r=%20#x", "http://bücher.example/"]
    if isinstance(kind, kinds.Text):
        return ["", "x" * kind.max_length, *(kind.clean(text)[: kind.max_length].rstrip() for text in TEXTS)]
    if isinstance(kind, CustomNumber):
        return [None, 0, -1, 0.0001, 12.5, 99_999_999_999, -99_999_999_999.9999, 0.1]
    if isinstance(kind, kinds.Number):
        return [None, kind.least, kind.most, *([0, 7] if kind.least <= 0 else [])]
    return [*_few(spec, firm)]


def _few(spec: FieldSpec, firm: Firm) -> list[Any]:
    kind = spec.kind
    if isinstance(kind, kinds.Money):
        return [None, *AMOUNTS]
    if isinstance(kind, kinds.DateTime):
        return [None, *FAR_MOMENTS]
    if isinstance(kind, kinds.Date):
        return [None, *FAR_DAYS]
    if isinstance(kind, kinds.Flag):
        return [False, True]
    if isinstance(kind, kinds.Fixed):
        return ["", *kind.labels]
    if isinstance(kind, OneOf):
        rows = kind.rows(firm.ada, active_only=False)
        assert rows, spec.name
        return [None, *rows]
    if isinstance(kind, kinds.Lookup):
        return [None, *catalogue.record_type(kind.key).model.objects.all()]
    if isinstance(kind, kinds.Tags):
        return [(), ("VIP",), tuple(f"tag {number}" for number in range(MOST_TAGS)), ("<b>", "ä" * 50)]
    return {"currency": ["USD", "JPY"], "mailing_list": [None]}[spec.name]


def holds(spec: FieldSpec, firm: Firm) -> None:
    """Each sample goes out, conforms, and comes back; what does not conform is refused, and nothing breaks."""
    schema = spec.schema()
    Draft202012Validator.check_schema(schema)
    is_json = Draft202012Validator(schema, format_checker=FormatChecker())
    values = samples(spec, firm)
    assert len(values) > 1 or spec.name == "mailing_list"
    for value in values:
        sent = json.loads(json.dumps(spec.kind.dump(spec, value)))
        assert [error.message for error in is_json.iter_errors(sent)] == [], (spec.name, value)
        assert spec.kind.load(spec, sent, firm.ada) == value, (spec.name, value)
    refused = 0
    for sent in ANYTHING:
        taken = _is_taken(lambda sent=sent: spec.kind.load(spec, sent, firm.ada))
        assert not taken or is_json.is_valid(sent), (spec.name, sent)
        refused += not taken
    assert refused > len(ANYTHING) // 3, spec.name


def _is_taken(load: Callable[[], Any]) -> bool:
    try:
        load()
    except ValidationError as error:
        assert all(error.messages)
        return False
    return True


def world(firm: Firm) -> None:
    """One of each type at least."""
    make.lead(firm.ana)
    account = make.account(firm.ana)
    make.opportunity(firm.ana, account=account, contact=make.contact(firm.ana, account=account))
    for record_type in catalogue.record_types():
        if not record_type.model.objects.exists():
            record_type.create(actor=firm.ana, values={"name": "The only one"})


@pytest.mark.parametrize(("key", "name"), BUILT_IN)
def test_a_field_gives_and_takes_the_json_that_it_declares(firm: Firm, key: str, name: str) -> None:
    with tenant_context(firm.tenant):
        world(firm)
        holds(catalogue.record_type(key).spec(name), firm)


@pytest.mark.parametrize("kind", FieldKind.values)
def test_so_does_a_field_of_the_workspaces_own(firm: Firm, kind: str) -> None:
    with tenant_context(firm.tenant):
        labels = ["Small", "Large"] if kind == "choice" else []
        field = create_field(actor=firm.ada, record_type="leads", kind=kind, label=f"My {kind}", choices=labels)
        record_type = catalogue.record_type("leads")
        spec = record_type.spec(field.name)
        holds(spec, firm)
        lead = make.lead(firm.ana)
        for value in samples(spec, firm):  # and what is taken can be kept
            taken = spec.kind.load(spec, spec.kind.dump(spec, value), firm.ana)
            record_type.update(lead, actor=firm.ana, values={spec.name: taken})
            lead.refresh_from_db()
            assert spec.value(lead) == value


def test_so_do_the_criteria_that_leads_are_found_by(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        specs = vetting_fields(True)
        assert len(specs) > 4
        for spec in specs:
            holds(spec, firm)


def test_so_does_a_mailing_list_of_a_form(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        create_list(actor=firm.ada, name="News")
        holds(FieldSpec("mailing_list_to_choose", "List", ListOf()), firm)


def test_texts_that_the_database_cannot_hold_are_refused(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = catalogue.record_type("leads")
        for name in ("campaign", "description", "external_id"):
            spec = lead.spec(name)
            assert spec.kind.load(spec, "fine", firm.ada) == "fine"
            for text in ("nu\x00l", "half \ud83d pair"):
                with pytest.raises(ValidationError):
                    spec.kind.load(spec, text, firm.ada)


def test_a_choice_of_another_list_is_none(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        spec = catalogue.record_type("leads").spec("source")
        own, other = choices("lead_source")[0], choices("rating")[0]
        assert spec.kind.load(spec, {"id": str(own.pk)}, firm.ada) == own
        assert spec.kind.load(spec, {"id": str(own.pk), "label": "whatever"}, firm.ada) == own
        with pytest.raises(ValidationError, match="is not a choice"):
            spec.kind.load(spec, {"id": str(other.pk)}, firm.ada)


def test_nobody_can_link_what_they_do_not_see_nor_reads_its_name(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.sam, name="Sams Secret")
        spec = catalogue.record_type("contacts").spec("account")
        firm.ana.role.access["accounts"]["view"] = "own"
        sent = spec.kind.dump(spec, account)
        assert spec.kind.load(spec, sent, firm.sam) == account
        with pytest.raises(ValidationError, match="There is no record"):
            spec.kind.load(spec, sent, firm.ana)
        account.is_hidden = True
        assert spec.kind.dump(spec, account)["label"] == "Hidden"


def test_money_says_what_it_counts(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        spec = catalogue.record_type("opportunities").spec("amount")
        assert "smallest unit" in spec.schema()["description"]
        sent = {"minor": 1234, "currency": "KWD"}
        assert spec.kind.load(spec, sent, firm.ada) == Money(1234, "KWD")
        with pytest.raises(ValidationError, match="not a currency"):
            spec.kind.load(spec, sent | {"currency": "XYZ"}, firm.ada)


def test_what_is_counted_from_something_else_stays_out_of_the_history_and_is_in_the_json(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        opportunity = make.opportunity(firm.ana)
        found = dump_record(catalogue.record_type("opportunities"), opportunity)
        assert found["days_in_stage"] == 0
        assert not DaysInStage().in_history
        assert catalogue.record_type("opportunities").spec("days_in_stage").schema()["readOnly"] is True


@pytest.mark.parametrize("key", [one.key for one in catalogue.record_types()])
def test_a_whole_record_conforms_to_the_schema_of_its_type(firm: Firm, key: str) -> None:
    with tenant_context(firm.tenant):
        field = create_field(actor=firm.ada, record_type=key, kind="number", label="Own number")
        world(firm)
        make.lead(firm.ana, tags=("vip",))
        record_type = catalogue.record_type(key)
        schema = schema_of(record_type)
        Draft202012Validator.check_schema(schema)
        is_json = Draft202012Validator(schema, format_checker=FormatChecker())
        for record in record_type.model.objects.all():
            sent = json.loads(json.dumps(dump_record(record_type, record)))
            assert [error.message for error in is_json.iter_errors(sent)] == []
            assert sent["id"] == str(record.pk) and sent["name"] == record.name and sent[field.name] is None
            assert not is_json.is_valid(sent | {"unheard_of": 1})
        assert schema["title"] == str(record_type.label)
