"""The setup pages in groups: the menu beside each of them, and the cards of the first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.local.mailbox import is_readable_in
from crm.picklists.lists import PICKLISTS
from crm.picklists.selectors import default_pipeline, pipelines
from crm.setup.lists import STAGES_HELP
from crm.tenants.context import current_tenant

PICKLIST_ICONS = {
    "lead_status": "list-checks",
    "lead_source": "radar",
    "rating": "flame",
    "unqualified_reason": "user-x",
    "loss_reason": "circle-x",
    "account_type": "building-2",
    "industry": "factory",
    "relationship": "handshake",
    "contact_role": "id-card",
}


@dataclass(frozen=True)
class Page:
    label: Any
    help: Any
    icon: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Group:
    label: Any
    pages: tuple[Page, ...]


def groups(path: str) -> list[Group]:
    """Return all setup pages; the one that ``path`` is in, or below, is marked."""
    found = [_workspace(), _leads(), _vetting(), _sales(), _fields(), _words(), _log()]
    urls = [page.url for group in found for page in group.pages]
    current = max((url for url in urls if path.startswith(url)), key=len, default="")
    return [
        Group(group.label, tuple(replace(page, current=page.url == current) for page in group.pages)) for group in found
    ]


def _workspace() -> Group:
    return Group(
        _("Workspace"),
        (
            Page(
                _("General"),
                _("Name, time zone, currency, dates and numbers."),
                "settings",
                reverse("setup:workspace"),
            ),
            Page(
                _("People"),
                _("Who may sign in, in which role and team; invitations."),
                "users",
                reverse("setup:people"),
            ),
            Page(
                _("Teams"),
                _("People who share records, and which team is part of which."),
                "network",
                reverse("setup:teams"),
            ),
            Page(
                _("Roles"),
                _("What people may see and change: their own, their team's or all records."),
                "shield-check",
                reverse("setup:roles"),
            ),
            Page(
                _("Imported files"),
                _("For how many days the files of imports are kept."),
                "file-spreadsheet",
                reverse("setup:import_files"),
            ),
        ),
    )


def _leads() -> Group:
    return Group(
        _("Leads"),
        (
            Page(
                _("Use of leads"),
                _("Whether you work with leads, and what happens when one is about somebody you know already."),
                "user-plus",
                reverse("setup:lead_policy"),
            ),
            Page(
                _("Field map"),
                _("Which field of a lead goes where when it is converted."),
                "route",
                reverse("setup:field_map"),
            ),
        ),
    )


def _vetting() -> Group:
    return Group(
        _("Vetting"),
        (
            Page(
                _("Criteria"),
                _("What leads are vetted by: budget, authority, need, timeline, and your own."),
                "clipboard-check",
                reverse("setup:criteria"),
            ),
            Page(
                _("Before converting"),
                _("What must be answered with yes before a lead is converted, and whether that warns or blocks."),
                "shield-alert",
                reverse("setup:conversion_gate"),
            ),
        ),
    )


def _sales() -> Group:
    stages = Page(_("Stages"), STAGES_HELP, "chart-no-axes-gantt", _list_url(str(default_pipeline().pk)))
    several = Page(
        _("Pipelines"),
        _("Different ways of selling, each with stages of its own."),
        "workflow",
        reverse("setup:pipelines"),
    )
    ways = (several,) if len(pipelines(active_only=False)) > 1 else (stages, several)
    return Group(_("Selling"), (*ways, *_customers()))


def _customers() -> tuple[Page, ...]:
    return (
        Page(
            _("Past customers"),
            _("After how long without a purchase a customer becomes a past customer."),
            "moon",
            reverse("setup:account_life"),
        ),
        Page(
            _("Contacts without account"),
            _("Whether people can be contacts without belonging to a company."),
            "contact",
            reverse("setup:contact_accounts"),
        ),
    )


def _fields() -> Group:
    pages = [
        Page(
            record_type.label_plural,
            _("Facts of your own about %(records)s, beside those that are there.")
            % {"records": str(record_type.label_plural).lower()},
            record_type.icon,
            reverse("setup:fields", kwargs={"type": record_type.key}),
        )
        for record_type in catalogue.record_types()
    ]
    tags = Page(_("Tags"), _("The words that people have put on records."), "tags", reverse("setup:tags"))
    return Group(_("Fields"), (*pages, tags))


def _words() -> Group:
    words = [
        Page(picklist.label, picklist.help, PICKLIST_ICONS.get(key, "list"), _list_url(key))
        for key, picklist in PICKLISTS.items()
    ]
    people = Page(
        _("Mailing lists"),
        _("Newsletters and other lists that leads and contacts are put on."),
        "mails",
        reverse("setup:mailing_lists"),
    )
    return Group(_("Lists"), (*words, people))


def _mailbox() -> tuple[Page, ...]:
    if not is_readable_in(current_tenant().slug):
        return ()
    return (
        Page(
            _("Mailbox"),
            _("The mails of this trial, which never left this machine."),
            "mail",
            reverse("setup:mailbox"),
        ),
    )


def _log() -> Group:
    return Group(
        _("Log"),
        (
            *_mailbox(),
            Page(
                _("Workflow runs"),
                _("What happened by itself, such as a won deal that made its account a customer, and what failed."),
                "activity",
                reverse("setup:runs"),
            ),
            Page(
                _("Changes of the setup"),
                _("Who changed people, lists and settings, and when."),
                "history",
                reverse("setup:changes"),
            ),
        ),
    )


def _list_url(key: str) -> str:
    return reverse("setup:list", kwargs={"key": key})
