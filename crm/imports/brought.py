"""The accounts that a file of people or deals creates: what they are called, and what a file says of them again."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from crm.catalogue import find_type
from crm.fields.kinds import Lookup, Phone, Url
from crm.fields.spec import FieldSpec
from crm.ground.text import sort_key
from crm.keys.phones import phone_key
from crm.ui.dialect import in_text


def is_made_by_name(spec: FieldSpec) -> bool:
    """Whether a name in the field can make a new record."""
    linked = find_type(spec.kind.key) if isinstance(spec.kind, Lookup) else None
    return linked is not None and bool(linked.brought_along)


def brought_label(link: FieldSpec, spec: FieldSpec) -> str:
    return _("New %(link)s: %(field)s") % {"link": in_text(str(link.label)), "field": spec.label}


def noun_of(link: FieldSpec) -> str:
    """What a record to which the field links is called inside of a sentence."""
    linked = find_type(link.kind.key) if isinstance(link.kind, Lookup) else None
    return linked.in_text if linked is not None else ""


def as_compared(spec: FieldSpec, value: Any) -> Any:
    """A value without what two ways of writing it differ in."""
    if isinstance(value, tuple):  # tags
        return {*map(sort_key, value)}
    if not isinstance(value, str):
        return spec.kind.history(value)
    if isinstance(spec.kind, Phone):
        return phone_key(value)
    if isinstance(spec.kind, Url):
        return re.sub(r"^https?://(www\.)?|/$", "", value.casefold())
    return sort_key(value)
