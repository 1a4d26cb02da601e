"""Random leads, random neighbours, and random choices of what shall become of a lead."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from crm.activities.services import create_activity, delete_activity
from crm.events.delivery import deliver_all
from crm.fields.custom.services import create_field
from crm.fields.money import Money
from crm.mailing_lists.models import MailingList
from crm.mailing_lists.services import create_list, put_on_lists
from crm.picklists.selectors import choices
from crm.tenants.memo import forget
from leads.conversion import NOTHING, ConversionPlan, Part, existing, new
from leads.field_map import FIELD_MAP, current_map, set_field_map
from leads.models import Lead
from leads.services import set_lead_status
from tests import make
from tests.people import Firm

PARTS = ("accounts", "contacts", "opportunities")
KINDS = ("text", "number", "choice", "yes_no", "date", "money")
TAGS = ("Fair", "Hot", "Grüße 🎈", "日本")
LISTS = ("News", "Events")
NOTES = ("note", "call", "meeting", "email", "task")

_LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
_WORDS = st.text(_LETTERS, min_size=1, max_size=12).map(lambda text: f"x{text}")
_MAYBE = st.one_of(st.just(""), _WORDS)
_PHONES = st.sampled_from(("", "+1 212 555 0142", "(212) 555-0143"))
_SITES = st.sampled_from(("", "https://kestrel.example", "www.falcon.example/x"))
_MONEY = st.one_of(st.none(), st.builds(Money, st.integers(0, 10**9), st.sampled_from(("USD", "EUR", "JPY"))))
_NUMBERS = st.one_of(st.none(), st.integers(0, 10**6))
_ADDRESS = {"street": _MAYBE, "city": _MAYBE, "region": _MAYBE, "postal_code": _MAYBE, "country": _MAYBE}
_OWN = {
    "custom_text": _MAYBE,
    "custom_number": st.one_of(st.none(), st.integers(-(10**6), 10**6)),
    "custom_choice": st.one_of(st.none(), st.sampled_from((0, 1))),  # the place of the choice in its list
    "custom_yes_no": st.booleans(),
    "custom_date": st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2040, 1, 1))),
    "custom_money": _MONEY,
    "tags": st.lists(st.sampled_from(TAGS), unique=True).map(tuple),
}
LEADS = st.fixed_dictionaries(
    {
        "first_name": _MAYBE,
        "last_name": _WORDS,
        "company": _MAYBE,
        "job_title": _MAYBE,
        "email": st.sampled_from(("lena@kestrel.example", "Lena.B@gmail.com")),
        "phone": _PHONES,
        "website": _SITES,
        "campaign": _MAYBE,
        "product_interest": _MAYBE,
        "estimated_value": _MONEY,
        "employees": _NUMBERS,
        "opted_out": st.booleans(),
        "description": st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40),
        **_ADDRESS,
        **_OWN,
    }
)
ACCOUNTS = st.fixed_dictionaries(
    {"name": _WORDS, "website": _SITES, "phone": _PHONES, "employees": _NUMBERS, **_ADDRESS, **_OWN}
)
CONTACTS = st.fixed_dictionaries(
    {
        "first_name": _MAYBE,
        "last_name": _WORDS,
        "job_title": _MAYBE,
        "phone": _PHONES,
        "opted_out": st.booleans(),
        **_OWN,
    }
)
DEALS = st.fixed_dictionaries({"campaign": _MAYBE, "product": _MAYBE, "description": _MAYBE, "amount": _MONEY, **_OWN})


@dataclass(frozen=True)
class Choices:
    """What is drawn of one example, but for the records' values."""

    ways: dict[str, str]
    takes: dict[str, frozenset[int] | None]  # places in the field map whose value shall win; None: fill blanks
    owners: dict[str, str]  # of the records that exist already
    has_role: bool
    owner: str
    activities: tuple[str, ...]
    lists: frozenset[str]
    contact_lists: frozenset[str]
    status: str
    contact_has_account: bool
    deal_hangs_on: str  # what the open opportunity is with
    account_lost_all: bool
    undoer: str


CHOICES = st.builds(
    Choices,
    ways=st.one_of(
        st.just(dict.fromkeys(PARTS, "existing")),
        st.fixed_dictionaries({key: st.sampled_from(("new", "existing", "none")) for key in PARTS}),
    ),
    takes=st.fixed_dictionaries(
        {key: st.one_of(st.none(), st.frozensets(st.integers(0, 40), max_size=25)) for key in PARTS}
    ),
    owners=st.fixed_dictionaries({key: st.sampled_from(("ana", "ana", "max", "sam")) for key in PARTS}),
    has_role=st.booleans(),
    owner=st.sampled_from(("", "ana", "sam")),
    activities=st.lists(st.sampled_from((*NOTES, "deleted")), max_size=4).map(tuple),
    lists=st.frozensets(st.sampled_from(LISTS)),
    contact_lists=st.frozensets(st.sampled_from(LISTS)),
    status=st.sampled_from(("new", "working", "qualified")),
    contact_has_account=st.booleans(),
    deal_hangs_on=st.sampled_from(("account", "contact", "both")),
    account_lost_all=st.booleans(),
    undoer=st.sampled_from(("ana", "ada")),
)


_BLANK = {name: None for name in _OWN} | {"custom_text": "", "custom_yes_no": False, "tags": ()}
PLAIN: dict[str, dict[str, Any]] = {
    "leads": {"last_name": "x", "email": "lena@kestrel.example", "company": "x", **_BLANK},
    "accounts": {"name": "x", **_BLANK},
    "contacts": {"last_name": "x", **_BLANK},
    "opportunities": dict(_BLANK),
}
# What chance draws too rarely: opportunities that come to an account of which all others were lost.
BY_LINKING = Choices(
    ways=dict.fromkeys(PARTS, "existing"),
    takes=dict.fromkeys(PARTS),
    owners=dict.fromkeys(PARTS, "ana"),
    has_role=False,
    owner="",
    activities=(),
    lists=frozenset(),
    contact_lists=frozenset(),
    status="new",
    contact_has_account=False,
    deal_hangs_on="contact",
    account_lost_all=True,
    undoer="ana",
)

BY_THE_CONTACT = replace(
    BY_LINKING, contact_has_account=True, ways={"accounts": "none", "contacts": "existing", "opportunities": "new"}
)


def prepare(firm: Firm) -> None:
    """Give the workspace own fields of every kind on every type, mapped to each other, and mailing lists."""
    for key in ("leads", *PARTS):
        for kind in KINDS:
            labels = ("Small", "Large") if kind == "choice" else ()
            create_field(actor=firm.ada, record_type=key, kind=kind, label=kind, key=kind, choices=labels)
    for name in LISTS:
        create_list(actor=firm.ada, name=name)
    forget()
    own = [(name, key, name) for name in _OWN if name != "tags" for key in PARTS]
    set_field_map(actor=firm.ada, pairs=[*((one.source, one.target, one.field) for one in FIELD_MAP), *own])
    forget()


@dataclass
class World:
    """A lead, records that it could go into, and what is to become of it."""

    firm: Firm
    choices: Choices
    values: dict[str, dict[str, Any]]
    lead: Lead = field(init=False)
    there: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        forget()  # the example before was rolled back
        self.lead = self._make_lead()
        self.there = self._make_neighbours()
        deliver_all()

    def _given(self, key: str) -> dict[str, Any]:
        """The drawn values, with choices for the places of choices."""
        values = dict(self.values[key])
        place = values["custom_choice"]
        values["custom_choice"] = None if place is None else choices(f"custom.{key}.choice")[place]
        return values

    def _make_lead(self) -> Lead:
        lead = make.lead(self.firm.ana, **self._given("leads"))
        if self.choices.status != "new":
            set_lead_status(lead=lead, status=make.reason("lead_status", self.choices.status), actor=self.firm.ana)
        for drawn in self.choices.activities:
            kind = "note" if drawn == "deleted" else drawn
            done = create_activity(kind=kind, records=[lead], actor=self.firm.ana, subject="Ünter uns", body="…")
            if drawn == "deleted":
                delete_activity(activity=done, actor=self.firm.ana)
        self._put_on_lists(lead, self.choices.lists)
        return lead

    def _put_on_lists(self, record: Any, names: frozenset[str]) -> None:
        put_on_lists(record=record, lists=MailingList.objects.filter(name__in=names), actor=self.firm.ada)

    def _make_neighbours(self) -> dict[str, Any]:
        drawn, owner = self.choices, {key: getattr(self.firm, name) for key, name in self.choices.owners.items()}
        account = make.account(owner["accounts"], **self._given("accounts"))
        if drawn.account_lost_all:
            lost = make.reason("loss_reason", "sales")
            make.opportunity(owner["accounts"], account=account, stage=make.stage("lost"), loss_reason=lost)
        contact = make.contact(
            owner["contacts"], account=account if drawn.contact_has_account else None, **self._given("contacts")
        )
        self._put_on_lists(contact, drawn.contact_lists)
        hangs_on = {"account": {"account": account}, "contact": {"contact": contact}}
        hangs_on["both"] = hangs_on["account"] | hangs_on["contact"]
        deal = None
        if drawn.ways["opportunities"] == "existing":  # else it would keep the account from being "lost only"
            deal = make.opportunity(
                owner["opportunities"], **hangs_on[drawn.deal_hangs_on], **self._given("opportunities")
            )
        return {"accounts": account, "contacts": contact, "opportunities": deal}

    @property
    def undoer(self) -> Any:
        return getattr(self.firm, self.choices.undoer)

    def plan(self) -> ConversionPlan:
        drawn = self.choices
        account, contact, opportunity = (self._part(key) for key in PARTS)
        return ConversionPlan(
            account=account,
            contact=contact,
            opportunity=opportunity,
            role=choices("contact_role")[1] if drawn.has_role else None,
            owner=getattr(self.firm, drawn.owner) if drawn.owner else None,
        )

    def _part(self, key: str) -> Part:
        way, places = self.choices.ways[key], self.choices.takes[key]
        if way == "none":
            return NOTHING
        if way == "new":
            return new()
        names = sorted({one.field for one in current_map() if one.target == key})
        take = None if places is None else frozenset(names[place] for place in places if place < len(names))
        return existing(self.there[key].pk, take)
