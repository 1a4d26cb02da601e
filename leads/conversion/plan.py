"""What is to become of a lead: for account, contact and opportunity each, a new record, one that exists, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.models import Contact
from crm.picklists.models import Choice
from crm.users.models import Membership
from opportunities.models import Opportunity

PARTS = (Account.type_key, Contact.type_key, Opportunity.type_key)  # in the order in which they are made
_PART_OF = dict(zip(PARTS, ("account", "contact", "opportunity"), strict=True))


class Way(TextChoices):
    NEW = "new", _("Create new")
    EXISTING = "existing", _("Use existing")
    NONE = "none", _("None")


@dataclass(frozen=True)
class Part:
    """What becomes of one record.

    ``values`` (by spec name) is what the person typed for a new record; it wins over what the field map brings.
    ``take`` names the fields of an existing record that shall get the lead's value; None: those that are blank there.
    ``undecided`` are fields that the person could not decide on: of those, too, the blank ones get it.
    """

    way: Way
    record_id: UUID | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    take: frozenset[str] | None = None
    undecided: frozenset[str] = frozenset()


NOTHING = Part(Way.NONE)


def new(**values: Any) -> Part:
    """A new record, with these values beside those of the lead."""
    return Part(Way.NEW, values=values)


def existing(record_id: UUID, take: frozenset[str] | None = None, undecided: frozenset[str] = frozenset()) -> Part:
    """The record with that id; it gets the lead's values where its own are blank, or exactly for ``take``."""
    return Part(Way.EXISTING, record_id=record_id, take=take, undecided=undecided)


@dataclass(frozen=True)
class ConversionPlan:
    """All that ``convert_lead`` has to know. ``owner`` (None: the lead's, or else who converts) gets what is new."""

    account: Part = NOTHING
    contact: Part = NOTHING
    opportunity: Part = NOTHING
    role: Choice | None = None  # of the contact in the opportunity
    owner: Membership | None = None

    def of(self, key: str) -> Part:
        """Return the part for the record type ``key``."""
        part: Part = getattr(self, _PART_OF[key])  # asked for a lot
        return part

    @cached_property
    def made(self) -> frozenset[str]:
        """The keys of the record types that the lead becomes one of, new or existing."""
        return frozenset(key for key in PARTS if self.of(key).way != Way.NONE)
