"""Fields that are to be made of columns, once the import starts; until then columns are read, tried and shown as if
they were there.

``Import.planned`` keeps them by their name to be (which their columns have in ``Import.mapping``): how they are called,
their ``kind``, and whether the importer has ``said`` it, or it is a proposal. ``filled`` is the kind for which answers
were proposed: that is done once, whatever the importer makes of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import uuid5

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.fields.custom.selectors import as_if_made, custom_fields
from crm.fields.custom.services import create_field, plan_field
from crm.fields.models import NAME_PREFIX, CustomField, FieldKind
from crm.imports.answers import ADD, OTHERS, without
from crm.imports.fitting import allowed_kinds, likely_kind
from crm.imports.guessing import column_label
from crm.imports.models import Import
from crm.imports.survey import Survey
from crm.ui.format import number
from crm.users.models import Membership

NEW_FIELD = "+field"  # what the page sends of a column
KIND = "kind_"  # what it sends of the kind, followed by the place of the column


@dataclass(frozen=True)
class KindQuestion:
    """What kind of field the column at ``index`` becomes. ``options`` are kinds, with what each cannot hold."""

    index: int
    label: str
    kind: str
    options: tuple[tuple[str, str], ...]
    is_open: bool
    is_ours: bool  # the kind is what was proposed, whoever has said so since

    @property
    def heading(self) -> str:
        return _("%(field)s: what kind of field is it to be?") % {"field": self.label}

    @property
    def anchor(self) -> str:
        return f"{KIND}{self.index}"


def planning(run: Import) -> AbstractContextManager[None]:
    """Inside of it the planned fields of ``run`` are there, instead of those of an earlier plan."""
    fields = [
        CustomField(
            id=uuid5(run.pk, name),
            record_type=run.record_type,
            key=name.removeprefix(NAME_PREFIX),
            label=plan["label"],
            kind=plan["kind"],
        )
        for name, plan in run.planned.items()
    ]
    return as_if_made(fields)


def plan_fields(run: Import, mapping: list[str], kinds: Mapping[int, str]) -> list[str]:
    """Plan a field for each ``NEW_FIELD`` of ``mapping``, and return the mapping with their names.

    ``kinds`` are what has been said, by column. Answers about one whose kind is another now are forgotten.
    """
    before, planned = run.planned, {}
    made: list[CustomField] = []
    for index, name in enumerate(mapping):
        if name != NEW_FIELD:
            continue
        kind, label = kinds.get(index, ""), column_label(index, run.headers[index])
        made.append(_planned(run, label, kind or FieldKind.TEXT, made))
        known = before.get(made[-1].name, {})
        planned[made[-1].name] = {
            "label": made[-1].label,
            "kind": kind or known.get("kind", ""),
            "said": bool(kind),
            "filled": known.get("filled", ""),
        }
        mapping = [made[-1].name if place == index else one for place, one in enumerate(mapping)]
    changed = {
        name for name in before.keys() | planned.keys() if before.get(name, {}).get("kind") != _kind(planned, name)
    }
    run.planned, run.answers = planned, without(run.answers, changed)
    return mapping


def settle_kinds(run: Import, survey: Survey) -> None:
    """Propose a kind for the planned fields of which none was said; words of a new choice are to be its choices."""
    for index, name in enumerate(run.mapping):
        plan = run.planned.get(name)
        if plan is None:
            continue
        if not plan["said"]:
            plan["kind"] = likely_kind(survey.columns[index].fits, plan["label"])
        if plan["kind"] == FieldKind.CHOICE != plan["filled"]:
            run.answers = run.answers | {name: {OTHERS: ADD} | run.answers.get(name, {})}
        plan["filled"] = plan["kind"]
    run.save(update_fields=["planned", "answers"])


def kind_questions(run: Import, survey: Survey) -> list[KindQuestion]:
    found = []
    for index, name in enumerate(run.mapping):
        if (plan := run.planned.get(name)) is not None:
            fits = survey.columns[index].fits
            allowed, is_ours = allowed_kinds(fits), plan["kind"] == likely_kind(fits, plan["label"])
            allowed |= {plan["kind"]: allowed.get(plan["kind"], 0)}
            options = tuple((kind, _with_misfits(kind, allowed[kind])) for kind in FieldKind.values if kind in allowed)
            found.append(KindQuestion(index, plan["label"], plan["kind"], options, not plan["said"], is_ours))
    return found


def planned_labels(run: Import) -> list[str]:
    return [plan["label"] for _name, plan in _in_order(run)]


def make_fields(run: Import, actor: Membership) -> None:
    """Make the fields that were asked for; from now on they are fields as any other."""
    for name, plan in _in_order(run):
        _refuse_strangers(run, plan["label"])
        try:
            key = name.removeprefix(NAME_PREFIX)
            create_field(actor=actor, record_type=run.record_type, kind=plan["kind"], label=plan["label"], key=key)
        except ValidationError as error:
            raise _impossible(plan["label"], error) from error
    run.planned = {}


def _planned(run: Import, label: str, kind: str, beside: list[CustomField]) -> CustomField:
    _refuse_strangers(run, label)
    try:
        made = [field for field in custom_fields(run.record_type, active_only=False) if not field._state.adding]
        siblings = [*made, *beside]
        return plan_field(record_type=run.record_type, kind=kind, label=label, siblings=siblings)
    except ValidationError as error:
        raise _impossible(label, error) from error


def _refuse_strangers(run: Import, label: str) -> None:
    if not run.made_by.role.can_set_up:
        raise ValidationError(_("Only an admin may make a field of “%(column)s”.") % {"column": label})


def _impossible(label: str, error: ValidationError) -> ValidationError:
    words = {"column": label, "problem": " ".join(error.messages)}
    return ValidationError(_("No field can be made of “%(column)s”: %(problem)s") % words)


def _in_order(run: Import) -> list[tuple[str, dict[str, Any]]]:
    """The plans in the order of their columns, which JSON does not keep."""
    return [(name, run.planned[name]) for name in run.mapping if name in run.planned]


def _kind(planned: Mapping[str, Any], name: str) -> Any:
    return planned.get(name, {}).get("kind")


def _with_misfits(kind: str, misfits: int) -> str:
    label = str(FieldKind(kind).label)
    if not misfits:
        return label
    told = ngettext("%(kind)s (%(count)s cell doesn’t fit)", "%(kind)s (%(count)s cells don’t fit)", misfits)
    return told % {"kind": label, "count": number(misfits)}
