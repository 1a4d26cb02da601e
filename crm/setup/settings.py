"""The setup's pages about itself: what happened, by whom."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from crm.local.mailbox import is_readable_in
from crm.preferences.pages import SetupGroup, SetupPage, SetupPages
from crm.tenants.context import current_tenant

LOG = SetupGroup(_("Log"), 90)


def _mailbox() -> Iterator[SetupPage]:
    if is_readable_in(current_tenant().slug):
        help_text = _("The mails of this trial, which never left this machine.")
        yield SetupPage(LOG, 10, "setup:mailbox", _("Mailbox"), help_text, "mail")


MAILBOX = SetupPages(_mailbox)
RUNS = SetupPage(
    LOG,
    20,
    "setup:runs",
    _("Workflow runs"),
    _("What happened by itself, such as a won opportunity that made its account a customer, and what failed."),
    "activity",
)
CHANGES = SetupPage(
    LOG,
    30,
    "setup:changes",
    _("Changes of the setup"),
    _("Who changed people, lists and settings, and when."),
    "history",
)
