"""The lists of choices that contacts have."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import Picklist


class Relationship(TextChoices):
    """What a person is to us."""

    PROSPECT = "prospect", _("Prospect: becomes a client with the account")
    CLIENT = "client", _("Client: of an account that is a customer")
    VENDOR = "vendor", _("Vendor contact: of a vendor")
    OTHER = "other", _("Anything else: stays as it is")


RELATIONSHIP = Picklist(
    key="relationship",
    icon="handshake",
    order=70,
    label=_("Contact relationships"),
    help=_("What a person is to you. A prospect becomes a client when the account becomes a customer."),
    meanings=dict(Relationship.choices),
    defaults=(
        (_("Prospect"), Relationship.PROSPECT, ""),
        (_("Client"), Relationship.CLIENT, ""),
        (_("Vendor contact"), Relationship.VENDOR, ""),
        *((label, Relationship.OTHER, "") for label in (_("Partner"), _("Employee"), _("Other"))),
    ),
    default_label=_("Prospect"),
)
