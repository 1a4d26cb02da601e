"""What an import of customers, or of what they bought, brings with it: the first night takes those of long ago."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import ngettext

from crm.imports.afterwards import Afterwards, register
from crm.ui import format as formats
from crm.users.models import Membership
from opportunities.services.lapsing import effect_tonight, past_customer_months


def tell_of_tonight(actor: Membership) -> Afterwards | None:
    """Say how many customers of the workspace would be past customers tomorrow."""
    number = effect_tonight(past_customer_months()).total
    if not number:
        return None
    sentence = ngettext(
        "%(count)s customer becomes a past customer tonight: the contract has ended, or nothing was won for long.",
        "%(count)s customers become past customers tonight: their contracts have ended, or nothing was won for long.",
        number,
    ) % {"count": formats.number(number)}
    return Afterwards(sentence, reverse("setup:account_life") if actor.role.can_set_up else "")


for _key in ("accounts", "opportunities"):
    register(_key, tell_of_tonight)
