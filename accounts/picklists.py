"""The lists of choices that accounts have."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import Picklist

ACCOUNT_TYPE = Picklist(
    key="account_type",
    icon="building-2",
    order=50,
    label=_("Account types"),
    help=_("What a company is to you. Winning an opportunity makes it a customer."),
    meanings={
        "prospect": _("Prospect"),
        "customer": _("Customer"),
        "past_customer": _("Past customer"),
        "other": _("Other"),
    },
    needed=frozenset({"prospect", "customer", "past_customer"}),
    guarded=frozenset({"customer", "past_customer"}),
    defaults=(
        (_("Prospect"), "prospect", "info"),
        (_("Customer"), "customer", "success"),
        (_("Past customer"), "past_customer", "neutral"),
        (_("Vendor"), "other", ""),
        (_("Partner"), "other", ""),
    ),
    default_label=_("Prospect"),
    synonyms={
        "customer": ("customer, client, kunde, cliente, customer - direct, customer - channel, active customer"),
        "past_customer": ("former customer, ehemaliger kunde, ex-client, churned, lost customer, past client"),
        "prospect": ("prospect, interessent, lead, target, prospecto, opportunity"),
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
