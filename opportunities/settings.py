"""What is chosen about selling, and about for how long customers are some."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.picklists.settings import SELLING
from crm.preferences.pages import SetupPage
from crm.preferences.setting import Setting
from crm.tenants.stored import Maybe, State, Whole, Word

PAST_CUSTOMERS = SetupPage(
    SELLING,
    30,
    "setup:account_life",
    _("Past customers"),
    _("After how long without a purchase a customer becomes a past customer."),
    "moon",
)
MOST_MONTHS = 120
# None: never. A contract that still runs keeps a customer, and so does a person's word.
PAST_CUSTOMER_MONTHS: Setting[int | None] = Setting(
    "past_customer_months",
    Maybe(Whole(1, MOST_MONTHS, _("Give a number of months from 1 to %(most)s."))),
    12,
    label=_("Months without a won opportunity"),
    called=_("months until a customer is a past customer"),
    page=PAST_CUSTOMERS,
)
LAPSED_ON: State[str] = State("customers_lapsed_on", Word(), "")  # the workspace's day for which that was done last
