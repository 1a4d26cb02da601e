"""The lists that a person is on, beside their record."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import Panel
from crm.events.models import Event
from crm.events.types import names
from crm.mailing_lists.events import PUT_ON_LIST
from crm.mailing_lists.filters import can_be_on_lists
from crm.mailing_lists.selectors import has_opted_out, list_fact, lists_of, mailing_lists
from crm.records.taking_back import tells_what_stays
from crm.users.access import can
from crm.users.models import Membership


def load_lists(actor: Membership, record: Any) -> dict[str, Any] | None:
    """The lists of ``record``; nothing while the workspace has none."""
    if not mailing_lists(active_only=False):
        return None
    place = {"record_type": record.type_key, "record_id": record.pk}
    list_url = reverse(f"{record.type_key}:list")
    return {
        "lists": [(one, f"{list_url}?mailing_list={one.pk}") for one in lists_of(record)],
        "edit_url": reverse("lists:of_record", kwargs=place) if can(actor, "edit", record) else "",
        "opted_out": has_opted_out(record),
    }


catalogue.add_page_fact(can_be_on_lists, list_fact)
catalogue.add_panel(can_be_on_lists, Panel("lists", "mailing_lists/panel.html", load_lists, order=70))


@tells_what_stays
def lists_that_stay(followed: QuerySet[Event]) -> str:
    stays = followed.filter(name__in=names(PUT_ON_LIST)).exists()
    return _("The mailing lists stay as they are.") if stays else ""
