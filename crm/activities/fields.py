"""Fields that activities fill, of types of record that have them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.fields import kinds
from crm.fields.spec import FieldSpec

FIRST_CONTACTED = FieldSpec(
    "first_contacted_at",
    _("First contacted"),
    kinds.DateTime(),
    help=_("The first call, meeting or e-mail."),
    on_create=False,
    on_edit=False,
    importable=False,
)
LAST_CONTACTED = FieldSpec(
    "last_contacted_at",
    _("Last contacted"),
    kinds.DateTime(),
    help=_("The last call, meeting or e-mail."),
    on_create=False,
    on_edit=False,
    importable=False,
)
