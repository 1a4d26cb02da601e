"""``{{ record.owner|told_apart }}``: a person, with the e-mail where another one has the name, too."""

from __future__ import annotations

from django import template

from crm.users import selectors
from crm.users.models import Membership

register = template.Library()


@register.filter
def told_apart(person: Membership | None) -> str:
    return selectors.told_apart(person) if person is not None else ""
