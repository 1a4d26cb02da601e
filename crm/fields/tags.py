"""The workspace's tags: read once per request, made on first use."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.translation import gettext as _

from crm import events
from crm.events.models import Event
from crm.events.types import EventType
from crm.fields.events import TAG_CHANGED, TAG_DELETED
from crm.fields.models import Tag, TagLink
from crm.ground.text import sort_key
from crm.ground.writes import service
from crm.tenants.memo import forget, memo
from crm.users.models import Membership

TAGS_KEY = "tags"  # in ``record.custom``: the ids of the record's tags
LONGEST_NAME = 50
MOST_TAGS = 50  # on one record


def split_names(text: str) -> tuple[str, ...]:
    """``VIP, trade show;VIP`` → ``("VIP", "trade show")``."""
    names = [" ".join(part.split()) for part in re.split(r"[,;\n]", text)]
    by_key = {sort_key(name): name for name in reversed(names) if name}
    return tuple(name for name in dict.fromkeys(names) if by_key.get(sort_key(name)) == name)


def all_tags() -> list[Tag]:
    """Return all tags by name."""
    return list(_by_key().values())


def tag_by_id(tag_id: str) -> Tag | None:
    return _by_id().get(tag_id)


def tag_called(name: str) -> Tag | None:
    return _by_key().get(sort_key(name))


@memo("tags.by_key")
def _by_key() -> dict[str, Tag]:
    return {tag.name_key: tag for tag in Tag.objects.order_by("name_key")}


@memo("tags.by_id")
def _by_id() -> dict[str, Tag]:
    return {str(tag.pk): tag for tag in all_tags()}


def ensure_tags(names: tuple[str, ...]) -> list[Tag]:
    """Return the tags called ``names``, after making those that are new; raise ``ValidationError`` for a bad name."""
    missing = new_tags(names)
    wanted = [sort_key(name) for name in names]
    known = _by_key()
    if missing:
        for key, name in missing.items():
            Tag.objects.get_or_create(name_key=key, defaults={"name": name})
        forget("tags.")
        known = _by_key()
    return [known[key] for key in dict.fromkeys(wanted)]


def new_tags(names: tuple[str, ...]) -> dict[str, str]:
    """Return the names that no tag has, by their keys; raise ``ValidationError`` for a bad name."""
    if len(names) > MOST_TAGS:
        raise ValidationError(_("A record can have up to %(limit)s tags.") % {"limit": MOST_TAGS})
    wanted = {_checked_key(name): name for name in names}
    known = _by_key()
    return {key: name for key, name in wanted.items() if key not in known}


def _checked_key(name: str) -> str:
    key = sort_key(name)
    if not key or "\x00" in name or split_names(name) != (name,):
        raise ValidationError(_("“%(name)s” cannot be a tag.") % {"name": name})
    if len(name) > LONGEST_NAME or len(key) > LONGEST_NAME:
        raise ValidationError(_("A tag is at most %(limit)s characters long.") % {"limit": LONGEST_NAME})
    return key


def counts() -> dict[Any, int]:
    """Return how many records have each tag, by the tag's id; those in the recycle bin are counted too."""
    return dict(TagLink.objects.order_by().values_list("tag_id").annotate(count=Count("pk")))


@service
def rename_tag(*, tag: Tag, name: str, actor: Membership) -> None:
    """Call ``tag`` something else, on all records at once. Their history keeps the name of the day."""
    name = " ".join(name.split())
    key = _checked_key(name)
    if Tag.objects.filter(name_key=key).exclude(pk=tag.pk).exists():
        raise ValidationError({"name": _("There is a tag of this name already.")})
    old, tag.name, tag.name_key = tag.name, name, key
    if old != name:
        tag.save(update_fields=["name", "name_key"])
        _record(TAG_CHANGED, tag, actor, changes={"name": [old, name]})


@service
def delete_tag(*, tag: Tag, actor: Membership, because: Event | None = None) -> int:
    """Take ``tag`` off all records for good; return how many had it. (Its id in their JSON then means nothing.)"""
    removed, _by_model = TagLink.objects.filter(tag=tag).delete()
    _record(TAG_DELETED, tag, actor, data={"records": removed}, because=because)
    tag.delete()
    return removed


def _record(event_type: EventType, tag: Tag, actor: Membership, **facts: Any) -> None:
    forget("tags.")
    data = {"label": tag.name, "id": str(tag.pk), **facts.pop("data", {})}
    events.record(event_type, record=None, actor=actor, data=data, **facts)
