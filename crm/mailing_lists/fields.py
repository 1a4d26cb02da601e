"""What a record on a mailing list says of itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.fields import kinds
from crm.fields.spec import FieldSpec

OPTED_OUT = FieldSpec(
    "opted_out",
    _("Opted out"),
    kinds.Flag(),
    help=_("Gets no mail that is sent to many."),
)
