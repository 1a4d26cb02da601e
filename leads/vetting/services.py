"""Answering the criteria for a lead, and opening another round when it is reopened."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue, events
from crm.events.models import Event
from crm.events.types import EventType
from crm.ground.writes import insert, service
from crm.picklists.selectors import choice
from crm.records.services import LockedError
from crm.users.models import Membership
from leads.events import EVIDENCE_CHANGED, VETTED, VETTING_TAKEN_BACK
from leads.models import Lead
from leads.picklists import LeadStatus
from leads.vetting.models import MOST_EVIDENCE, Answer, Criterion, VettingAnswer, VettingRound
from leads.vetting.rule import criteria

# As the events keep an answer: nothing, or yes or no.
_PLAIN = {Answer.UNKNOWN: None, Answer.YES: True, Answer.NO: False}


class MeanwhileError(ValidationError):
    """Somebody else has answered since the person last looked; ``current`` is what stands there now."""

    def __init__(self, current: VettingAnswer) -> None:
        self.current = current
        who = current.by.name if current.by else _("Somebody")
        super().__init__(_("%(name)s answered this meanwhile. Look at it, then choose again.") % {"name": who})


@service
def record_answer(
    *,
    lead: Lead,
    criterion: Criterion,
    answer: str,
    evidence: str = "",
    actor: Membership | None,
    seen: str | None = None,
    because: Event | None = None,
) -> VettingAnswer | None:
    """Keep what is held of ``criterion`` for ``lead`` now, and how one knows; None when nothing changed.

    The event keeps what was held before. ``seen`` is the ``stamp`` of the answer that the person looked at ("" = there
    was none): if another has taken its place since, ``MeanwhileError``; None does without that check. A lead that is
    closed or converted keeps its answers: ``LockedError``.
    """
    evidence = evidence.strip()
    fresh = _lock(lead)
    _refuse(criterion, answer, evidence)
    vetting_round = current_round(fresh)
    held = _held(vetting_round, criterion)
    if held is not None and (held.answer, held.evidence) == (answer, evidence):
        return None
    if held is None and (answer, evidence) == (Answer.UNKNOWN, ""):
        return None
    if seen is not None and seen != stamp(held):
        assert held is not None  # answers are never taken away
        raise MeanwhileError(held)
    if vetting_round is None:
        vetting_round = _open(fresh, number=1, actor=actor, because=None)
    changes = _changes(held, answer, evidence)
    row = _write(vetting_round, criterion, held, answer=answer, evidence=evidence, actor=actor)
    vetting_round.score = score(_answers(vetting_round))
    vetting_round.save(update_fields=["score"])
    data = {
        "criterion": {"id": str(criterion.pk), "label": criterion.label},
        "round": vetting_round.number,
        "score": vetting_round.score,
    }
    events.record(_event_type(changes), record=fresh, actor=actor, changes=changes, data=data, because=because)
    return row


def open_next_round(*, lead: Lead, actor: Membership | None, because: Event | None) -> VettingRound:
    """Start vetting anew after a lead was reopened; the rounds before stay as they are. The lead must be locked."""
    last = current_round(lead)
    if last is not None:
        last.is_current = False
        last.save(update_fields=["is_current"])
    return _open(lead, number=(last.number if last else 1) + 1, actor=actor, because=because)


def close_unanswered_round(*, lead: Lead, opened_by: Event) -> None:
    """Take back the round that the event opened: the one before is current again. The lead must be locked.

    Raises ``ValidationError`` when somebody has answered in it.
    """
    last = current_round(lead)
    if last is None or last.because_id != opened_by.pk:
        return
    if VettingAnswer.objects.filter(round=last).exists():
        raise ValidationError(_("The lead has been vetted since it was reopened, and those answers are kept."))
    last.delete()
    former = VettingRound.objects.filter(lead_id=lead.pk).order_by("-number").first()
    if former is not None:
        former.is_current = True
        former.save(update_fields=["is_current"])


def current_round(lead: Lead) -> VettingRound | None:
    """Return the round that the lead is in; None: the first one, in which nothing has been answered."""
    return VettingRound.objects.filter(lead_id=lead.pk, is_current=True).first()


def stamp(answer: VettingAnswer | None) -> str:
    """Return what tells one state of an answer from the next: for forms to send along."""
    return answer.at.isoformat() if answer else ""


def score(answers: dict[Any, str]) -> int:
    """Return the weighted share of yes among the criteria in use, in per cent. ``answers`` are by criterion id."""
    asked = criteria()
    whole = sum(one.weight for one in asked)
    met = sum(one.weight for one in asked if answers.get(one.pk) == Answer.YES)
    return round(100 * met / whole) if whole else 0


def _refuse(criterion: Criterion, answer: str, evidence: str) -> None:
    if answer not in Answer.values:
        raise ValidationError({"answer": _("Choose yes, no or unknown.")})
    if len(evidence) > MOST_EVIDENCE:
        message = _("Say it in at most %(most)d characters; longer texts fit in a note.")
        raise ValidationError({"evidence": message % {"most": MOST_EVIDENCE}})
    if criterion.pk not in {one.pk for one in criteria()}:
        raise ValidationError(_("“%(label)s” is no longer asked.") % {"label": criterion.label})


def _lock(lead: Lead) -> Lead:
    """The lead as it is now, held until the end: nobody converts or closes it between the check and the answer."""
    fresh = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    if reason := catalogue.record_type("leads").locked(fresh):
        raise LockedError(reason)
    if choice(fresh.status_id).meaning == LeadStatus.UNQUALIFIED:
        raise LockedError(_("This lead is closed as unqualified. Reopen it to vet it again."))
    return fresh


def _held(vetting_round: VettingRound | None, criterion: Criterion) -> VettingAnswer | None:
    if vetting_round is None:
        return None
    rows = VettingAnswer.objects.select_related("by")
    return rows.filter(round=vetting_round, criterion=criterion).first()


def _open(lead: Lead, *, number: int, actor: Membership | None, because: Event | None) -> VettingRound:
    opened = VettingRound(lead=lead, number=number, opened_by=actor, because=because)
    insert(opened)
    return opened


def _changes(held: VettingAnswer | None, answer: str, evidence: str) -> dict[str, list[Any]]:
    before, known = (Answer(held.answer), held.evidence) if held else (Answer.UNKNOWN, "")
    found: dict[str, list[Any]] = {
        "answer": [_PLAIN[before], _PLAIN[Answer(answer)]],
        "evidence": [known or None, evidence or None],
    }
    return {name: values for name, values in found.items() if values[0] != values[1]}


def _write(
    vetting_round: VettingRound,
    criterion: Criterion,
    held: VettingAnswer | None,
    *,
    answer: str,
    evidence: str,
    actor: Membership | None,
) -> VettingAnswer:
    row = held or VettingAnswer(round=vetting_round, criterion=criterion)
    row.answer, row.evidence, row.by, row.at = answer, evidence, actor, timezone.now()
    if held is None:
        row.save(force_insert=True)
    else:
        row.save(update_fields=["answer", "evidence", "by", "at"])
    return row


def _answers(vetting_round: VettingRound) -> dict[Any, str]:
    return dict(VettingAnswer.objects.filter(round=vetting_round).values_list("criterion_id", "answer"))


def _event_type(changes: dict[str, list[Any]]) -> EventType:
    if "answer" not in changes:
        return EVIDENCE_CHANGED
    return VETTING_TAKEN_BACK if changes["answer"][1] is None else VETTED
