"""Which field of a lead goes into which field of the account, contact and opportunity that it becomes.

``FIELD_MAP`` is what a workspace starts with; its own map is the setting ``LEAD_FIELD_MAP``. What is not in the map
stays readable on the converted lead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue, events
from crm.fields import kinds
from crm.fields.models import NAME_PREFIX
from crm.fields.spec import FieldSpec
from crm.ground.text import sort_key
from crm.ground.writes import service
from crm.picklists.models import Choice
from crm.picklists.selectors import choices
from crm.users.access import is_hidden_from_some
from crm.users.models import Membership
from leads.events import FIELD_MAP_CHANGED
from leads.models import Lead
from leads.settings import LEAD_FIELD_MAP, Pair
from opportunities.models import Opportunity


@dataclass(frozen=True)
class Mapping:
    """The lead's field ``source`` goes into ``field`` of the record type ``target``.

    Not so when the lead also becomes one of the types in ``unless``: there the value is better placed.
    Of two mappings to one field the first that has a value wins.
    """

    source: str
    target: str
    field: str
    unless: frozenset[str] = frozenset()


_ADDRESS = ("street", "city", "region", "postal_code", "country")
_CONTACT, _ACCOUNT, _OPPORTUNITY = Contact.type_key, Account.type_key, Opportunity.type_key

FIELD_MAP: tuple[Mapping, ...] = (
    Mapping("company", _ACCOUNT, "name"),
    Mapping("name", _ACCOUNT, "name"),  # a person who is a firm
    Mapping("website", _ACCOUNT, "website"),
    Mapping("phone", _ACCOUNT, "phone", unless=frozenset({_CONTACT})),
    Mapping("employees", _ACCOUNT, "employees"),
    *(Mapping(name, _ACCOUNT, name) for name in _ADDRESS),
    Mapping("description", _ACCOUNT, "description", unless=frozenset({_CONTACT, _OPPORTUNITY})),
    Mapping("first_name", _CONTACT, "first_name"),
    Mapping("last_name", _CONTACT, "last_name"),
    Mapping("job_title", _CONTACT, "job_title"),
    Mapping("email", _CONTACT, "email"),
    Mapping("phone", _CONTACT, "phone"),
    Mapping("opted_out", _CONTACT, "opted_out"),
    *(Mapping(name, _CONTACT, name, unless=frozenset({_ACCOUNT})) for name in _ADDRESS),
    Mapping("description", _CONTACT, "description", unless=frozenset({_OPPORTUNITY})),
    Mapping("estimated_value", _OPPORTUNITY, "amount"),
    Mapping("product_interest", _OPPORTUNITY, "product"),
    Mapping("source", _OPPORTUNITY, "source"),
    Mapping("campaign", _OPPORTUNITY, "campaign"),
    Mapping("rating", _OPPORTUNITY, "rating"),
    Mapping("description", _OPPORTUNITY, "description"),
    *(Mapping("tags", key, "tags") for key in (_ACCOUNT, _CONTACT, _OPPORTUNITY)),
)
_INTO = {key: tuple(one for one in FIELD_MAP if one.target == key) for key in (_ACCOUNT, _CONTACT, _OPPORTUNITY)}
_UNLESS = {(one.source, one.target, one.field): one.unless for one in FIELD_MAP}
_ORDER = {key: place for place, key in enumerate(_UNLESS)}
# From the most particular on: two fields are of the same kind when both are of the same one of these.
_FAMILIES = (
    kinds.Email, kinds.Phone, kinds.Url, kinds.LongText, kinds.Text, kinds.Money, kinds.Percent, kinds.Year,
    kinds.Number, kinds.DateTime, kinds.Date, kinds.Flag, kinds.ChoiceOf, kinds.Person, kinds.Tags,
)  # fmt: skip
# What a record gets otherwise than from the map.
_NOT_MAPPED = frozenset({"owner", "team", "external_id", "type", "stage", "status", "account", "contact", "parent"})
_DESCRIPTION = "description"
# Without one of these a new record would have no name.
_NAMES = {_ACCOUNT: ("name",), _CONTACT: ("first_name", "last_name", "email")}


def current_map() -> tuple[Mapping, ...]:
    """The workspace's map, without what names a field that is gone."""
    own = LEAD_FIELD_MAP.value()
    if own is None:
        return FIELD_MAP
    return tuple(_mapping(pair) for pair in own if _exists(pair))


def _map_into(target: str) -> Sequence[Mapping]:
    """What of the map goes into records of that type."""
    if not is_own_map():
        return _INTO[target]
    return [one for one in current_map() if one.target == target]


def is_own_map() -> bool:
    return LEAD_FIELD_MAP.value() is not None


def sources() -> list[FieldSpec]:
    """The fields of a lead that can go into others."""
    leads = catalogue.record_type("leads")
    named = {one.source for one in FIELD_MAP}
    return [spec for spec in leads.specs_now() if spec.name in named or _can_be_mapped(spec)]


def fields_for(source: FieldSpec, key: str) -> list[FieldSpec]:
    """The fields of the record type ``key`` that ``source`` can go into: those of the same kind."""
    targets = [spec for spec in catalogue.record_type(key).specs_now() if _can_be_mapped(spec)]
    return [spec for spec in targets if _same_kind(source, spec)]


@service
def set_field_map(*, actor: Membership, pairs: Iterable[Pair]) -> None:
    """Let the workspace have the map ``pairs``; where several go into one field, the order of ``FIELD_MAP`` counts.

    Raises ``ValidationError`` for fields that are not of the same kind, and for a map that leaves records nameless.
    """
    chosen = sorted(dict.fromkeys(pairs), key=lambda pair: (_ORDER.get(pair, len(_ORDER)), pair))
    for source, key, name in chosen:
        if name not in {spec.name for spec in fields_for(catalogue.record_type("leads").spec(source), key)}:
            raise ValidationError(_("Choose a field of the same kind."))
    for key, names in _NAMES.items():
        if not any(target == key and name in names for _source, target, name in chosen):
            words = {"noun": catalogue.record_type(key).in_text}
            raise ValidationError(_("Something has to become the name of the %(noun)s.") % words)
    _write(actor, tuple(chosen))


@service
def reset_field_map(*, actor: Membership) -> None:
    """Go back to the map that every workspace starts with."""
    if is_own_map():
        _write(actor, None)


def _write(actor: Membership, own: tuple[Pair, ...] | None) -> None:
    before = {(one.source, one.target, one.field) for one in current_map()}
    LEAD_FIELD_MAP.require(actor)
    LEAD_FIELD_MAP.keep(own)
    after = {(one.source, one.target, one.field) for one in current_map()}
    data = {"added": _told(after - before), "removed": _told(before - after)}
    if before != after:
        events.record(FIELD_MAP_CHANGED, record=None, actor=actor, data=data)


def _told(pairs: set[Pair]) -> list[str]:
    leads = catalogue.record_type("leads")
    found = []
    for source, key, name in sorted(pairs):
        target = catalogue.record_type(key)
        found.append(f"{leads.spec(source).label} → {target.label}: {target.spec(name).label}")
    return found


def _mapping(pair: Pair) -> Mapping:
    return Mapping(*pair, unless=_UNLESS.get(pair, frozenset()))


def _exists(pair: Pair) -> bool:
    source, key, name = pair
    return catalogue.record_type("leads").has(source) and catalogue.record_type(key).has(name)


def _can_be_mapped(spec: FieldSpec) -> bool:
    return (spec.on_create or spec.on_edit) and spec.name not in _NOT_MAPPED and _family(spec) is not None


def _family(spec: FieldSpec) -> type | None:
    return next((family for family in _FAMILIES if isinstance(spec.kind, family)), None)


def _same_kind(source: FieldSpec, target: FieldSpec) -> bool:
    if _family(source) is not _family(target):
        return False
    # A workspace's own numbers may have decimal places, which a whole number would lose.
    return not (isinstance(source.kind, kinds.Number) and _is_own(source) and not _is_own(target))


def _is_own(spec: FieldSpec) -> bool:
    return spec.name.startswith(NAME_PREFIX)


def is_blank(value: Any) -> bool:
    """Whether a field with ``value`` says nothing. A flag that is not set is blank."""
    return value in (None, "", False, ())


@dataclass(frozen=True)
class Unfit:
    """What the lead has in ``source``, as ``text``: more, or something else, than the field ``target`` can hold."""

    source: FieldSpec
    target: FieldSpec
    text: str

    @property
    def line(self) -> str:
        """How the description says it."""
        return f"{self.source.label}: {self.text}"


def mapped_values(lead: Lead, target: str, made: Iterable[str], record: Any = None) -> dict[str, Any]:
    """Return what ``lead`` brings into a record of the type ``target``, by field; blanks are left out.

    ``made`` are the keys of all record types that the lead becomes. What does not fit into its field is said in the
    description, as far as that holds it and where no role is kept from the lead's field; of what goes into an existing
    ``record`` only where its field is blank there.
    """
    values, unfit = _mapped(lead, target, made)
    description = catalogue.record_type(target).spec(_DESCRIPTION).kind
    assert isinstance(description, kinds.Text)
    for one in _wanted(unfit, record):
        if is_hidden_from_some(Lead.type_key, one.source.name):
            continue
        text = "\n".join(filter(None, (values.get(_DESCRIPTION), one.line)))
        if len(text) <= description.max_length:
            values[_DESCRIPTION] = text
    return values


def unfit_values(
    lead: Lead, target: str, made: Iterable[str], record: Any = None, take: Collection[str] | None = None
) -> list[Unfit]:
    """Return what the map brings from ``lead`` into fields of the record type ``target`` that cannot hold it: of an
    existing ``record`` those that are blank there, or among those to ``take`` from the lead."""
    return _wanted(_mapped(lead, target, made)[1], record, take)


def _wanted(unfit: list[Unfit], record: Any, take: Collection[str] | None = None) -> list[Unfit]:
    if record is None:
        return unfit
    return [one for one in unfit if one.target.name in (take or ()) or is_blank(one.target.value(record))]


def _mapped(lead: Lead, target: str, made: Iterable[str]) -> tuple[dict[str, Any], list[Unfit]]:
    leads, record_type = catalogue.record_type("leads"), catalogue.record_type(target)
    others = frozenset(made)
    values: dict[str, Any] = {}
    unfit = []
    for mapping in _map_into(target):
        if mapping.unless & others or mapping.field in values:
            continue
        source, field = leads.spec(mapping.source), record_type.spec(mapping.field)
        given = source.value(lead)
        value = _fitting(given, field)
        if not is_blank(value):
            values[mapping.field] = value
        elif not is_blank(given) and str(given).strip():
            unfit.append(Unfit(source, field, source.text(lead).strip()))
    return values, unfit


def _fitting(value: Any, target: FieldSpec) -> Any:
    """``value`` as ``target`` can hold it, else None; of another list it is the choice of the same name."""
    if isinstance(target.kind, kinds.Text) and isinstance(value, str):
        text = value.strip()
        return text if len(text) <= target.kind.max_length else None
    if isinstance(value, Choice) and isinstance(target.kind, kinds.ChoiceOf):
        return value if value.picklist == target.kind.picklist else _namesake(value, target.kind.picklist)
    return value


def _namesake(value: Choice, picklist: str) -> Choice | None:
    key = sort_key(value.label)
    return next((one for one in choices(picklist) if sort_key(one.label) == key), None)


def joined(spec: FieldSpec, record: Any, value: Any) -> Any:
    """What ``record`` has in the field once it takes ``value``: tags come beside those that are there."""
    return tuple(dict.fromkeys((*spec.value(record), *value))) if isinstance(spec.kind, kinds.Tags) else value


def opportunity_name(lead: Lead, account: str = "") -> str:
    """What an opportunity of ``account`` that comes of ``lead`` is called unless somebody says otherwise: without a
    product that is hidden from a role, as names are not."""
    firm = account or lead.company.strip() or lead.name
    product = lead.product_interest.strip()
    if product and is_hidden_from_some(Lead.type_key, "product_interest"):
        product = ""
    return " – ".join(filter(None, (firm, product)))[:300]
