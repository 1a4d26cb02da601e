"""What a task is about: a record of any type, named in one field."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm import catalogue
from crm.fields.look.lookup import ANY, LookupWidget
from crm.ground.text import sort_key
from crm.records.access import visible_records
from crm.users.access import may
from crm.users.models import Membership

MOST_NAMED = 10


class AboutField(forms.MultiValueField):
    """Cleans to a record that ``actor`` may edit and that takes activities, or ``None``.

    ``kept`` may stay although it is out of the actor's reach. Two records of one name are told apart by picking one.
    """

    def __init__(self, *, actor: Membership, kept: Any = None, **options: Any) -> None:
        self.actor = actor
        self.kept = kept
        parts = (forms.CharField(required=False, max_length=300), forms.CharField(required=False, max_length=80))
        widget = LookupWidget(ANY, place=place_of)
        widget.widgets[0].attrs["class"] = "control"
        super().__init__(parts, widget=widget, required=False, require_all_fields=False, **options)

    def compress(self, data_list: list[Any]) -> Any:
        name, place = data_list or (None, None)
        if not name:
            return None
        if self.kept is not None and place == place_of(self.kept) and sort_key(self.kept.name) == sort_key(name):
            return self.kept
        picked = self._at(place or "")
        if picked is not None and sort_key(picked.name) == sort_key(name):
            return self._open(picked)
        return self._open(self._called(name))

    def _at(self, place: str) -> Any:
        key, _colon, text = place.partition(":")
        try:
            rows = visible_records(self.actor, catalogue.record_type(key), "edit")
            return rows.filter(pk=UUID(text)).first()
        except (KeyError, ValueError):
            return None

    def _called(self, name: str) -> Any:
        found: list[Any] = []
        for record_type in catalogue.record_types():
            rows = visible_records(self.actor, record_type, "edit").filter(sort_name=sort_key(name))
            found += rows[: MOST_NAMED - len(found)]
        if not found:
            raise ValidationError(_("Nothing is called “%(name)s”. Pick one from the list.") % {"name": name})
        if len(found) > 1:
            words = {"name": name, "types": ", ".join(str(catalogue.type_of(one).label) for one in found)}
            raise ValidationError(
                _("Several records are called “%(name)s” (%(types)s). Pick one from the list.") % words
            )
        return found[0]

    def _open(self, record: Any) -> Any:
        if reason := catalogue.type_of(record).locked(record):
            raise ValidationError(reason)
        return record

    def has_changed(self, initial: Any, data: Any) -> bool:
        name, place = [*list(data or []), None, None][:2]
        if initial is None:
            return bool(name)
        return not name or name != initial.name or (bool(place) and place != place_of(initial))


def may_choose(actor: Membership) -> bool:
    """Whether there is anything that ``actor`` may add something to: else the field would offer nothing."""
    return any(may(actor, "edit", record_type.key) for record_type in catalogue.record_types())


def place_of(record: Any) -> str:
    """How a record of any type is named in a form."""
    return f"{catalogue.type_of(record).key}:{record.pk}"
