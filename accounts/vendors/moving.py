"""An account that was a vendor all along becomes one, and back.

Whatever links to the account and can link to a vendor instead (``RecordType.either``) follows; what cannot keeps the
account where it is. What a vendor has no field for goes into its description.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import delete_account, restore_account
from accounts.vendors.events import CHANGED, MOVED, MOVED_BACK
from accounts.vendors.models import Vendor
from accounts.vendors.services import create_vendor, delete_vendor
from crm import catalogue, events
from crm.activities.services import link_activities
from crm.catalogue.naming import standard_names
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.fields.kinds import ChoiceOf, Flag, Lookup
from crm.fields.models import NAME_PREFIX
from crm.fields.spec import FieldSpec
from crm.ground.ids import uuid7
from crm.ground.text import sort_key
from crm.ground.writes import service
from crm.picklists.selectors import choices
from crm.records.access import deleted_records, visible_records
from crm.records.diff import identity
from crm.records.hiding import fill_in
from crm.users.access import HIDDEN, hide_from
from crm.users.models import Membership
from crm.users.selectors import roles

_NAMED = 3  # of what keeps an account where it is, of each type


@dataclass(frozen=True)
class Plan:
    """What an account brings along: ``values`` of the vendor's fields, by name; ``described`` are the labels of those
    of its own that go into the description; ``problems`` say why it cannot."""

    values: dict[str, Any] = field(default_factory=dict)
    described: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holder:
    """Records of a type that hold the account by ``link``; ``records`` are those that the person may see, the first."""

    record_type: RecordType
    link: FieldSpec
    records: list[Any]
    count: int

    @property
    def label(self) -> str:
        return f"{self.record_type.label_plural} ({self.link.label})"

    @property
    def more(self) -> int:
        return self.count - len(self.records)

    def __str__(self) -> str:
        named = ", ".join(one.name for one in self.records)
        words = {"what": self.label, "names": named, "count": self.more}
        if not named:
            return _("%(what)s: %(count)s") % words
        return _("%(what)s: %(names)s and %(count)s more") % words if self.more else f"{self.label}: {named}"


def plan_move(account: Account, actor: Membership) -> Plan:
    """Say what ``account`` would be as a vendor."""
    fill_in(account)
    hide_from(actor, account.parent)
    values: dict[str, Any] = {}
    lines: list[tuple[FieldSpec, str]] = []
    filled: list[tuple[str, str]] = []  # fields of the account, and those that what they hold goes into
    for spec in catalogue.record_type(Account.type_key).specs_now():
        text = _words(spec, account)
        target = _target(spec)
        fits, value = _fitting(spec, target, account)
        if target is not None and fits:
            values[target.name] = value
        elif text:
            lines.append((spec, f"{spec.label}: {text}"))
        if text:
            filled.append((spec.name, target.name if target is not None and fits else "description"))
    told = "\n".join(line for _spec, line in lines)
    values["description"] = "\n\n".join(filter(None, (account.description, told)))
    return Plan(values, tuple(str(spec.label) for spec, _line in lines), _problems(values, filled, actor))


def holders(account: Account, actor: Membership) -> list[Holder]:
    """What would be left with an account that is gone."""
    found = []
    for record_type, link, instead in _links(Account.type_key, Vendor.type_key):
        if instead is not None:
            continue
        count = record_type.model.objects.filter(**{link.column: account}).count()
        if count:
            seen = visible_records(actor, record_type).filter(**{link.column: account}).order_by("sort_name", "pk")
            found.append(Holder(record_type, link, list(seen[:_NAMED]), count))
    return found


def refuse_held(account: Account, actor: Membership) -> None:
    if held := holders(account, actor):
        first = _("It stays an account as long as these belong to it.")
        raise ValidationError([first, *(f"{one}." for one in held)])


def followers(account: Account) -> int:
    """How many records will belong to the vendor instead."""
    links = _links(Account.type_key, Vendor.type_key)
    return sum(kind.model.objects.filter(**{link.column: account}).count() for kind, link, instead in links if instead)


@service
def move_account(
    account: Account, *, actor: Membership, because: Event | None = None, plan: Plan | None = None
) -> Vendor:
    """Make a vendor of ``account``, which is held; what belongs to it follows, and it goes to the recycle bin.

    Raises ``ValidationError`` where something would be left behind.
    """
    refuse_held(account, actor)
    plan = plan or plan_move(account, actor)
    if plan.problems:
        raise ValidationError(list(plan.problems))
    vendor_id = uuid7()
    data = {"vendor": str(vendor_id), "described": list(plan.described)}
    event = events.record(MOVED, record=account, actor=actor, because=because, data=data)
    vendor = create_vendor(
        actor=actor,
        values=plan.values,
        because=event,
        id=vendor_id,
        moved_from=account.pk,
        created_at=account.created_at,
        created_by=account.created_by,
    )
    _follow(account, vendor, actor, event)
    link_activities(from_record=account, to_records=[vendor], actor=actor, because=event)
    delete_account(account, actor=actor, because=event)
    return vendor


@service
def move_back(vendor: Vendor, *, actor: Membership, because: Event | None = None) -> Account:
    """Let ``vendor``, which is held, be the account again that it was; who belongs to it by now belongs to that.

    Raises ``ValidationError`` where the account is gone, or the vendor holds other values than it began with: the
    account knows nothing of them.
    """
    account = account_before(vendor, actor)
    if account is None:
        raise ValidationError(_("The account that it was is not in the recycle bin any more, or is out of your reach."))
    if changed := _changed(vendor):
        seen = catalogue.seen_type(Vendor.type_key, actor)
        text = _(
            "It was changed as a vendor, and the account would know nothing of that: %(fields)s. Set this back to what "
            "it was, as its history tells, or bring the account back from the recycle bin."
        )
        raise ValidationError(text % {"fields": ", ".join(catalogue.label_of(seen, name) for name in changed)})
    moved = Event.objects.filter(record_type=Account.type_key, record_id=account.pk, name=MOVED.name)
    data = {"vendor": str(vendor.pk), "undoes": str(moved.latest("at").pk)}
    event = events.record(MOVED_BACK, record=account, actor=actor, because=because, data=data)
    restore_account(account, actor=actor, because=event)
    _follow(vendor, account, actor, event)
    link_activities(from_record=vendor, to_records=[account], actor=actor, because=event)
    delete_vendor(vendor, actor=actor, because=event)
    return account


def _changed(vendor: Vendor) -> list[str]:
    """The fields of which ``vendor`` holds something else than it began with."""
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    changes = Event.objects.filter(record_type=Vendor.type_key, record_id=vendor.pk, name=CHANGED.name)
    for changed in changes.order_by("at", "id").values_list("changes", flat=True):
        for name, (before, after) in changed.items():
            first.setdefault(name, before)
            last[name] = after
    return [name for name, value in last.items() if identity(value) != identity(first[name])]


def account_before(vendor: Vendor, actor: Membership) -> Account | None:
    """The account that became ``vendor``, if ``actor`` may bring it back from the recycle bin."""
    if vendor.moved_from is None:
        return None
    return deleted_records(actor, catalogue.record_type(Account.type_key)).filter(pk=vendor.moved_from).first()


def vendor_after(actor: Membership, account_id: UUID) -> Vendor | None:
    """The vendor that the account has become, if ``actor`` may see it."""
    vendors = visible_records(actor, catalogue.record_type(Vendor.type_key))
    return vendors.filter(moved_from=account_id).order_by("-created_at", "-pk").first()


def _account_again(actor: Membership, vendor_id: UUID) -> Account | None:
    """The account that the vendor, which is gone, was before and is again."""
    was = Vendor.all_objects.filter(pk=vendor_id).exclude(moved_from=None).values("moved_from")
    return visible_records(actor, catalogue.record_type(Account.type_key)).filter(pk__in=was).first()


def _follow(old: Account | Vendor, new: Account | Vendor, actor: Membership, event: Event) -> None:
    """Let what belongs to ``old`` belong to ``new``, whoever owns it: the company is the same."""
    for record_type, link, instead in _links(old.type_key, new.type_key):
        if instead is None:
            continue
        rows = record_type.model.objects.filter(**{link.column: old}).order_by("pk")
        for record in record_type.with_related(rows, record_type.fields).select_for_update(of=("self",), no_key=True):
            record_type.update(record, actor=actor, values={link.name: None, instead.name: new}, because=event)


def _links(old: str, new: str) -> Iterator[tuple[RecordType, FieldSpec, FieldSpec | None]]:
    """The fields of all types that link to records of the type ``old``, each with its counterpart for ``new``."""
    for record_type in catalogue.record_types():
        for spec in record_type.fields:
            if isinstance(spec.kind, Lookup) and spec.kind.key == old:
                others = record_type.instead_of(spec.name)
                fitting = (one for one in others if isinstance(one.kind, Lookup) and one.kind.key == new)
                yield record_type, spec, next(fitting, None)


def _target(spec: FieldSpec) -> FieldSpec | None:
    """The vendor's field for what the account's ``spec`` holds: of an own one, the one that is called the same."""
    vendors = catalogue.record_type(Vendor.type_key)
    if not spec.name.startswith(NAME_PREFIX):
        return next((one for one in vendors.fields if one.name == spec.name and one.on_create), None)
    called = sort_key(str(spec.label))
    own = (one for one in vendors.specs_now() if one.name.startswith(NAME_PREFIX))
    return next((one for one in own if sort_key(str(one.label)) == called and type(one.kind) is type(spec.kind)), None)


def _fitting(spec: FieldSpec, target: FieldSpec | None, account: Account) -> tuple[bool, Any]:
    """Whether ``target`` can hold what ``spec`` does, and that: of own lists, the choice that is called the same."""
    value = spec.value(account)
    if target is None or value is None or not isinstance(spec.kind, ChoiceOf):
        return target is not None, value
    if isinstance(target.kind, ChoiceOf) and target.kind.picklist == spec.kind.picklist:
        return True, value
    offered = choices(target.kind.picklist, active_only=False)  # type: ignore[attr-defined]
    found = next((one for one in offered if sort_key(one.label) == sort_key(value.label)), None)
    return found is not None, found


def _words(spec: FieldSpec, account: Account) -> str:
    """What the field holds, as it will be read; "" for what says nothing of a vendor: what no form asks for (since when
    it is an account of its type), and the description, which has a place of its own."""
    is_asked = spec.name != "description" and (spec.on_create or spec.on_edit)
    if not is_asked or (isinstance(spec.kind, Flag) and not spec.value(account)):
        return ""
    text = spec.words(account)
    return "" if spec.name == "type" and sort_key(text) in _called() else text


def _called() -> set[str]:
    """What a vendor is called here, and everywhere else: an account's type of that name says nothing more."""
    vendors = catalogue.record_type(Vendor.type_key)
    return {sort_key(str(vendors.label)), sort_key(standard_names(vendors)[0])}


def _problems(values: dict[str, Any], filled: list[tuple[str, str]], actor: Membership) -> tuple[str, ...]:
    found = []
    external_id = values.get("external_id")
    if external_id and Vendor.objects.filter(external_id=external_id).exists():
        found.append(_("Another vendor already has the external id “%(id)s”.") % {"id": external_id})
    for role in roles():
        of_accounts, of_vendors = (role.fields.get(key, {}) for key in (Account.type_key, Vendor.type_key))
        told = [old for old, new in filled if of_accounts.get(old) == HIDDEN and of_vendors.get(new) != HIDDEN]
        if told and not role.can_set_up:
            seen = catalogue.seen_type(Account.type_key, actor)
            labels = dict.fromkeys(catalogue.label_of(seen, name) for name in told)
            text = _(
                "The role “%(role)s”, from which %(fields)s of accounts are hidden, would see them at the vendor. An "
                "admin hides them there, or their field, under Setup → Roles → %(role)s → Fields."
            )
            found.append(text % {"role": role.name, "fields": ", ".join(f"“{one}”" for one in labels)})
    return tuple(found)


catalogue.add_forwarding(Account.type_key, vendor_after)
catalogue.add_forwarding(Vendor.type_key, _account_again)
