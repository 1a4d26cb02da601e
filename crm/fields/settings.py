"""What admins change of a workspace's own fields and tags."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.phrases import Called
from crm.preferences.pages import SetupGroup, SetupPage
from crm.preferences.rows import IS_ACTIVE, NAME, ORDER, SetupRow

FIELDS = SetupGroup(_("Fields"), 50)
TAGS = SetupPage(FIELDS, 900, "setup:tags", _("Tags"), _("The words that people have put on records."), "tags")
OWN_FIELD = SetupRow(
    "custom_field",
    {
        "label": NAME,
        "help": Called(_("help")),
        "section": Called(_("section"), None),  # a key
        "required": Called(_("required"), verbs={False: _("made it optional"), True: _("made it required")}),
        "is_filterable": Called(
            _("filter"), verbs={False: _("stopped lists from filtering by it"), True: _("let lists filter by it")}
        ),
        "is_active": IS_ACTIVE,
        "order": ORDER,
    },
)
TAG = SetupRow("tag", {"name": NAME})
