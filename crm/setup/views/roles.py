"""Roles: what people may see and change, by type of record."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.pages.setup import add_error, ask_first, setup_page, show, tell_refusal
from crm.setup.access import SCOPE_LABELS, record_labels
from crm.setup.people_forms import FieldLimitsForm, RoleForm
from crm.ui.http import go
from crm.ui.once import once
from crm.ui.toasts import say
from crm.users import selectors, services
from crm.users.access import HIDDEN, READ_ONLY, VERB_LABELS, granted_to
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership, Role


@setup_page
def list_roles(request: WorkspaceRequest) -> HttpResponse:
    """Every role with what it may see and change."""
    rows = [
        {"role": role, "people": len(_people_of(role)), "sees": _scopes(role, "view"), "changes": _scopes(role, "edit")}
        for role in selectors.roles()
    ]
    return show(request, "setup/roles.html", {"rows": rows})


@setup_page
@once
def new_role(request: WorkspaceRequest) -> HttpResponse:
    form = RoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            role = services.create_role(actor=request.actor, **form.values())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("The role “%(name)s” was added.") % {"name": role.name})
            return go(request, reverse("setup:roles"))
    return show(request, "setup/role.html", {"verbs": VERB_LABELS.values()}, form=form, is_new=True)


@setup_page
def edit_role(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """Change a role for everybody who has it."""
    role = _role(id)
    form = RoleForm(request.POST if request.method == "POST" else None, initial=RoleForm.initial_of(role))
    if request.method == "POST" and form.is_valid():
        try:
            services.update_role(actor=request.actor, role=role, **form.values())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("The role “%(name)s” was saved.") % {"name": role.name})
            return go(request, reverse("setup:roles"))
    context = {"role": role, "people": _people_of(role), "verbs": VERB_LABELS.values(), "limits": _limits(role)}
    return show(request, "setup/role.html", context, form=form, about=role)


@setup_page
def limit_fields(request: WorkspaceRequest, id: UUID, type: str) -> HttpResponse:
    """Which fields of a type of record people of the role see and change."""
    role, record_type = _role(id), catalogue.find_type(type)
    if record_type is None or role.can_set_up:  # who sets up reaches everything
        raise Http404
    form = FieldLimitsForm(request.POST if request.method == "POST" else None, role=role, record_type=record_type)
    if request.method == "POST" and form.is_valid():
        try:
            services.limit_fields(actor=request.actor, role=role, key=type, limits=form.limits())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("The role “%(name)s” was saved.") % {"name": role.name})
            return go(request, reverse("setup:role", kwargs={"id": id}))
    return show(request, "setup/role_fields.html", {"role": role, "type": record_type}, form=form, about=role)


@setup_page
def delete_role(request: WorkspaceRequest, id: UUID) -> HttpResponse:
    """GET asks, POST deletes a role that nobody has."""
    role = _role(id)
    page = reverse("setup:role", kwargs={"id": id})
    if request.method != "POST":
        return ask_first(
            request,
            title=_("Delete “%(name)s”?") % {"name": role.name},
            text=_("Only a role that nobody has can be deleted."),
            button=_("Delete the role"),
            back=page,
        )
    try:
        services.delete_role(actor=request.actor, role=role)
    except ValidationError as error:
        tell_refusal(request, error)
        return go(request, page)
    say(request, _("The role “%(name)s” was deleted.") % {"name": role.name})
    return go(request, reverse("setup:roles"))


def _role(role_id: UUID) -> Role:
    for role in selectors.roles():
        if role.pk == role_id:
            return role
    raise Http404


def _limits(role: Role) -> list[tuple[RecordType, list[str], list[str]]]:
    """Each type of record with the fields that the role does not see, and those that it may not change."""
    found = []
    for one in catalogue.record_types() if not role.can_set_up else ():
        kept = role.fields.get(one.key, {})
        hidden, read_only = (
            [str(spec.label) for spec in one.can_be_limited() if kept.get(spec.name) == limit]
            for limit in (HIDDEN, READ_ONLY)
        )
        found.append((one, hidden, read_only))
    return found


def _people_of(role: Role) -> list[Membership]:
    return [member for member in selectors.members(active_only=False) if member.role_id == role.pk]


def _scopes(role: Role, verb: str) -> list[str]:
    """What ``verb`` reaches, one phrase for the types that it reaches alike."""
    if role.can_set_up:
        return [_("everything")]
    by_scope: dict[str, list[str]] = {}
    for key, label in record_labels().items():
        by_scope.setdefault(granted_to(role, key).get(verb, "none"), []).append(str(label))
    return [f"{', '.join(labels)}: {SCOPE_LABELS[scope]}" for scope, labels in by_scope.items()]
