"""The lists of choices that contacts have."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import Picklist

RELATIONSHIP = Picklist(
    key="relationship",
    icon="handshake",
    order=70,
    label=_("Contact relationships"),
    help=_("What a person is to you. A prospect becomes a client when the account becomes a customer."),
    meanings={
        "prospect": _("Prospect: becomes a client with the account"),
        "client": _("Client: of an account that is a customer"),
        "vendor": _("Vendor contact: of a vendor"),
        "other": _("Anything else: stays as it is"),
    },
    defaults=(
        (_("Prospect"), "prospect", ""),
        (_("Client"), "client", ""),
        (_("Vendor contact"), "vendor", ""),
        *((label, "other", "") for label in (_("Partner"), _("Employee"), _("Other"))),
    ),
    default_label=_("Prospect"),
)
