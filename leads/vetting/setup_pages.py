"""What leads are vetted by, and what must be met before one is converted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.pages.setup import add_error, ask_first, moved_position, setup_page, show, tell_refusal
from crm.ui import respond
from crm.ui.http import go, is_fragment, method_of
from crm.ui.once import once
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest
from leads.vetting import setup as services
from leads.vetting.gating import current_gate
from leads.vetting.models import Criterion
from leads.vetting.rule import criteria
from leads.vetting.selectors import gate_effect
from leads.vetting.setup_forms import CriterionForm, GateForm


@setup_page
def list_criteria(request: WorkspaceRequest) -> HttpResponse:
    """The criteria in their order, and for how many leads each was answered."""
    counts = services.answer_counts()
    needed = {one.pk for one in current_gate().required}
    rows = [
        {"criterion": one, "leads": counts.get(one.pk, 0), "is_needed": one.pk in needed}
        for one in criteria(active_only=False)
    ]
    return show(request, "setup/criteria.html", {"rows": rows})


@setup_page
@once
def new_criterion(request: WorkspaceRequest) -> HttpResponse:
    form = CriterionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            criterion = services.create_criterion(actor=request.actor, values=form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(label)s” was added: leads are now vetted by it too.") % {"label": criterion.label})
            return go(request, reverse("setup:criteria"))
    return show(request, "setup/new_criterion.html", {}, form=form, is_new=True)


@setup_page
def edit_criterion(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """Change a criterion, after reading what the change does."""
    criterion = _criterion(id)
    initial = {name: getattr(criterion, name) for name in CriterionForm.base_fields}
    form = CriterionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_criterion(criterion=criterion, actor=request.actor, values=form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(label)s” was saved.") % {"label": form.cleaned_data["label"]})
            return go(request, reverse("setup:criteria"))
    context = {
        "criterion": criterion,
        "leads": services.answer_counts().get(criterion.pk, 0),
        "is_needed": criterion.pk in {one.pk for one in current_gate().required},
    }
    return show(request, "setup/criterion.html", context, form=form, about=criterion)


@setup_page
@require_POST
def move_criterion(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    criterion = _criterion(id)
    index = [one.pk for one in criteria(active_only=False)].index(criterion.pk)
    position = moved_position(request, index)
    services.move_criterion(criterion=criterion, position=position, actor=request.actor)
    return go(request, reverse("setup:criteria"))


@setup_page
@require_POST
def deactivate_criterion(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """POST stops asking for it, DELETE asks for it again."""
    criterion = _criterion(id)
    active = method_of(request) == "DELETE"
    services.update_criterion(criterion=criterion, actor=request.actor, values={"is_active": active})
    text = _("Leads are vetted by “%(label)s” again.") if active else _("Leads are no longer vetted by “%(label)s”.")
    say(request, text % {"label": criterion.label}, undo_url="" if active else request.path)
    return go(request, reverse("setup:criteria"))


@setup_page
def delete_criterion(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """GET asks, POST deletes a criterion by which no lead was ever vetted."""
    criterion = _criterion(id)
    page = reverse("setup:criterion", kwargs={"id": id})
    if request.method != "POST":
        return ask_first(
            request,
            title=_("Delete “%(name)s”?") % {"name": criterion.label},
            text=_("Only one by which no lead was vetted can be deleted. A gate that asks for it goes on without it."),
            button=_("Delete the criterion"),
            back=page,
        )
    try:
        services.delete_criterion(criterion=criterion, actor=request.actor)
    except ValidationError as error:
        tell_refusal(request, error)
        return go(request, page)
    say(request, _("“%(label)s” was deleted.") % {"label": criterion.label})
    return go(request, reverse("setup:criteria"))


@setup_page
def edit_gate(request: WorkspaceRequest) -> HttpResponse:
    """What must be met before a lead is converted; GET with values says what that would do."""
    posted = request.method == "POST"
    rule = current_gate()
    data: Any = request.POST if posted else request.GET if "needs" in request.GET else None
    form = GateForm(data, rule=rule)
    if posted and form.is_valid():
        values = form.cleaned_data
        try:
            services.set_gate(
                actor=request.actor, needs=values["needs"], criteria=values["criteria"], unmet=values["unmet"]
            )
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("What must be known before a lead is converted was saved."))
            return go(request, reverse("setup:conversion_gate"))
    shown = form.rule() if form.is_valid() else rule
    context = {"effect": gate_effect(shown), "rule": shown, "criteria": criteria()}
    if is_fragment(request) and not posted:
        return respond(request, "setup/gate.html", context, partial="effect")
    return show(request, "setup/gate.html", context, form=form)


def _criterion(criterion_id: UUID) -> Criterion:
    for one in criteria(active_only=False):
        if one.pk == criterion_id:
            return one
    raise Http404


urlpatterns = [
    path("criteria/", list_criteria, name="criteria"),
    path("criteria/new/", new_criterion, name="new_criterion"),
    path("criteria/<uuid:id>/", edit_criterion, name="criterion"),
    path("criteria/<uuid:id>/position/", move_criterion, name="criterion_position"),
    path("criteria/<uuid:id>/deactivation/", deactivate_criterion, name="criterion_deactivation"),
    path("criteria/<uuid:id>/deletion/", delete_criterion, name="criterion_deletion"),
    path("conversion-gate/", edit_gate, name="conversion_gate"),
]
