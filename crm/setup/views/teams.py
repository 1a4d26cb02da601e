"""Teams, as a tree."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.pages.setup import add_error, ask_first, setup_page, show, tell_refusal, told_of_views
from crm.setup.people_forms import TeamForm
from crm.setup.tree import team_tree
from crm.setup.usage import filtered_by, held_by
from crm.ui.http import go
from crm.ui.once import once
from crm.ui.toasts import say
from crm.users import selectors, services
from crm.users.http import WorkspaceRequest
from crm.users.models import Team


@setup_page
def list_teams(request: WorkspaceRequest) -> HttpResponse:
    return show(request, "setup/teams.html", {"rows": team_tree(selectors.teams())})


@setup_page
@once
def new_team(request: WorkspaceRequest) -> HttpResponse:
    form = TeamForm(selectors.teams(), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            team = services.create_team(actor=request.actor, **form.values())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("The team “%(name)s” was added.") % {"name": team.name})
            return go(request, reverse("setup:teams"))
    return show(request, "setup/new_team.html", {}, form=form, is_new=True)


@setup_page
def edit_team(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """Rename a team, or put it with all below it under another."""
    team = _team(id)
    below = selectors.team_tree_ids(team)
    parents = [other for other in selectors.teams() if other.pk not in below]
    initial = {"name": team.name, "parent": str(team.parent_id or "")}
    form = TeamForm(parents, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_team(actor=request.actor, team=team, **form.values())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("The team “%(name)s” was saved.") % {"name": team.name})
            return go(request, reverse("setup:teams"))
    people = [member for member in selectors.members(active_only=False) if member.team_id == team.pk]
    used = held_by(request.actor, "team", team)
    context = {"team": team, "people": people, "used": used, "has_teams_below": len(below) > 1}
    return show(request, "setup/team.html", context, form=form, about=team)


@setup_page
def delete_team(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """GET asks, POST deletes a team that nobody and nothing belongs to."""
    team = _team(id)
    name = team.name
    page = reverse("setup:team", kwargs={"id": id})
    views = filtered_by(request.actor, team.pk)
    if request.method != "POST" or views.total > told_of_views(request):
        return ask_first(
            request,
            title=_("Delete “%(name)s”?") % {"name": team.name},
            text=_("Only a team to which nobody and nothing belongs can be deleted."),
            button=_("Delete the team"),
            back=page,
            views=views,
        )
    try:
        services.delete_team(actor=request.actor, team=team)
    except ValidationError as error:
        tell_refusal(request, error)
        return go(request, page)
    say(request, _("The team “%(name)s” was deleted.") % {"name": name})
    return go(request, reverse("setup:teams"))


def _team(team_id: UUID) -> Team:
    for team in selectors.teams():
        if team.pk == team_id:
            return team
    raise Http404
