"""How saved views are written."""

from __future__ import annotations

import hashlib
import json

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm import events
from crm.catalogue import record_type, record_types
from crm.catalogue.types import RecordType
from crm.events.types import EventType
from crm.ground.text import sort_key
from crm.ground.writes import insert_many
from crm.queries.query import Query, query_of_default
from crm.saved_views.events import CHANGED, CREATED, DELETED, RESTORED
from crm.saved_views.models import Audience, PinnedView, SavedView
from crm.saved_views.selectors import Views, views_of, visible_views
from crm.tenants.context import current_tenant
from crm.tenants.locks import wait_for_turn
from crm.tenants.new_workspace import on_new_workspace
from crm.users.models import Membership


@on_new_workspace
def create_default_views(actor: Membership) -> None:
    """Give the workspace the views that each record type ships with; those it has already are left alone."""
    with translation.override(current_tenant().language):
        taken = set(SavedView.objects.filter(owner=None).values_list("record_type", "name"))
        rows = [row for one in record_types() for row in _default_views(one)]
        insert_many(SavedView, [row for row in rows if (row.record_type, row.name) not in taken])


def opened_views(actor: Membership, record_type: RecordType, asked: str = "") -> Views:
    """``views_of`` the ``actor``; a workspace that is older than the type gets those that the type ships with, once."""
    views = views_of(actor, record_type, asked)
    if views.all or not record_type.views:
        return views
    wait_for_turn(f"views of {record_type.key}")
    shipped = SavedView.objects.filter(owner=None, record_type=record_type.key)  # deleted ones too: they were there
    if not shipped.exists():
        with translation.override(current_tenant().language):
            insert_many(SavedView, _default_views(record_type))
    return views_of(actor, record_type, asked)


def _default_views(record_type: RecordType) -> list[SavedView]:
    return [
        SavedView(
            record_type=record_type.key,
            name=str(default.name),
            state=query_of_default(record_type, default).as_json(),
            audience=Audience.ALL,
            is_default=default.is_default,
            order=order,
        )
        for order, default in enumerate(record_type.views)
    ]


@transaction.atomic
def save_view(*, actor: Membership, query: Query, name: str, audience: str = Audience.OWN) -> SavedView:
    """Keep ``query`` under ``name``; raise ``ValidationError`` keyed by field."""
    view = SavedView(record_type=query.type.key, owner=actor, state=query.as_json(), order=100)
    _name_and_share(view, name, audience, actor)
    view.save(force_insert=True)
    _tell(actor, CREATED, view)
    return view


class StaleViewError(ValidationError):
    """Somebody has changed the view since it was shown."""


@transaction.atomic
def update_view(
    *,
    actor: Membership,
    view: SavedView,
    name: str | None = None,
    audience: str | None = None,
    query: Query | None = None,
    seen: str = "",
) -> None:
    """Rename, share or change ``view``; what is None stays.

    Raise ``StaleViewError`` if its state is not the one that was ``seen`` (a ``mark_of``).
    """
    _hold(view)
    if seen and seen != mark_of(view):
        raise StaleViewError(_("The view %(name)s has been changed since.") % {"name": view.name})
    _name_and_share(view, view.name if name is None else name, audience or view.audience, actor)
    if query is not None:
        view.previous, view.state = view.state, query.as_json()
    view.save(update_fields=["name", "audience", "state", "previous"])
    _tell(actor, CHANGED, view)


@transaction.atomic
def undo_state(*, actor: Membership, view: SavedView, written: str) -> None:
    """Give ``view`` the state back that it had before ``written`` (a ``mark_of``); refused when it changed since."""
    _hold(view)
    if view.previous is None or mark_of(view) != written:
        raise ValidationError(_("The view %(name)s has been changed since. Nothing was undone.") % {"name": view.name})
    view.state, view.previous = view.previous, None
    view.save(update_fields=["state", "previous"])
    _tell(actor, CHANGED, view)


def _hold(view: SavedView) -> None:
    """Hold the view until the transaction ends, and bring ``view`` up to date."""
    view.refresh_from_db(from_queryset=SavedView.objects.select_for_update(of=("self",)).select_related("owner"))


def mark_of(view: SavedView) -> str:
    """A short mark of the view's state, another one for another state."""
    return hashlib.sha256(json.dumps(view.state, sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def delete_view(*, actor: Membership, view: SavedView) -> None:
    """Delete ``view`` for everybody; the view that the list opens on cannot go."""
    if view.is_default:
        raise ValidationError(_("The list opens on this view by default. Make another view the default first."))
    view.deleted_at = timezone.now()
    view.save(update_fields=["deleted_at"])
    _tell(actor, DELETED, view)


@transaction.atomic
def restore_view(*, actor: Membership, view: SavedView) -> None:
    """Bring a deleted view back, among the tabs of everybody who had it there; refused where its name is taken now."""
    _refuse_taken(view, view.name, view.owner or actor)
    view.deleted_at = None
    view.save(update_fields=["deleted_at"])
    _tell(actor, RESTORED, view)


@transaction.atomic
def pin_view(*, actor: Membership, view: SavedView, is_default: bool = False, hidden: bool = False) -> None:
    """Keep ``view`` among ``actor``'s tabs, let the list open on it, or put it away (``hidden``)."""
    if is_default:
        PinnedView.objects.filter(member=actor, view__record_type=view.record_type).update(is_default=False)
    PinnedView.objects.update_or_create(
        view=view, member=actor, defaults={"is_default": is_default, "hidden": hidden and not is_default}
    )


@transaction.atomic
def unpin_view(*, actor: Membership, view: SavedView) -> None:
    PinnedView.objects.filter(view=view, member=actor).delete()


@transaction.atomic
def set_default_view(*, actor: Membership, view: SavedView) -> None:
    """Let the list open on ``view`` for everybody who has not chosen another."""
    if view.audience != Audience.ALL:
        raise ValidationError(_("Share the view with everyone first."))
    SavedView.objects.filter(record_type=view.record_type, is_default=True).update(is_default=False)
    view.is_default = True
    view.save(update_fields=["is_default"])
    _tell(actor, CHANGED, view)


def _name_and_share(view: SavedView, name: str, audience: str, actor: Membership) -> None:
    name = name.strip()
    if not name:
        raise ValidationError({"name": _("Give the view a name.")})
    if len(name) > 100:
        raise ValidationError({"name": _("Longer than %(limit)s characters.") % {"limit": 100}})
    if audience not in Audience.values:
        raise ValidationError({"audience": _("Choose who sees it.")})
    if (name, audience) != (view.name, view.audience) or view._state.adding:
        _refuse_taken(view, name, view.owner or actor)
    view.name, view.audience = name, audience


def _refuse_taken(view: SavedView, name: str, owner: Membership) -> None:
    """Nobody is to choose among views of one name: what ``owner`` sees has each name once.

    Those who save at the same moment come one after the other. What others have for themselves does not count.
    """
    wait_for_turn(f"views of {view.record_type}")
    seen = SavedView.objects.filter(visible_views(owner, record_type(view.record_type)), deleted_at=None)
    names = seen.exclude(pk=view.pk).values_list("name", flat=True)
    if sort_key(name) in map(sort_key, names):
        raise ValidationError({"name": _("There is a view of this name already. Choose another name.")})


def _tell(actor: Membership, event_type: EventType, view: SavedView) -> None:
    data = {"view": view.name, "type": view.record_type, "audience": view.audience}
    events.record(event_type, record=None, actor=actor, data=data)
