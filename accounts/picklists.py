"""The lists of choices that accounts have."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import Picklist


class AccountType(TextChoices):
    """What a company is to us."""

    PROSPECT = "prospect", _("Prospect")
    CUSTOMER = "customer", _("Customer")
    PAST_CUSTOMER = "past_customer", _("Past customer")
    OTHER = "other", _("Other")


ACCOUNT_TYPE = Picklist(
    key="account_type",
    icon="building-2",
    order=50,
    label=_("Account types"),
    help=_("What a company is to you. Winning an opportunity makes it a customer."),
    meanings=dict(AccountType.choices),
    needed=frozenset({AccountType.PROSPECT, AccountType.CUSTOMER, AccountType.PAST_CUSTOMER}),
    guarded=frozenset({AccountType.CUSTOMER, AccountType.PAST_CUSTOMER}),
    defaults=(
        (_("Prospect"), AccountType.PROSPECT, "info"),
        (_("Customer"), AccountType.CUSTOMER, "success"),
        (_("Past customer"), AccountType.PAST_CUSTOMER, "neutral"),
        (_("Vendor"), AccountType.OTHER, ""),
        (_("Partner"), AccountType.OTHER, ""),
    ),
    default_label=_("Prospect"),
    synonyms={
        AccountType.CUSTOMER: (
            "customer, client, kunde, cliente, customer - direct, customer - channel, active customer"
        ),
        AccountType.PAST_CUSTOMER: (
            "former customer, ehemaliger kunde, ex-client, churned, lost customer, past client"
        ),
        AccountType.PROSPECT: ("prospect, interessent, lead, target, prospecto, opportunity"),
    },
)

INDUSTRY = Picklist(
    key="industry",
    icon="factory",
    order=60,
    label=_("Industries"),
    help=_("The sector a company works in."),
    defaults=tuple(
        (label, "", "")
        for label in (
            _("Education"),
            _("Energy"),
            _("Entertainment"),
            _("Finance"),
            _("Government"),
            _("Health care"),
            _("Manufacturing"),
            _("Marketing"),
            _("Retail"),
            _("Services"),
            _("Software"),
            _("Telecommunications"),
            _("Transport"),
            _("Other"),
        )
    ),
)
