"""Lists when an act is taken back that put somebody on one, or took somebody off."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm import catalogue
from crm.events.models import Event
from crm.mailing_lists.events import PUT_ON_LIST
from crm.mailing_lists.models import MailingListMember
from crm.mailing_lists.services import take_off_lists, tell
from crm.undo.taking_back import puts_away, tells_of_return
from crm.users.access import can
from crm.users.models import Membership


@puts_away(MailingListMember)
def take_off_again(place: MailingListMember, *, actor: Membership, because: Event) -> None:
    record = _record_of(place, actor)
    take_off_lists(record=record, lists=[place.mailing_list], actor=actor, because=because)


@tells_of_return(MailingListMember)
def tell_of_return(place: MailingListMember, *, actor: Membership, because: Event) -> None:
    tell(PUT_ON_LIST, _record_of(place, actor), place.mailing_list, actor, because)


def _record_of(place: MailingListMember, actor: Membership) -> Any:
    record = catalogue.record_type(place.record_type).model.all_objects.get(pk=place.record_id)
    if not can(actor, "edit", record):
        raise ValidationError(_("It changed the mailing lists of somebody whom you may not change."))
    return record
