"""What has changed since the conversion page was drawn: the lead, the records to link, and whether they are there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.events.selectors import last_change
from crm.records.access import deleted_by, visible_records
from crm.tenants.locks import wait_for_turn
from crm.ui.seen import Change
from crm.users.models import Membership
from leads.conversion.looks import Rivals
from leads.field_map import current_map
from leads.models import Lead

# An opportunity's name is made of these.
_OF_NAME = ("company", "first_name", "last_name", "product_interest")


def wait_for_the_same(*leads: Lead) -> None:
    """Go on alone with the persons and the firms of ``leads`` until the transaction ends.

    Who converts another lead of theirs at the same moment comes later, and is offered what was made. Hold all rows of
    ``leads`` before, and name all that the transaction will convert: two who take more and more wait for each other.
    It goes by what they have, be it hidden from who converts them.
    """
    names = ("email_key", "company_key")
    emptied = [lead.pk for lead in leads if lead.without]
    rows = list(Lead.all_objects.filter(pk__in=emptied).values_list(*names)) if emptied else []
    rows += [tuple(getattr(lead, name) for name in names) for lead in leads if not lead.without]
    keys = {key for row in rows for key in row} - {""}
    wait_for_turn(*(f"conversion of {key}" for key in keys))


def who_changed(lead: Lead, key: str, name: str) -> Change | None:
    """Who changed last what the lead brings into the field ``name`` of the record type ``key``."""
    sources = [one.source for one in current_map() if (one.target, one.field) == (key, name)]
    if name == "name":
        sources += _OF_NAME
    changes = [change for source in dict.fromkeys(sources) if (change := last_change(lead, source))]
    return max(changes, key=lambda change: change.at) if changes else None


def why_gone(record_type: RecordType, record_id: UUID, actor: Membership) -> str:
    """Say why the record that was chosen cannot be linked; "" when it can."""
    if visible_records(actor, record_type).filter(pk=record_id).exists():
        return ""
    noun = record_type.in_text
    if (deleted := deleted_by(actor, record_type, record_id)) is None:
        return _("The %(noun)s that you chose is gone, or no longer shared with you. Choose again.") % {"noun": noun}
    words = {"noun": noun, "name": deleted.name, "person": deleted.by}
    return _("The %(noun)s “%(name)s” was deleted by %(person)s meanwhile. Choose again.") % words


def prints_of(rivals: Iterable[Rivals]) -> str:
    """The two values of each field that is compared, as the page sends them back."""
    return " ".join(f"{one.name}:{_fingerprint(one)}" for one in rivals)


def changed_since(rivals: Iterable[Rivals], sent: str) -> list[Rivals]:
    """Those of ``rivals`` that the page has not shown like this."""
    shown = {name: value for name, _colon, value in (part.partition(":") for part in sent.split())}
    return [one for one in rivals if shown.get(one.name) != _fingerprint(one)]


def _fingerprint(rivals: Rivals) -> str:
    return hashlib.blake2b(repr((str(rivals.theirs), str(rivals.ours))).encode(), digest_size=9).hexdigest()
