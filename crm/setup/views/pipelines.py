"""Pipelines: most workspaces have one and only ever see its stages."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.pages.setup import add_error, ask_first, moved_position, setup_page, show, tell_refusal, told_of_views
from crm.picklists import selectors, services
from crm.picklists.models import Pipeline
from crm.picklists.usage import in_use, usages
from crm.setup.forms import NewPipelineForm, PipelineForm
from crm.setup.usage import filtered_by, used_by
from crm.ui.http import go, method_of
from crm.ui.once import once
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


@setup_page
def list_pipelines(request: WorkspaceRequest) -> HttpResponse:
    pipelines = selectors.pipelines(active_only=False)
    counted = usages(pipelines)
    rows = [
        {
            "pipeline": pipeline,
            "stages": selectors.stages(pipeline),
            "used": used_by(pipeline, counted[pipeline.pk]),
        }
        for pipeline in pipelines
    ]
    return show(request, "setup/pipelines.html", {"rows": rows})


@setup_page
@once
def new_pipeline(request: WorkspaceRequest) -> HttpResponse:
    """Name a pipeline; it starts with the stages that every workspace starts with."""
    form = NewPipelineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            pipeline = services.create_pipeline(actor=request.actor, name=form.cleaned_data["name"])
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(name)s” was added. These are its first stages.") % {"name": pipeline.name})
            return go(request, reverse("setup:list", kwargs={"key": str(pipeline.pk)}))
    return show(request, "setup/new_pipeline.html", {}, form=form, is_new=True)


@setup_page
def edit_pipeline(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """Rename a pipeline, or make it the one that new opportunities go into."""
    pipeline = _pipeline(id)
    initial = {"name": pipeline.name, "is_default": pipeline.is_default}
    form = PipelineForm(request.POST if request.method == "POST" else None, initial=initial)
    form.offer_default(pipeline.is_default)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_pipeline(pipeline=pipeline, actor=request.actor, values=form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("“%(name)s” was saved.") % {"name": form.cleaned_data["name"]})
            return go(request, reverse("setup:pipelines"))
    context = {
        "pipeline": pipeline,
        "used": used_by(pipeline, usages([pipeline])[pipeline.pk]),
        "can_delete": not pipeline.is_default and not in_use(pipeline),
    }
    return show(request, "setup/pipeline.html", context, form=form, about=pipeline)


@setup_page
@require_POST
def move_pipeline(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    pipeline = _pipeline(id)
    index = selectors.pipelines(active_only=False).index(pipeline)
    services.reorder(entry=pipeline, position=moved_position(request, index), actor=request.actor)
    return go(request, reverse("setup:pipelines"))


@setup_page
@require_POST
def deactivate_pipeline(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """POST lets no new opportunities in, DELETE opens the pipeline again."""
    pipeline = _pipeline(id)
    active = method_of(request) == "DELETE"
    try:
        services.update_pipeline(pipeline=pipeline, actor=request.actor, values={"is_active": active})
    except ValidationError as error:
        tell_refusal(request, error)
    else:
        text = _("“%(name)s” is open again.") if active else _("“%(name)s” takes no new opportunities.")
        say(request, text % {"name": pipeline.name}, undo_url="" if active else request.path)
    return go(request, reverse("setup:pipelines"))


@setup_page
def delete_pipeline(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """GET asks, POST deletes a pipeline that was never used."""
    pipeline = _pipeline(id)
    page = reverse("setup:pipeline", kwargs={"id": id})
    own = [stage.pk for stage in selectors.stages(pipeline, active_only=False)]
    views = filtered_by(request.actor, pipeline.pk, *own)
    if request.method != "POST" or views.total > told_of_views(request):
        return ask_first(
            request,
            title=_("Delete “%(name)s”?") % {"name": pipeline.name},
            text=_("Only a pipeline that no opportunity was ever in can be deleted. Its stages go with it."),
            button=_("Delete the pipeline"),
            back=page,
            views=views,
        )
    try:
        services.delete_pipeline(pipeline=pipeline, actor=request.actor)
    except ValidationError as error:
        tell_refusal(request, error)
        return go(request, page)
    say(request, _("“%(name)s” was deleted.") % {"name": pipeline.name})
    return go(request, reverse("setup:pipelines"))


def _pipeline(pipeline_id: UUID) -> Pipeline:
    try:
        return selectors.pipeline(pipeline_id)
    except Pipeline.DoesNotExist:
        raise Http404 from None
