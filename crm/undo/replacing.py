"""Choices and stages that are replaced by others are so in what is kept too."""

from __future__ import annotations

from django.db.models import JSONField, TextField, Value
from django.db.models.functions import Cast, Replace, StrIndex

from crm.picklists.usage import Entry, follow_replacement
from crm.undo.models import Change


@follow_replacement
def replace_in_changes(entry: Entry, replacement: Entry) -> None:
    """Let what acts wrote and found name the replacement: nobody has changed it, and it can be taken back."""
    old, new = str(entry.pk), str(replacement.pk)
    for name in ("before", "after"):
        text = Cast(name, TextField())
        named = Change.objects.alias(place=StrIndex(text, Value(old))).filter(place__gt=0)
        named.update(**{name: Cast(Replace(text, Value(old), Value(new)), JSONField())})
