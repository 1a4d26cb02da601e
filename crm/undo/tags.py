"""Tags that came into being with an act, when that is taken back."""

from __future__ import annotations

from crm.events.models import Event
from crm.fields.models import Tag, TagLink
from crm.fields.tags import delete_tag
from crm.undo.taking_back import puts_away
from crm.users.models import Membership


@puts_away(Tag, stays_changed=True)
def forget_unused(tag: Tag, *, actor: Membership, because: Event) -> None:
    """One that has been put on other records since stays, and so does one that was renamed."""
    Tag.objects.select_for_update().get(pk=tag.pk)  # whoever is putting it on a record comes before or after
    if not TagLink.objects.filter(tag=tag).exists():
        delete_tag(tag=tag, actor=actor, because=because)
