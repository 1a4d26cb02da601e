"""What is chosen about leads; about vetting them: ``leads/vetting/settings.py``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.models import Contact
from crm.picklists.models import Choice
from crm.picklists.selectors import choices, default_choice
from crm.preferences.pages import SetupGroup, SetupPage
from crm.preferences.setting import Setting
from crm.tenants.stored import Id, Kind, Maybe, OneOf
from crm.users.settings import use_of
from leads.vetting.settings import BEFORE_CONVERTING, CONVERSION_GATE, CRITERIA
from opportunities.models import Opportunity

__all__ = ["BEFORE_CONVERTING", "CONVERSION_GATE", "CRITERIA"]

LEADS = SetupGroup(_("Leads"), 20)
USE = SetupPage(
    LEADS,
    10,
    "setup:lead_policy",
    _("Use of leads"),
    _("Whether you work with leads, and what happens when one is about somebody you know already."),
    "user-plus",
)
FIELD_MAP_PAGE = SetupPage(
    LEADS,
    20,
    "setup:field_map",
    _("Field map"),
    _("Which field of a lead goes where when it is converted."),
    "route",
)
USES_LEADS = use_of("leads", label=_("We work with leads"), called=_("use of leads"), page=USE)


class OfContact(models.TextChoices):
    """What happens to a new lead of somebody who is a contact already."""

    WARN = "warn", _("Warn: it can be made all the same")
    BLOCK = "block", _("Block: it cannot be made, by hand or by import")


OF_CONTACT: Setting[OfContact] = Setting(
    "lead_of_contact",
    OneOf(OfContact),
    OfContact.WARN,
    label=_("When somebody makes a lead of a person who is a contact already"),
    called=_("leads of known contacts"),
    page=USE,
)


class _Source(Maybe[UUID]):
    """A source of leads, in a log by its name."""

    def load(self, kept: Any) -> UUID | None:
        return super().load(kept or None)

    def check(self, value: UUID | None) -> None:
        if value is not None and value not in {one.pk for one in choices("lead_source")}:
            raise ValidationError(_("Choose a source that is in use."))

    def history(self, value: UUID | None) -> str:
        return str(source_or_default(value) or "")


def source_or_default(source_id: UUID | None) -> Choice | None:
    """Return the source with that id, or else the one with which new leads start."""
    found = next((one for one in choices("lead_source") if one.pk == source_id), None)
    return found or default_choice("lead_source")


CARD_SOURCE: Setting[UUID | None] = Setting(
    "card_source",
    _Source(Id()),
    None,
    label=_("Source of leads from business cards"),
    called=_("source of leads from business cards"),
    page=USE,
)

Pair = tuple[str, str, str]  # lead's field, record type, its field
TARGETS = frozenset({Account.type_key, Contact.type_key, Opportunity.type_key})


class _Pairs(Kind[tuple[Pair, ...]]):
    def load(self, kept: Any) -> tuple[Pair, ...]:
        found = []
        for source, target, name in kept:
            if target not in TARGETS:
                raise ValueError(target)
            found.append((str(source), target, str(name)))
        return tuple(found)

    def dump(self, value: tuple[Pair, ...]) -> list[list[str]]:
        return [list(pair) for pair in value]

    def __str__(self) -> str:
        return "pairs of fields"


# None: the one that every workspace starts with, ``field_map.FIELD_MAP``
LEAD_FIELD_MAP: Setting[tuple[Pair, ...] | None] = Setting(
    "lead_field_map",
    Maybe(_Pairs()),
    None,
    label=_("Field map"),
    called=_("where fields of leads go"),
    page=FIELD_MAP_PAGE,
    through="leads.field_map.set_field_map",
)
