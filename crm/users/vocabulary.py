"""What templates can say of people and their sessions, and of mail."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.users import mailing, selectors
from crm.users.leaving import words_for
from crm.users.models import Membership

# The first that is found counts: browsers also carry the names of those they are like.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def mail_words() -> dict[str, Any]:
    """Whether mail leaves this installation, or is kept in its mailbox; and whether one can sign up."""
    return {**mailing.words(), "sign_up_is_open": mailing.sign_up_is_open()}


def deactivated_words(request: HttpRequest | None) -> str:
    """What somebody reads who can no longer come in; "" for everybody else, and where a page failed."""
    return words_for(request) if request else ""


def told_apart(person: Membership | None) -> str:
    """``{{ record.owner|told_apart }}``: a person, with the e-mail where another one has the name, too."""
    return selectors.told_apart(person) if person is not None else ""


def browser(user_agent: str) -> str:
    """The browser and system that a User-Agent header names: “Firefox, Windows”."""
    found = [next((label for mark, label in marks if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found)) or _("Another program")


FUNCTIONS: dict[str, Any] = {"mail_words": mail_words, "deactivated_words": deactivated_words}
FILTERS: dict[str, Any] = {"told_apart": told_apart, "browser": browser}
