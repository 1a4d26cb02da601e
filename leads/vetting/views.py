"""Pages and answers of vetting."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.pages.kept import body_of
from crm.pages.locked import LockedPageError
from crm.pages.typed import typed_words
from crm.records.access import get_record
from crm.records.services import LockedError
from crm.ui.http import go, is_fragment, respond
from crm.users.http import WorkspaceRequest
from leads.fields import OPEN_MEANINGS
from leads.models import Lead
from leads.services import meaning_of
from leads.vetting.models import Answer, Criterion
from leads.vetting.panels import load_vetting
from leads.vetting.rule import criteria
from leads.vetting.selectors import changes_of, vetting_of
from leads.vetting.services import record_answer


@require_GET
def rounds(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``GET /leads/<id>/vetting/``: every round, and every change of an answer."""
    lead = get_record(request.actor, record_type, record_id)
    context = {
        "lead": lead,
        "vetting": vetting_of(lead, is_open=meaning_of(lead) in OPEN_MEANINGS),
        "changes": changes_of(lead),
        "type": record_type,
        "url": catalogue.url(lead),
    }
    return respond(request, "leads/vetting/rounds.html", context, partial="dialog")


@require_POST
def answer(request: WorkspaceRequest, record_type: RecordType, record_id: UUID, criterion_id: UUID) -> HttpResponse:
    """``POST /leads/<id>/vetting/<criterion>/``: keeps answer and evidence; htmx gets what follows from them."""
    lead = get_record(request.actor, record_type, record_id, verb="edit")
    criterion = _criterion(criterion_id)
    posted = request.POST
    try:
        record_answer(
            lead=lead,
            criterion=criterion,
            answer=posted.get("answer", ""),
            evidence=posted.get("evidence", "").replace("\r\n", "\n"),
            actor=request.actor,
            seen=posted.get("seen", ""),
        )
    except LockedError as error:
        raise LockedPageError(lead, " ".join(error.messages)) from error
    except ValidationError as error:
        return _row(request, lead, criterion, error)
    if not is_fragment(request):
        return go(request, f"{catalogue.url(lead)}#vetting")
    context = {"panel": load_vetting(request.actor, lead), "criterion": criterion}
    response = respond(request, "leads/vetting/answered.html", context, partial="fragment")
    response.headers["HX-Trigger"] = "activities-changed"
    return response


def _criterion(criterion_id: UUID) -> Criterion:
    found = next((one for one in criteria(active_only=False) if one.pk == criterion_id), None)
    if found is None:
        raise Http404
    return found


def _row(request: WorkspaceRequest, lead: Lead, criterion: Criterion, error: ValidationError) -> HttpResponse:
    """Show the row again: with what was typed where that has to be corrected, else as it is now and what was not saved.

    Nothing that was typed is lost.
    """
    panel = load_vetting(request.actor, lead)
    claims = {claim.criterion.pk: claim for claim in panel["vetting"].current.claims} if panel else {}
    is_asked, typed = criterion.pk in claims, {"answer": "", "evidence": "", **request.POST.dict()}
    if is_fragment(request) and not is_asked:
        raise LockedPageError(lead, " ".join(error.messages))
    said, evidence = str(dict(Answer.choices).get(typed["answer"], "")), typed["evidence"].strip()
    is_wrong = hasattr(error, "error_dict")
    context = {
        "panel": panel,
        "claim": claims.get(criterion.pk),
        "error": " ".join(error.messages),
        "lost": "" if is_wrong else " ".join(filter(None, (said, evidence and f"“{evidence}”"))),
        "corrected": typed if is_wrong else None,
        "typed": [] if is_asked else typed_words(request.path_info, dict(body_of(request)), request.actor),
        "lead": lead,
        "url": f"{catalogue.url(lead)}#vetting",
    }
    response = respond(request, "leads/vetting/refused.html", context, partial="fragment", status=422)
    response.headers["HX-Retarget"] = f"#vetting-row-{criterion.pk}"
    response.headers["HX-Reswap"] = "outerHTML"
    return response
