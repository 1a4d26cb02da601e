"""What somebody typed into a form, in words: for pages that give it back where the form itself cannot be drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.fields.custom.selectors import fields_named
from crm.fields.kinds import Date, Flag, Lookup
from crm.fields.kinds.choice import OneOf
from crm.fields.look.forms import RecordForm
from crm.fields.look.words import is_code, words_of
from crm.fields.spec import FieldSpec
from crm.ground.ids import uuid_of
from crm.records.access import visible_records
from crm.users.models import Membership

# What the texts of forms are called that are not fields of a record.
LABELS: dict[str, Any] = {
    "body": gettext_lazy("Text"),
    "subject": gettext_lazy("Subject"),
    "task_subject": gettext_lazy("Next step"),
    "next_step": gettext_lazy("Next step"),
    "due_on": gettext_lazy("Due"),
    "task_due_on": gettext_lazy("Due"),
    "occurred_at": gettext_lazy("When it was"),
    "evidence": gettext_lazy("How do you know?"),
    "name": gettext_lazy("Name"),
    "note": gettext_lazy("Note"),
    "description": gettext_lazy("Description"),
    "about": gettext_lazy("About"),
    "role": gettext_lazy("Role"),
    "task_owner": gettext_lazy("Who does it"),
    "lists": gettext_lazy("Mailing lists"),
    "answer": gettext_lazy("Answer"),
    "other_day": gettext_lazy("Due"),
}
_CHOSEN = frozenset({"role", "task_owner", "lists", "answer"})  # of these
# Parts of forms that nobody has typed.
_OURS = frozenset(
    {
        "seen", "moved_from", "back", "next", "idempotency_key", "_method", "record_type", "id", "action", "all", "go",
        "row", "feed", "drawn_for", "announced", "form_of", "csrfmiddlewaretoken", "kind", "reminder", "again",
        "anyway", "import", "dry_run", "update", "columns", "asked_at", "preview", "despite_gate", "step_seen",
        "unresolved", "choose", "views",
    }
)  # fmt: skip
_HIDDEN = ("_id", "-seen", "-rivals", "-offered", "-compared", "-unresolved", "-asked")
_CURRENCY = "_currency"  # beside an amount
_KEEP = "keep-"  # of a value that two have changed
_WINS, _ANOTHER = "wins", "another"  # of a conversion: whose value counts, and a record that is named
_PREFIX = "to-"  # of what a bulk action sets
Found = tuple[list[tuple[str, str]], set[str]]  # labels with what stands there, and the names of what was read


def typed_words(path_info: str, body: Mapping[str, list[str]], actor: Membership) -> list[tuple[str, str]]:
    """What of ``body``, sent to ``path_info``, people may want to read or copy: labels, and values in words."""
    return _words(path_info, body, actor, _in_form)


def plain_words(path_info: str, body: Mapping[str, list[str]], actor: Membership) -> list[tuple[str, str]]:
    """Only the texts of ``body``: for ``actor``, who may no longer see what the rest stands for."""
    return _words(path_info, body, actor, _as_text)


def _words(
    path_info: str, body: Mapping[str, list[str]], actor: Membership, read: Callable[..., Found]
) -> list[tuple[str, str]]:
    given = {name.removeprefix(_PREFIX): values for name, values in body.items()}
    found, shown = read(_specs(path_info, given, actor), given, actor)
    for record_type in catalogue.record_types():
        words, names = _of_part(record_type, given, actor, read)
        found, shown = found + words, shown | names
    found += [(_label_of(name), text) for name, text in _others(given, shown)]
    return [(label, text) for label, text in found if text.strip()]


def _in_form(specs: Iterable[FieldSpec], given: Mapping[str, list[str]], actor: Membership) -> Found:
    """What stands in the fields of ``specs``, in words, and the names that they are sent by."""
    form = RecordForm([spec for spec in specs if spec.name in given], actor=actor, data=MultiValueDict(given))
    return [(str(bound.label), words_of(bound)) for bound in form], {name for bound in form for name in _names(bound)}


def _as_text(specs: Iterable[FieldSpec], given: Mapping[str, list[str]], actor: Membership) -> Found:
    """What was typed into the fields of ``specs``, and the names that they are sent by; nothing is looked up."""
    found: list[tuple[str, str]] = []
    names: set[str] = set()
    for spec in specs:
        own = spec.name, f"{spec.name}{_CURRENCY}"
        texts = [_as_read(spec, text) for text in given.get(spec.name, ()) if text.strip() and _is_typed(spec, text)]
        found.append((str(spec.label), " ".join([*texts, *(given.get(own[1], ()) if texts else ())])))
        names.update(own)
    return found, names


def _as_read(spec: FieldSpec, text: str) -> str:
    """A day that a browser's calendar sends as 2027-02-25, as people write it."""
    try:
        return spec.kind.told(text) if isinstance(spec.kind, Date) else text
    except ValueError:  # typed
        return text


def _is_typed(spec: FieldSpec, text: str) -> bool:
    """Whether ``text`` is what stood in the field, and not the code of what was chosen in it."""
    return not isinstance(spec.kind, OneOf | Flag | Lookup) or not is_code(text)


def _specs(path_info: str, given: Mapping[str, list[str]], actor: Membership) -> tuple[FieldSpec, ...]:
    """What the form at the address asks for: the fields of the records that it is about, or those of a bulk action."""
    try:
        match = resolve(path_info, settings.WORKSPACE_URLCONF)
    except Resolver404:
        return ()
    record_type = _type_of(match)
    if record_type is None:
        return ()
    record_type = catalogue.seen(record_type, actor)
    specs = record_type.specs_now()
    if match.namespace != record_type.key:
        named = given.get("action", [])
        actions = (one for one in catalogue.bulk_actions(record_type.key, actor) if one.key in named)
        specs = next((one.asks(actor) for one in actions), ()) or specs
    taken_away = given.keys() - {spec.name for spec in specs}
    return (*specs, *record_type.specs_that_were(sorted(taken_away)))


def _type_of(match: ResolverMatch) -> RecordType | None:
    keys = {match.namespace, match.kwargs.get("key"), match.kwargs.get("type")}
    return next((one for one in catalogue.record_types() if one.key in keys), None)


def _of_part(
    record_type: RecordType, given: Mapping[str, list[str]], actor: Membership, read: Callable[..., Found]
) -> Found:
    """What a form holds that is about records of several types: each of its fields begins with the type's key."""
    prefix = f"{record_type.key}-"
    own = {name.removeprefix(prefix): values for name, values in given.items() if name.startswith(prefix)}
    if not own:
        return [], set()
    words, names = read(record_type.specs_now(), own, actor)
    which = (text for text in given.get(record_type.key, ()) if read is _in_form or uuid_of(text) is None)
    found = [(str(record_type.label), _which(record_type, text, actor)) for text in which]
    found += [(f"{record_type.label}: {label}", text) for label, text in words]
    for name in own.keys() - names:
        of, _dash, field = name.partition("-")
        if of == _WINS and record_type.has(field):
            side = next((one for one in catalogue.record_types() if [one.noun] == own[name]), record_type)
            found.append((f"{record_type.label}: {record_type.spec(field).label}", _("On the %(noun)s") % _noun(side)))
        elif name == _ANOTHER:
            found.append((f"{record_type.label}: {_('Its name')}", " ".join(own[name])))
        else:
            continue
        names.add(name)
    return found, {record_type.key, *(f"{prefix}{name}" for name in names)}


def _which(record_type: RecordType, text: str, actor: Membership) -> str:
    """The record that was chosen, or what was to become of it."""
    if (record_id := uuid_of(text)) is not None:
        record = visible_records(actor, record_type).filter(pk=record_id).first()
        return record.name if record is not None else _("an unknown choice")
    words = {"new": _("New %(noun)s"), "none": _("No %(noun)s"), _ANOTHER: _("Choose an existing %(noun)s")}
    return words[text] % _noun(record_type) if text in words else text


def _noun(record_type: RecordType) -> dict[str, str]:
    return {"noun": record_type.in_text}


def _names(bound: BoundField) -> set[str]:
    widget: Any = bound.field.widget
    return {bound.name, *(f"{bound.name}{name}" for name in getattr(widget, "widgets_names", ()))}


def _label_of(name: str) -> str:
    """What a field is called that is none of the record's."""
    if name in LABELS:
        return str(LABELS[name])
    if own := fields_named(name):
        return own[0].label
    labels = {str(one.spec(name).label) for one in catalogue.record_types() if one.has(name)}
    labels = labels or {str(one.label) for one in _declared(name) if one.label}
    return labels.pop() if len(labels) == 1 else _("What you typed")


def _is_text(name: str) -> bool:
    """Whether people type into what is called so."""
    if name in LABELS:
        return name not in _CHOSEN
    return any(isinstance(one.widget, forms.TextInput | forms.Textarea) for one in _declared(name))


def _declared(name: str, of: type[forms.BaseForm] = forms.BaseForm) -> Iterator[forms.Field]:
    """The fields of that name which stand in the classes of forms."""
    fields: dict[str, forms.Field] = getattr(of, "base_fields", {})
    if name in fields:
        yield fields[name]
    for one in of.__subclasses__():
        yield from _declared(name, one)


def _others(body: Mapping[str, list[str]], shown: set[str]) -> Iterator[tuple[str, str]]:
    for name, values in body.items():
        amount = name.removesuffix(_CURRENCY)
        if amount != name and amount in body and not any(body[amount]):
            continue
        if name not in shown and name not in _OURS and not name.endswith(_HIDDEN) and not name.startswith(_KEEP):
            typed = [value for value in values if value.strip() and (_is_text(name) or not is_code(value))]
            yield name, "\n".join(typed)
