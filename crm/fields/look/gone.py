"""Own fields that a form still has in somebody's browser, and the workspace no longer has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField

from crm.fields.gone import specs_that_were
from crm.fields.look import look_of
from crm.fields.look.inputs import MoneyField
from crm.fields.look.words import words_of
from crm.fields.models import NAME_PREFIX
from crm.users.access import HIDDEN, limited_fields
from crm.users.models import Membership

_CURRENCY = "_currency"  # beside the amount of a field that is money


def gone_fields(form: Any, type_key: str, actor: Membership) -> Iterator[tuple[BoundField, str]]:
    """The fields that were sent to ``form``, and are none of it because they were taken away: each with what it holds.

    Those that are ``withheld`` from ``actor`` alone are there. What was sent as it was drawn is left out, as far as
    ``form`` tells that: nobody has typed it.
    """
    before = form.add_prefix(NAME_PREFIX)
    prefix = before.removesuffix(NAME_PREFIX)
    sent = [name.removeprefix(prefix) for name in form.data if name.startswith(before)]
    here = {*form.fields, *(spec.name for spec in form.withheld)}
    known = {*here, *(f"{name}{_CURRENCY}" for name in here)}
    shown = forms.Form(form.data, prefix=form.prefix)
    for name in sent:
        beside = name.removesuffix(_CURRENCY)
        if name not in known and (beside == name or beside not in sent):
            shown.fields[name] = _field(name, type_key, actor, form)
    for bound in shown:
        if (words := words_of(bound).strip()) and not form.is_as_drawn(bound):
            yield bound, words


def _field(name: str, type_key: str, actor: Membership, form: Any) -> forms.Field:
    """The field as it was; of one of which nobody knows that, what can be told from what was sent."""
    hidden = limited_fields(actor, type_key, HIDDEN) if type_key else ()
    for spec in specs_that_were([name] if name not in hidden else [], type_key):
        field = look_of(spec).form_field(actor)
        field.label = spec.label
        return field
    label = name.removeprefix(NAME_PREFIX).replace("_", " ").capitalize()
    if form.add_prefix(f"{name}{_CURRENCY}") in form.data:
        field = MoneyField(required=False)
    elif form.data.get(form.add_prefix(name)) == "on":
        field = forms.BooleanField(required=False)
    else:
        field = forms.CharField(required=False, widget=forms.Textarea)
    field.label = label
    return field
