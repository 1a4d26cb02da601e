"""The lists that a person is on, beside their record; and how the log tells of it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.catalogue.types import Panel
from crm.events import phrases
from crm.lists.selectors import lists_beside
from crm.users.access import can
from crm.users.models import Membership


def load_lists(actor: Membership, record: Any) -> dict[str, Any] | None:
    """The lists of ``record``; nothing while the workspace has none."""
    every = lists_beside(record)
    if not every:
        return None
    place = {"record_type": record.type_key, "record_id": record.pk}
    list_url = reverse(f"{record.type_key}:list")
    return {
        "lists": [(one, f"{list_url}?mailing_list={one.pk}") for one in every if one.has_it],  # type: ignore[attr-defined]
        "edit_url": reverse("lists:of_record", kwargs=place) if can(actor, "edit", record) else "",
        "opted_out": record.opted_out,
    }


catalogue.add_panel(lambda one: one.is_person, Panel("lists", "lists/panel.html", load_lists, order=70))

for _noun in ("lead", "contact"):
    phrases.register(f"{_noun}.put_on_list", _("%(actor)s put %(this)s on the list “%(list)s”"))
    phrases.register(f"{_noun}.taken_off_list", _("%(actor)s took %(this)s off the list “%(list)s”"))
phrases.register("mailing_list.created", _("%(actor)s made the mailing list “%(label)s”"))
phrases.register("mailing_list.deleted", _("%(actor)s deleted the mailing list “%(label)s”"))
