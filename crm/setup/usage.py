"""What depends on an entry of a list, a person or a team: in words, with links to the records."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.activities.models import Activity
from crm.activities.selectors import OPEN_TASK, of_live_records, tasks_of
from crm.catalogue.types import RecordType
from crm.fields.custom.selectors import field_of_picklist
from crm.fields.kinds.choice import ChoiceOf, StageOf
from crm.fields.models import CustomValue
from crm.fields.spec import FieldSpec
from crm.picklists.models import Choice, Pipeline, Stage
from crm.picklists.usage import Usage
from crm.queries.condition import Condition
from crm.queries.query import Query, query_of_default
from crm.saved_views.models import SavedView
from crm.saved_views.selectors import views_filtering_by, views_of, views_with
from crm.users.models import Membership, Team

# Tables that are no record type of their own. Stage visits are history and are not counted as use.
OTHERS: dict[str, Any] = {"opportunities.OpportunityContact": _("Contacts in opportunities")}

VIEW_PARTS: dict[str, Any] = {"filters": _("filter"), "sort": _("order"), "columns": _("column")}


@dataclass(frozen=True)
class Use:
    """``count`` records of one type have it; ``url`` lists them."""

    label: Any
    count: int
    url: str = ""


@dataclass(frozen=True)
class Used:
    uses: tuple[Use, ...]

    @property
    def total(self) -> int:
        return sum(use.count for use in self.uses)


def used_by(entry: Choice | Pipeline | Stage, usage: Usage) -> Used:
    """Return ``usage`` (see ``picklists.usage``) as what people call things."""
    uses = [
        Use(record_type.label_plural, count, _url_with(record_type, entry))
        for record_type in catalogue.record_types()
        if (count := usage[record_type.model._meta.label])
    ]
    uses += [Use(label, usage[model]) for model, label in OTHERS.items() if usage[model]]
    if usage[CustomValue._meta.label]:
        uses += _uses_of_custom(entry)
    return Used(tuple(uses))


def _uses_of_custom(entry: Choice | Pipeline | Stage) -> list[Use]:
    """The live records that have ``entry`` in a field of the workspace's own."""
    field = field_of_picklist(entry.picklist) if isinstance(entry, Choice) else None
    if field is None:
        return []
    record_type = catalogue.record_type(field.record_type)
    holders = CustomValue.objects.filter(v_choice=entry.pk).values("record_id")
    count = record_type.model._default_manager.filter(pk__in=holders).count()
    return [Use(record_type.label_plural, count, _url_with(record_type, entry))] if count else []


def held_by(actor: Membership, field: str, row: Membership | Team) -> Used:
    """Return how many records lists find by ``row`` in ``field``: "owner" or "team", which is the owner's where a
    record has none."""
    uses: list[Use] = []
    for record_type in catalogue.record_types():
        if record_type.has(field):
            query = Query(record_type, (Condition(field, "is", (str(row.pk),)),))
            uses += _found_by(actor, record_type.label_plural, query)
    return Used(tuple(uses))


def open_work_of(actor: Membership, member: Membership) -> Used:
    """Return what ``member`` owns that is still to be worked on: what is open, and accounts and contacts.

    Each number leads to as many; what ``actor`` cannot see is counted beside it.
    """
    uses: list[Use] = []
    for record_type in catalogue.record_types():
        if not record_type.has("owner"):
            continue
        of_open = next((view for view in record_type.views if view.of_open), None)
        label = of_open.name if of_open else record_type.label_plural
        query = query_of_default(record_type, of_open) if of_open else Query(record_type)
        query = Query(record_type, (*query.conditions, Condition("owner", "is", (str(member.pk),))))
        uses += _found_by(actor, label, query)
    count = of_live_records(Activity.objects.filter(OPEN_TASK, owner=member)).count()
    listed = tasks_of(actor, str(member.pk)).filter(OPEN_TASK).count() if count else 0
    uses += _listed_and_not(_("Open tasks"), listed, count, f"{reverse('activities:tasks')}?who={member.pk}")
    return Used(tuple(uses))


def _found_by(actor: Membership, label: Any, query: Query) -> list[Use]:
    count = query.among(query.type.model._default_manager.all(), actor).count()
    return _listed_and_not(label, query.rows(actor).count() if count else 0, count, query.url())


def _listed_and_not(label: Any, listed: int, count: int, url: str) -> list[Use]:
    """What the list at ``url`` shows, and what of the ``count`` it does not."""
    unseen = Use(gettext("%(what)s that you cannot see") % {"what": label}, count - listed)
    return [use for use in (Use(label, listed, url), unseen) if use.count]


@dataclass(frozen=True)
class ViewUse:
    """A saved view of which a field is a part, and as what."""

    view: SavedView
    url: str
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class UsedInViews:
    """The saved views that a person has, and how many others there are: of a field, or of one of its values."""

    named: tuple[ViewUse, ...]
    others: int
    is_field: bool = True

    def __bool__(self) -> bool:
        return bool(self.named or self.others)

    @property
    def total(self) -> int:
        return len(self.named) + self.others


def used_in_views(
    actor: Membership, record_type: RecordType, field: str, only: Collection[str] = tuple(VIEW_PARTS)
) -> UsedInViews:
    """Return the saved views that filter by ``field``, are sorted by it or show it; those of others as a number.

    ``only`` are the parts of a view that are asked about.
    """
    mine = {view.pk for view in views_of(actor, record_type).all}
    parts_of = [(view, [part for part in parts if part in only]) for view, parts in views_with(record_type, field)]
    found = [(view, parts) for view, parts in parts_of if parts]
    address = reverse(f"{record_type.key}:list")
    named = tuple(
        ViewUse(view, f"{address}?view={view.pk}", tuple(VIEW_PARTS[part] for part in parts))
        for view, parts in found
        if view.pk in mine
    )
    return UsedInViews(named, len(found) - len(named))


def filtered_by(actor: Membership, *ids: UUID) -> UsedInViews:
    """Return the saved views that filter by one of ``ids``, of a tag, a team, a list, a stage …"""
    found = views_filtering_by([str(one) for one in ids])
    types = {one.key: one for one in catalogue.record_types()}
    mine = {view.pk for key in {one.record_type for one in found} for view in views_of(actor, types[key]).all}
    named = tuple(
        ViewUse(view, f"{reverse(f'{view.record_type}:list')}?view={view.pk}", ()) for view in found if view.pk in mine
    )
    return UsedInViews(named, len(found) - len(named), is_field=False)


def _url_with(record_type: RecordType, entry: Choice | Pipeline | Stage) -> str:
    """The list of the records that have ``entry``, when exactly one of their fields can hold it."""
    names = [spec.name for spec in record_type.specs_now() if spec.kind.operators and _holds(spec, entry)]
    return _list_url(record_type, names[0], str(entry.pk)) if len(names) == 1 else ""


def _holds(spec: FieldSpec, entry: Choice | Pipeline | Stage) -> bool:
    if isinstance(entry, Stage):
        return isinstance(spec.kind, StageOf)
    return isinstance(entry, Choice) and isinstance(spec.kind, ChoiceOf) and spec.kind.picklist == entry.picklist


def _list_url(record_type: RecordType, field: str, value: str) -> str:
    return Query(record_type, (Condition(field, "is", (value,)),)).url()
