"""A condition asked of one record in memory gives what it gives in the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm import catalogue
from crm.fields import kinds
from crm.fields.custom.services import create_field
from crm.fields.kinds.choice import MEANING_PREFIX, OneOf
from crm.fields.kinds.time import DATE_WORDS
from crm.fields.models import FieldKind
from crm.fields.money import Money
from crm.fields.spec import FieldSpec
from crm.fields.tags import TAGS_KEY, all_tags, delete_tag, tag_called
from crm.mailing_lists.selectors import mailing_lists
from crm.mailing_lists.services import create_list, put_on_lists
from crm.picklists.selectors import choices, stages
from crm.queries.condition import WITHOUT_VALUE, Condition, Group
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.users.models import Membership, Team
from leads.vetting.rule import Gate, Needs, criteria
from leads.vetting.services import record_answer
from leads.vetting.settings import CONVERSION_GATE
from tests import make
from tests.people import Firm

TYPES = [one.key for one in catalogue.record_types()]
DESCRIBED = ("leads", "accounts", "contacts", "opportunities")
BESIDE = ("mailing_list", "vetting_", "involved_")  # what stands beside records, and is looked up
OF_WHO_ASKS = (kinds.Lookup, OneOf)  # kinds whose filters depend on that: what one may see, who one is
NAMES = ("Straße & Söhne GmbH", "STRASSE UND SOEHNE", "O'Neil-Ærø", "100 % _pure", "The Acme Ltd.", "acme")
ADDRESSES = ("Ana@Bücher.example", "ana@xn--bcher-kva.example", "", "max@acme.example", "no address", "a@b.example")
PHONES = ("+1 212 555 0100", "(212) 555-0100", "ask Ana", "", "0049 30 1234567", "555")
AMOUNTS = (Money(1000, "USD"), Money(1000, "EUR"), None, Money(1000, "JPY"), Money(0, "USD"), Money(1001, "USD"))


def new(firm: Firm, key: str, **values: Any) -> Any:
    return catalogue.record_type(key).create(actor=firm.ada, values=values)


def fill(firm: Firm) -> None:
    """Some of each type, as different from each other as the fields allow."""
    inner = Team.objects.create(name="East inside", parent=firm.east)
    forget("users.")
    teams = (None, firm.east, inner, firm.west, None, None)
    owners = (firm.ana, firm.sam, firm.ada, None, None, firm.max)
    CONVERSION_GATE.keep(Gate(Needs.SOME, frozenset({criteria()[0].pk})))
    lists = [create_list(actor=firm.ada, name=name) for name in ("News", "Events")]
    own = {kind: _own(firm, kind) for kind in FieldKind.values}
    tags = (("vip",), (), ("vip", "new"), ("new", "gone"), ("gone",), ("Ünïcode",))
    days = [None, *(today() + timedelta(days=add) for add in (-30, -1, 0, 1, 40))]
    for n, name in enumerate(NAMES):
        shared: dict[str, Any] = {"owner": owners[n], "team": teams[n], "tags": tags[n]}
        shared["external_id"] = f"X{n}" if n else ""
        account = new(
            firm, "accounts", name=name, website="example.org" if n else "", employees=[None, 0, 7, 8, 100, 7][n],
            founded=[None, 1899, 2020, 2026, 1000, 2200][n], contract_ends_on=days[n], annual_revenue=AMOUNTS[n],
            phone=PHONES[n], type=choices("account_type")[n % 3], city=name, **shared,
        )  # fmt: skip
        contact = new(
            firm, "contacts", last_name=name, email=ADDRESSES[n], mobile=PHONES[-n], opted_out=n % 2 == 0,
            account=account if n % 2 else None, **shared,
        )  # fmt: skip
        new(
            firm, "opportunities", name=name, account=account if n != 2 else None, contact=contact, amount=AMOUNTS[n],
            expected_close_on=days[n], stage=[one for one in stages() if one.meaning == "open"][n % 3], campaign=name,
            next_step="" if n % 2 else name, probability=[0, 10, 50, 100, 10, 7][n], **shared,
        )  # fmt: skip
        lead = new(
            firm, "leads", last_name=name, company=NAMES[-n], email=ADDRESSES[n], phone=PHONES[n],
            estimated_value=AMOUNTS[n], employees=n or None, source=choices("lead_source")[n] if n else None,
            **shared, **{own[kind]: _value(firm, kind, n) for kind in own},
        )  # fmt: skip
        put_on_lists(record=lead, lists=lists[: n % 3], actor=firm.ada)
        for criterion, answer in zip(criteria(), ("yes", "no", "unknown", "yes")[: n % 5], strict=False):
            record_answer(lead=lead, criterion=criterion, answer=answer, actor=firm.ada)
    for key in TYPES:
        if key not in DESCRIBED:
            for n, name in enumerate(NAMES):
                new(firm, key, name=name, owner=owners[n], team=teams[n], tags=tags[n])
    _odd_ones(firm)
    tag = tag_called("gone")
    assert tag is not None
    delete_tag(tag=tag, actor=firm.ada)  # whose id stays in the records


def _own(firm: Firm, kind: str) -> str:
    labels = ["Small", "Large"] if kind == "choice" else []
    field = create_field(actor=firm.ada, record_type="leads", kind=kind, label=f"Own {kind}", choices=labels)
    return field.name


def _value(firm: Firm, kind: str, n: int) -> Any:
    if n == 0:
        return None
    found: dict[str, Any] = {
        "text": NAMES[n], "long_text": NAMES[n], "number": (1, 0, 7.5, -7.5, 0.0001, 7)[n], "money": AMOUNTS[n],
        "date": today() - timedelta(days=n - 2), "yes_no": n % 2 == 0, "person": (firm.ana, firm.sam)[n % 2],
        "url": "https://example.org", "email": ADDRESSES[n], "phone": PHONES[n],
        "choice": choices("custom.leads.own_choice")[n % 2],
    }  # fmt: skip
    return found[kind]


def _odd_ones(firm: Firm) -> None:
    """What came by a file, lies in the recycle bin, or happened as a day began in the workspace's zone."""
    for key in TYPES:  # of no team but their owner's
        catalogue.record_type(key).model.objects.filter(owner__in=(firm.ana, firm.max)).update(team=None)
    midnight = datetime.combine(today(), datetime.min.time(), firm.tenant.zone)
    moments = (
        None,
        midnight,
        midnight - timedelta(microseconds=1),
        timezone.now(),
        datetime(1, 1, 2, tzinfo=UTC),
        midnight,
    )
    for key, columns in {
        "leads": ("created_at", "status_since", "first_contacted_at", "last_contacted_at"),
        "contacts": ("first_contacted_at",),
        "opportunities": ("stage_since", "last_activity_at"),
    }.items():
        model = catalogue.record_type(key).model
        for n, record in enumerate(model.objects.order_by("pk")):
            kept = {column: moments[(n + at) % 6] for at, column in enumerate(columns)}
            if key == "leads":
                kept |= {"created_at": kept["created_at"] or midnight, "came_in_known": n != 3}
            model.objects.filter(pk=record.pk).update(**kept)
    linked = [one for one in catalogue.record_type("opportunities").model.objects.exclude(account=None).order_by("pk")]
    type(linked[0].account).objects.filter(pk=linked[0].account_id).update(deleted_at=timezone.now())
    leads = catalogue.record_type("leads").model.objects
    for lead, opportunity in zip(leads.order_by("pk")[:4], linked, strict=False):
        leads.filter(pk=lead.pk).update(opportunity=opportunity, account=opportunity.account)
    type(linked[1]).objects.filter(pk=linked[1].pk).update(deleted_at=timezone.now())


def values_for(spec: FieldSpec) -> Iterator[list[str]]:
    """What a filter may be given: what there is, words, several at once, and what cannot be read."""
    found = [*_values(spec)]
    for one in found:
        yield [one]
    yield found[:2]
    yield found[1:4]
    yield from (["me", "x"], [""], [str(uuid4())], ["nu\x00l"], ["no such"])


def _values(spec: FieldSpec) -> Iterator[str]:
    kind = spec.kind
    if isinstance(kind, OneOf):
        rows = kind.rows(Membership(), active_only=False)
        yield from (str(row.pk) for row in rows[:7])
        yield from ("me", "my_team")
        meanings = {getattr(row, "meaning", "") for row in rows} | {"no such"}
        yield from (f"{MEANING_PREFIX}{meaning}" for meaning in sorted(meanings))
    elif isinstance(kind, kinds.Lookup):
        yield from (str(one.pk) for one in catalogue.record_type(kind.key).model.all_objects.all())
        yield from NAMES
    elif isinstance(kind, kinds.Text):
        for n, text in enumerate((*NAMES, *ADDRESSES, *PHONES, *NAMES[3:], "X1", "https://example.org")):
            yield (text, text.upper(), text[:4], f" {text} ")[n % 4]
    elif isinstance(kind, kinds.Date):
        yield from (*DATE_WORDS, "14_days_ago", "0_days_ago", "9999_days_ago", "0001-01-01", "9999-12-31")
        yield from (str(today() + timedelta(days=days)) for days in (-31, -1, 0, 1))
    else:
        yield from _few(spec)


def _few(spec: FieldSpec) -> Iterator[str]:
    kind = spec.kind
    if isinstance(kind, kinds.Tags):
        records = catalogue.record_type("leads").model.objects.all()
        yield from sorted(
            {str(tag.pk) for tag in all_tags()} | {one for lead in records for one in lead.custom.get(TAGS_KEY, ())}
        )
    elif isinstance(kind, kinds.Fixed):
        yield from kind.labels
    elif spec.name == "mailing_list":
        yield from (str(one.pk) for one in mailing_lists())
    elif isinstance(kind, kinds.Flag):
        yield from ("yes", "no", "YES", "ja", "maybe")
    else:  # numbers, money, currencies
        yield from (
            "0",
            "7",
            "7.5",
            "-7.5",
            "10",
            "10 EUR",
            "10.01",
            "1000 JPY",
            "0.0001",
            "50",
            "USD",
            "JPY",
            "99999999999",
        )


def asked(spec: FieldSpec, operator: str, values: list[str], records: Any, actor: Membership) -> Any:
    """The ids that the database finds, or what it refuses to look for."""
    try:
        return set(records.filter(spec.kind.q(spec, operator, values, actor)).values_list("pk", flat=True))
    except ValidationError as error:
        return type(error)


def held(spec: FieldSpec, operator: str, values: list[str], rows: list[Any], actor: Membership) -> Any:
    try:
        holds = spec.kind.predicate(spec, operator, values, actor)
        return {row.pk for row in rows if holds(row)}
    except ValidationError as error:
        return type(error)


@pytest.mark.parametrize("who", ["ada", "ana"])
@pytest.mark.parametrize("key", TYPES)
def test_every_condition_holds_for_the_records_that_the_database_finds(firm: Firm, key: str, who: str) -> None:
    with tenant_context(firm.tenant):
        fill(firm)
        actor: Membership = getattr(firm, who)
        if who == "ana":  # who does not see all that her records point at
            for scopes in actor.role.access.values():
                scopes["view"] = "own"
        record_type = catalogue.record_type(key)
        compared, some, wrong = 0, set(), []
        specs = [spec for spec in record_type.filterable() if who == "ada" or isinstance(spec.kind, OF_WHO_ASKS)]
        for spec in specs:
            rows = list(record_type.model.objects.select_related(*spec.kind.related(spec)))
            assert len(rows) >= 5
            for operator in spec.kind.operators:
                for values in values_for(spec) if operator not in WITHOUT_VALUE else (["yes"], ["nu\x00l"]):
                    found = asked(spec, operator, values, record_type.model.objects, actor)
                    compared += 1
                    if isinstance(found, set) and 0 < len(found) < len(rows):
                        some.add((spec.name, operator))
                    turned = values[::-1]
                    if turned != values and found != asked(spec, operator, turned, record_type.model.objects, actor):
                        wrong.append(f"{spec.name} {operator} {values}: others in another order")
                    if found != (own := held(spec, operator, values, rows, actor)):
                        wrong.append(f"{spec.name} {operator} {values}: {found} in the database, {own} in memory")
        assert wrong == []
        assert compared > 20 * len(specs)
        assert len(some) > (len(specs) if key in DESCRIBED else 0)  # that they are told apart at all


@pytest.mark.parametrize("key", TYPES)
def test_nothing_is_looked_up_for_a_record_whose_links_are_loaded(firm: Firm, key: str) -> None:
    with tenant_context(firm.tenant):
        fill(firm)
        record_type = catalogue.record_type(key)
        for spec in record_type.filterable():
            rows = list(record_type.model.objects.select_related(*spec.kind.related(spec)))
            values = next(values_for(spec))
            for operator in spec.kind.operators:
                held(spec, operator, values, rows, firm.ana)  # the workspace's choices and people are read once
                with CaptureQueriesContext(connection) as statements:
                    held(spec, operator, values, rows, firm.ana)
                assert len(statements) <= (len(rows) if spec.name.startswith(BESIDE) else 0), (spec.name, operator)


def test_a_record_is_asked_as_it_is_in_memory(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        record_type = catalogue.record_type("leads")
        lead = record_type.model()
        is_hot = Condition("company", "starts", ("straSSe",))
        holds = is_hot.predicate(record_type, firm.ana)
        assert not holds(lead)
        lead.company = "Straße 7"
        assert holds(lead)
        lead.owner = firm.ana
        is_mine = Condition("owner", "is", ("me",))
        assert is_mine.predicate(record_type, firm.ana)(lead) and not is_mine.predicate(record_type, firm.sam)(lead)


def test_groups_hold_as_their_conditions_do(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        record_type = catalogue.record_type("leads")
        lead = make.lead(firm.ana, campaign="Fair")
        mine, none = Condition("owner", "is", ("me",)), Condition("campaign", "empty")
        for how, holds in (("any", True), ("all", False)):
            group = Group(how, (mine, none))
            assert group.predicate(record_type, firm.ana)(lead) is holds
            assert record_type.model.objects.filter(group.q(record_type, firm.ana), pk=lead.pk).exists() is holds
        with pytest.raises(ValidationError):
            Group("any", (mine, Condition("gone"))).predicate(record_type, firm.ana)
