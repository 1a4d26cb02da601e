"""What is chosen about the workspace itself, its people, and by each person about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import to_locale

from crm.preferences.pages import SetupGroup, SetupPage
from crm.preferences.setting import PersonSetting, Setting
from crm.tenants.models import Tenant
from crm.tenants.stored import Column, Flag, OfColumn, Stored, Words
from crm.users.choices import places

WORKSPACE = SetupGroup(_("Workspace"), 10)
GENERAL = SetupPage(
    WORKSPACE, 10, "setup:workspace", _("General"), _("Name, time zone, currency, dates and numbers."), "settings"
)
PEOPLE = SetupPage(
    WORKSPACE, 20, "setup:people", _("People"), _("Who may sign in, in which role and team; invitations."), "users"
)
TEAMS = SetupPage(
    WORKSPACE,
    30,
    "setup:teams",
    _("Teams"),
    _("People who share records, and which team is part of which."),
    "network",
)
ROLES = SetupPage(
    WORKSPACE,
    40,
    "setup:roles",
    _("Roles"),
    _("What people may see and change: their own, their team's or all records."),
    "shield-check",
)


@lru_cache(maxsize=64)
def _as_place(language: str) -> Locale:
    """The place whose way of writing dates and numbers it is."""
    try:
        return Locale.parse(to_locale(language))
    except UnknownLocaleError as error:
        raise ValueError(language) from error


def _as_code(currency: str) -> None:
    if not (currency.isascii() and currency.isalpha() and currency.isupper() and len(currency) == 3):
        raise ValueError(currency)


NAME: Setting[str] = Setting("name", OfColumn("name"), "", Column(), label=_("Name"), called=_("name"), page=GENERAL)
TIME_ZONE: Setting[str] = Setting(
    "time_zone",
    OfColumn("time_zone", ZoneInfo),
    "UTC",
    Column(),
    label=_("Time zone"),
    called=_("time zone"),
    page=GENERAL,
)
CURRENCY: Setting[str] = Setting(
    "currency", OfColumn("currency", _as_code), "USD", Column(), label=_("Currency"), called=_("currency"), page=GENERAL
)
LANGUAGE: Setting[str] = Setting(
    "language",
    OfColumn("language", _as_place, lambda: dict(places())),
    "en",
    Column(),
    label=_("Dates and numbers as in"),
    called=_("dates and numbers"),
    page=GENERAL,
)

# "" in their account: as each of their workspaces
OWN_TIME_ZONE: PersonSetting[str] = PersonSetting(
    key="time_zone", kind=TIME_ZONE.kind, label=TIME_ZONE.label, page="users:profile", workspace=TIME_ZONE
)
OWN_LANGUAGE: PersonSetting[str] = PersonSetting(
    key="language", kind=LANGUAGE.kind, label=LANGUAGE.label, page="users:profile", workspace=LANGUAGE
)

TYPES_OFF: Stored[frozenset[str]] = Stored("types_off", Words(), frozenset())  # keys of record types


@dataclass(frozen=True)
class _Switch:
    """Whether the type is none of those that the workspace does without."""

    type_key: str

    def column(self, key: str) -> str:
        return TYPES_OFF.place.column(TYPES_OFF.key)

    def read(self, tenant: Tenant, key: str) -> bool:
        return self.type_key not in TYPES_OFF.read(tenant)

    def write(self, tenant: Tenant, key: str, kept: bool) -> None:
        others = TYPES_OFF.read(tenant) - {self.type_key}
        off = others if kept else others | {self.type_key}
        TYPES_OFF.place.write(tenant, TYPES_OFF.key, TYPES_OFF.kind.dump(off))


def use_of(type_key: str, *, label: Any, called: Any, page: SetupPage) -> Setting[bool]:
    """Declare that a workspace may do without records of the type: switched off, nobody reaches any (crm/users/access).

    Nothing is lost by it: all are back when it is on again.
    """
    return Setting(f"uses_{type_key}", Flag(), True, _Switch(type_key), label=label, called=called, page=page)
