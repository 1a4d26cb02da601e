"""What is said of each lead that is converted with many others: what becomes of it, and what is doubtful about that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from crm import catalogue
from crm.catalogue.actions import Became, Outcome
from crm.ground.text import sort_key
from crm.ui import format as formats
from crm.ui.dialect import in_text
from crm.users.models import Membership
from leads.conversion.offers import open_with_contact
from leads.conversion.plan import PARTS, ConversionPlan, Way
from leads.conversion.remarks import told_untaken, untaken
from leads.conversion.winning import told_unfit
from leads.matching import Candidate, Candidates
from leads.matching.weighing import Reason
from leads.models import Lead
from opportunities.models import Opportunity

OBJECTION = "opted_out"
# Who shares no more than these with an account may be of another firm of that name.
_WEAK = frozenset({Reason.SAME_NAME, Reason.SIMILAR_NAME, Reason.SAME_CITY})


def told_outcome(
    lead: Lead,
    plan: ConversionPlan,
    found: Candidates,
    records: Mapping[str, Any],
    shared: Collection[str],
    *,
    actor: Membership,
) -> Outcome:
    """What ``lead`` became by ``plan``: ``records`` by type; those of the types ``shared`` are new, but not its own."""
    counts, became = {}, []
    for key in PARTS:
        part, record = plan.of(key), records.get(key)
        if part.way == Way.NONE or record is None:
            continue
        way = Became.SHARED if key in shared else Became.NEW if part.way == Way.NEW else Became.EXISTING
        about = _about_new(lead, record) if way == Became.NEW else _why(found.of(key), record)
        if way == Became.EXISTING and (labels := untaken(lead, record, plan.made, actor)):
            about = (*about, told_untaken(record, labels))
        unfit = told_unfit(lead, key, part, plan.made, record=record, actor=actor)
        about = (*about, *(told.text for told in unfit))
        counts[f"{key}.{way}"] = 1
        became.append(Became(key, record.pk, record.name, way, about))
    return Outcome(counts, became=tuple(became))


def _about_new(lead: Lead, record: Any) -> tuple[str, ...]:
    found = []
    if hasattr(record, "expected_close_on"):
        day = record.expected_close_on
        text = _("Expected close: %(day)s") % {"day": formats.date(day)} if day else _("No expected close")
        stage = catalogue.type_of(record).spec("stage")
        found += [_("Stage: %(stage)s") % {"stage": stage.kind.text(stage, record)}, text]
    if record.owner is not None:
        words = {"owner": record.owner.name, "former": lead.owner.name if lead.owner else ""}
        if lead.owner is not None and not lead.owner.is_active:
            found.append(_("Owner: %(owner)s (%(former)s, who has the lead, is deactivated)") % words)
        else:
            found.append(_("Owner: %(owner)s") % words)
    return tuple(found)


def _why(found: list[Candidate], record: Any) -> tuple[str, ...]:
    reasons = next((one.reasons for one in found if one.record.pk == record.pk), ())
    return (_reasons(reasons),) if reasons else ()


def _reasons(reasons: Collection[Reason]) -> str:
    return ", ".join(str(reason.label) for reason in reasons)


def doubts_of(lead: Lead, found: Candidates, plan: ConversionPlan, actor: Membership) -> tuple[str, ...]:
    """What speaks against the plan: another record may be the same, the one that is linked may be another, or would
    not know that the person wants no mails."""
    doubts = []
    for key in PARTS:
        part = plan.of(key)
        if part.way == Way.EXISTING:
            doubts += _doubts_of_link(key, lead, found.of(key))
            linked = next((one.record for one in found.of(key) if one.record.pk == part.record_id), None)
            if linked is not None and (label := untaken(lead, linked, plan.made, actor).get(OBJECTION)):
                words = {"name": linked.name, "field": label}
                doubts.append(_("You may not change “%(name)s”: “%(field)s” would not be noted there.") % words)
        elif part.way == Way.NEW:
            if key == Opportunity.type_key:
                best = open_with_contact(found.opportunities, plan)
            else:
                best = next((one for one in found.of(key) if not one.is_sure), None)
            if best is not None:
                doubts.append(_maybe(key, best))
    return tuple(doubts)


def _maybe(key: str, one: Candidate) -> str:
    words = {
        "noun": catalogue.record_type(key).label,
        "name": one.record.name,
        "reasons": _reasons(one.reasons),
    }
    return _("%(noun)s “%(name)s” may be the same (%(reasons)s).") % words


def _doubts_of_link(key: str, lead: Lead, found: list[Candidate]) -> list[str]:
    sure = [one for one in found if one.is_sure]
    if not sure:
        return []
    best = sure[0]
    if Reason.SAME_EMAIL in best.reasons and key == Account.type_key:  # where the person is known to be
        sure = [one for one in sure if Reason.SAME_EMAIL in one.reasons]
    if len(sure) > 1:
        names = "; ".join(f"“{one.record.name}” ({_reasons(one.reasons)})" for one in sure)
        words = {"nouns": catalogue.record_type(key).label_plural, "names": names}
        return [_("Several %(nouns)s fit: %(names)s.") % (words | {"nouns": in_text(str(words["nouns"]))})]
    grounds = {reason for reason in best.reasons if not reason.is_against}
    if key == Account.type_key and grounds <= _WEAK and sort_key(best.record.name) != sort_key(lead.company):
        return [_maybe(key, best)]
    return []
