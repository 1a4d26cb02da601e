"""Where the setup has a workspace's own fields and tags."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.preferences.pages import SetupGroup, SetupPage

FIELDS = SetupGroup(_("Fields"), 50)
TAGS = SetupPage(FIELDS, 900, "setup:tags", _("Tags"), _("The words that people have put on records."), "tags")
