"""What was sent of fields that the sender may not write, whose form was drawn before: it is told, and not dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.look import look_of
from crm.fields.look.words import words_of
from crm.fields.spec import FieldSpec
from crm.ui.seen import SeenForm
from crm.users.models import Membership


def withheld_errors(form: forms.Form, withheld: Sequence[FieldSpec], actor: Membership) -> Iterator[ValidationError]:
    """Say what was typed into the fields ``withheld`` from ``actor``, which are none of ``form``.

    What was sent as it was drawn, or as the form begins, is left out: nobody has typed it. Sent without it, the form
    is taken: by then the sentence was read.
    """
    shown = forms.Form(form.data, prefix=form.prefix)
    usual = {}
    for spec in withheld:
        if spec.name not in form.fields:
            shown.fields[spec.name] = look_of(spec).form_field(actor)
            shown.fields[spec.name].label = spec.label
            usual[spec.name] = _usual(form, spec)
    for bound in shown:
        words = words_of(bound).strip()
        is_drawn = isinstance(form, SeenForm) and form.is_as_drawn(bound)
        if words and not is_drawn and words != usual[bound.name]:
            text = _(
                "Your role may not change “%(field)s”, so what you entered there cannot be saved. Copy it if you need "
                "it, then press the button once more: “%(text)s”"
            )
            yield ValidationError(text % {"field": bound.label, "text": words}, code="withheld")


def _usual(form: forms.Form, spec: FieldSpec) -> str:
    """What ``form`` would have begun with, in words; "" = nothing."""
    if spec.name in form.initial:
        value = form.initial[spec.name]
    else:
        value = None if spec.default is None else spec.default()
    return "" if value is None else spec.kind.told(spec.kind.history(value))
