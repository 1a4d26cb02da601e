"""What has been built on a conversion since, and so keeps it from being undone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.activities.access import may_reach
from crm.activities.models import ActivityLink
from crm.catalogue.types import RecordType
from crm.fields.models import NAME_PREFIX
from crm.mailing_lists.models import MailingListMember
from crm.mailing_lists.selectors import memberships_of
from crm.records.access import oldest_kept
from crm.records.models import RecordModel
from crm.tenants.models import TenantModel
from crm.tenants.wall import tenant_foreign_keys, tenant_models
from crm.undo import changes
from crm.undo.changes import Entry, changes_of
from crm.users.access import can
from crm.users.models import Membership
from leads.field_map import mapped_values
from leads.models import Conversion, Lead
from opportunities.models import Opportunity, OpportunityContact, StageVisit

_SHOWN_AS = {"type_kept": "type", "type_because_id": "type", "probability_overridden": "probability"}
_OF_STAGE = ("stage", "pipeline", "probability", "forecast", "closed", "loss")
# What is set back by undoing, goes with what it belongs to, or (other conversions) is looked at by itself.
_NO_WORK = (Conversion, Lead, StageVisit)
_UNSAID = object()
_NAMED = 10  # of one kind, before the rest is only counted


@dataclass(frozen=True)
class Blocker:
    """One thing that would be lost or contradicted, as a sentence, and the page where it can be seen ("": none)."""

    sentence: str
    url: str


@dataclass(frozen=True)
class Telling:
    """Names things to ``actor`` (None: to nobody but the log): what he or she may not see stands without its name."""

    actor: Membership | None

    def sees(self, row: RecordModel) -> bool:
        return self.actor is None or can(self.actor, "view", row)

    def called(self, row: TenantModel) -> str:
        """What a row is, and what it is called: Account “Acme”."""
        if isinstance(row, OpportunityContact):
            row = row.contact
        if not isinstance(row, RecordModel):
            return str(row.noun)
        noun = catalogue.type_of(row).label
        if not self.sees(row):
            return _("%(noun)s that you may not see") % {"noun": noun}
        return _("%(noun)s “%(name)s”") % {"noun": noun, "name": row.name}

    def url(self, row: RecordModel, otherwise: str = "") -> str:
        return catalogue.url(row) if self.sees(row) else otherwise


def blockers(conversion: Conversion, actor: Membership | None = None) -> list[Blocker]:
    """Return what changed downstream of ``conversion``; nothing in the list: it can be undone exactly.

    With ``actor``, what he or she may not see stands in it without its name and without a link.
    """
    tell = Telling(actor)
    entries = changes_of(conversion.pk)
    if not entries:
        return [_too_old(conversion, tell)]
    found: list[Blocker] = []
    own = {entry.key for entry in entries}
    for entry in entries:
        row = entry.row()
        if isinstance(row, OpportunityContact):
            found.extend(_part_edits(entry, row, tell))
        if not isinstance(row, RecordModel) or isinstance(row, Lead):
            continue
        if entry.created and row.deleted_at is not None:
            continue  # in the recycle bin already, where undoing would put it
        found.extend(_edits(entry, row, tell))
        if entry.created:
            found.extend(_dependents(row, own, tell))
            found.extend(_activities(row, own, tell))
            found.extend(_lists(row, own, tell))
    found.extend(_conversions(conversion, entries, tell))
    return found


def _too_old(conversion: Conversion, tell: Telling) -> Blocker:
    words = {"lead": tell.called(conversion.lead), "days": changes.DAYS_KEPT}
    if conversion.converted_at > timezone.now() - timedelta(days=changes.DAYS_KEPT):  # beside an update of the product
        text = _("What %(lead)s was before its conversion was not kept.")
    else:
        text = _("%(lead)s was converted more than %(days)s days ago: what it was before is no longer known.")
    return Blocker(text % words, tell.url(conversion.lead))


def _edits(entry: Entry, row: RecordModel, tell: Telling) -> Iterator[Blocker]:
    columns = [name for name in changes.changed_since(entry, row) if name not in changes.TIMES]
    if isinstance(row, Contact) and row.relationship_because_id:  # it followed the account, and goes with it
        columns = [name for name in columns if not name.startswith("relationship")]
    url = tell.url(row)
    if columns and not tell.sees(row):
        yield Blocker(_("%(record)s was changed.") % {"record": tell.called(row)}, url)
        return
    if isinstance(row, Opportunity) and any(name.startswith("stage") for name in columns):
        words = {"record": tell.called(row), "stage": row.stage}
        yield Blocker(_("%(record)s was moved since, and is in “%(stage)s”.") % words, url)
        columns = [name for name in columns if not name.startswith(_OF_STAGE)]
    if columns:
        words = {"record": tell.called(row), "fields": ", ".join(labels_of(row, columns, tell.actor))}
        yield Blocker(_("%(record)s was changed: %(fields)s.") % words, url)


def _part_edits(entry: Entry, part: OpportunityContact, tell: Telling) -> Iterator[Blocker]:
    if changes.changed_since(entry, part):
        words = {"person": tell.called(part.contact), "record": tell.called(part.opportunity)}
        yield Blocker(_("%(record)s: the role of %(person)s was changed.") % words, tell.url(part.opportunity))


def labels_of(row: RecordModel, columns: list[str], actor: Membership | None) -> list[str]:
    """Return what people call the fields behind ``columns``; what is hidden from ``actor`` has no name."""
    shown = [name for name in columns if name not in changes.derived(type(row))] or columns
    record_type = catalogue.type_of(row) if actor is None else catalogue.seen(catalogue.type_of(row), actor)
    by_column = {column: spec.label for spec in record_type.fields for column in spec.kind.attributes(spec)}
    labels = [_own_label(record_type, name) or _label(by_column, _SHOWN_AS.get(name, name)) for name in shown]
    return list(dict.fromkeys(str(label) for label in labels))


def _label(by_column: dict[str, Any], column: str) -> Any:
    return by_column.get(column) or by_column.get(column.removesuffix("_id")) or _("other facts")


def _own_label(record_type: RecordType, column: str) -> Any:
    """What a tag or a field of the workspace's own is called; None for other columns."""
    if column.startswith(changes.TAG):
        return record_type.labels().get("tags")
    if column.startswith(changes.CUSTOM):
        return record_type.labels().get(f"{NAME_PREFIX}{column.removeprefix(changes.CUSTOM)}")
    return None


def _dependents(row: RecordModel, own: set[tuple[str, UUID]], tell: Telling) -> Iterator[Blocker]:
    """Look into every table that can point at ``row``, so that one added later is not forgotten."""
    for model in tenant_models():
        for key in tenant_foreign_keys(model):
            if key.related_model is type(row) and not issubclass(model, _NO_WORK):
                ours = [pk for label, pk in own if label == model._meta.label_lower]
                rows = model.objects.filter(**{key.name: row.pk}).exclude(pk__in=ours)
                yield from _said(row, list(rows[: _NAMED + 1]), tell)


def _said(row: RecordModel, dependents: list[Any], tell: Telling) -> Iterator[Blocker]:
    for dependent in dependents[:_NAMED]:
        url = tell.url(dependent, tell.url(row)) if isinstance(dependent, RecordModel) else tell.url(row)
        of_deal = isinstance(dependent, OpportunityContact) and dependent.contact_id == row.pk
        what = dependent.opportunity if of_deal else dependent
        words = {"record": tell.called(row), "what": tell.called(what)}
        yield Blocker(_("%(record)s has something new: %(what)s.") % words, url)
    if len(dependents) > _NAMED:
        yield Blocker(_("%(record)s has more that is new.") % {"record": tell.called(row)}, tell.url(row))


def _conversions(conversion: Conversion, entries: Sequence[Entry], tell: Telling) -> Iterator[Blocker]:
    """Other leads that became what undoing would take away, or later ones that say what it would set back; one that
    lies in the recycle bin may come back too."""
    made: dict[UUID, RecordModel] = {}
    changed: dict[UUID, tuple[RecordModel, dict[str, Any]]] = {}
    for entry in entries:
        row = entry.row()
        if isinstance(row, RecordModel) and not isinstance(row, Lead) and row.deleted_at is None:
            if entry.created:
                made[row.pk] = row
            else:
                changed[row.pk] = row, entry.after
    for number, blocker in enumerate(_same_records(conversion, made, changed, tell)):
        if number == _NAMED:
            yield Blocker(_("More leads were converted into the same records."), "")
            return
        yield blocker


def _same_records(
    conversion: Conversion,
    made: Mapping[UUID, RecordModel],
    changed: Mapping[UUID, tuple[RecordModel, dict[str, Any]]],
    tell: Telling,
) -> Iterator[Blocker]:
    into_made, into_changed = _into(made), _into(changed) & Q(converted_at__gt=conversion.converted_at)
    others = Conversion.objects.filter(into_made | into_changed, undone_at=None).exclude(pk=conversion.pk)
    others = others.exclude(lead__deleted_at__lt=oldest_kept()).select_related("lead").order_by("converted_at", "pk")
    for other in others.iterator(chunk_size=100):
        ids = [pk for pk in (other.account_id, other.contact_id, other.opportunity_id) if pk is not None]
        words, advice = {"lead": tell.called(other.lead)}, _("Undo that conversion first.")
        if other.lead.deleted_at is not None:  # its page, which has the button, is gone until then
            words["lead"] = _("%(lead)s (in the recycle bin)") % words
            advice = _("Bring it back and undo that conversion first.")
        if rows := [made[pk] for pk in ids if pk in made]:
            words["records"] = ", ".join(map(tell.called, rows))
            text = _("%(lead)s was converted into the same records: %(records)s.") % words
            yield Blocker(f"{text} {advice}", tell.url(other.lead, tell.url(rows[0])))
            continue
        for row, after in (changed[pk] for pk in ids if pk in changed):
            if columns := _said_again(other, row, after):
                words |= {"record": tell.called(row), "fields": ", ".join(labels_of(row, columns, tell.actor))}
                text = _("%(lead)s was converted into it since: %(record)s.")
                if tell.sees(row) and tell.sees(other.lead):
                    text = _("%(lead)s, converted into %(record)s since, says the same: %(fields)s.")
                yield Blocker(f"{text % words} {advice}", tell.url(other.lead, tell.url(row)))


def _into(ids: Collection[UUID]) -> Q:
    return Q(account__in=ids) | Q(contact__in=ids) | Q(opportunity__in=ids)


def _said_again(other: Conversion, row: RecordModel, after: Mapping[str, Any]) -> list[str]:
    """The columns ``after`` that the lead of ``other`` would have filled in the same way, had they been empty."""
    became = (
        (Account.type_key, other.account_id),
        (Contact.type_key, other.contact_id),
        (Opportunity.type_key, other.opportunity_id),
    )
    record_type = catalogue.type_of(row)
    blank, filled = type(row)(), type(row)()
    for name, value in mapped_values(other.lead, record_type.key, [key for key, pk in became if pk]).items():
        spec = record_type.spec(name)
        spec.kind.assign(spec, filled, value)
    before = changes.columns(blank)
    said = {name: value for name, value in changes.columns(filled).items() if before.get(name) != value}
    said |= {f"{key}_id": str(pk) for key, pk in (("account", other.account_id), ("contact", other.contact_id)) if pk}
    same = (name for name, value in after.items() if said.get(name, _UNSAID) == value)
    return sorted(name for name in same if name not in changes.TIMES)


def _activities(row: RecordModel, own: set[tuple[str, UUID]], tell: Telling) -> Iterator[Blocker]:
    ours = [pk for label, pk in own if label == ActivityLink._meta.label_lower]
    links = ActivityLink.objects.filter(record_type=row.type_key, record_id=row.pk, activity__deleted_at=None)
    for link in links.exclude(pk__in=ours).select_related("activity")[:_NAMED]:
        kind = link.activity.get_kind_display()
        if tell.actor is not None and not may_reach(tell.actor, link.activity, "view"):
            what = _("%(noun)s that you may not see") % {"noun": kind}
        else:
            what = f"{kind} “{link.activity.gist}”" if link.activity.gist else str(link.activity)
        words = {"record": tell.called(row), "what": what}
        yield Blocker(_("%(record)s has something new: %(what)s.") % words, tell.url(row))


def _lists(row: RecordModel, own: set[tuple[str, UUID]], tell: Telling) -> Iterator[Blocker]:
    ours = {pk for label, pk in own if label == MailingListMember._meta.label_lower}
    for place in memberships_of(row):
        if place.pk in ours:
            continue
        if not tell.sees(row):
            yield Blocker(_("%(record)s was put on a mailing list.") % {"record": tell.called(row)}, "")
            continue
        words = {"record": tell.called(row), "list": place.mailing_list.name}
        yield Blocker(_("%(record)s was put on the mailing list “%(list)s”.") % words, tell.url(row))
