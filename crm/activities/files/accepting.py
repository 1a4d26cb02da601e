"""What is refused before it is kept: files that are empty, too large, too many, or not of a kind that we take."""

from __future__ import annotations

import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from crm.activities.files.models import LONGEST_NAME, StoredFile
from crm.activities.files.types import HEAD, TYPES, ending_of
from crm.tenants.locks import wait_for_turn


def clean_name(name: str) -> str:
    """Return the file's name as people see it: without folders, line breaks and signs that turn the text around.

    A name that is too long keeps its ending.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    shown = (sign if sign.isprintable() else " " if sign.isspace() else "" for sign in name)
    name = " ".join("".join(shown).split()).lstrip(". ")
    if len(name) > LONGEST_NAME:
        ending = name.rpartition(".")[2]
        name = f"{name[: LONGEST_NAME - len(ending) - 2].rstrip()}….{ending}"[-LONGEST_NAME:]
    return name


def content_type_of(file: File) -> str:
    """Return the content type of ``file``, which is ours and not what the browser said; raise ``ValidationError``."""
    name = clean_name(file.name or "")
    known = TYPES.get(ending_of(name))
    if known is None:
        raise ValidationError(_("“%(name)s” is of a kind that cannot be added.") % {"name": name})
    if not file.size:
        raise ValidationError(_("“%(name)s” is empty.") % {"name": name})
    if file.size > settings.FILE_MAX_BYTES:
        words = {"name": name, "limit": in_megabytes(settings.FILE_MAX_BYTES)}
        raise ValidationError(_("“%(name)s” is too large. A file may have up to %(limit)s.") % words)
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if not known.begins_right(head):
        words = {"name": name, "ending": ending_of(name)}
        raise ValidationError(
            _("“%(name)s” is not what its ending says: it does not begin as a .%(ending)s file.") % words
        )
    return known.content_type


def refuse_too_much(size: int) -> None:
    """Raise ``ValidationError`` when the workspace's files cannot hold ``size`` bytes more; who asks at the same time
    waits until these are kept."""
    wait_for_turn("files")
    kept = StoredFile.objects.aggregate(size=Sum("size"))["size"] or 0
    if kept + size > settings.FILES_MAX_BYTES:
        words = {
            "limit": filesizeformat(settings.FILES_MAX_BYTES),
            "left": filesizeformat(max(0, settings.FILES_MAX_BYTES - kept)),
        }
        raise ValidationError(
            _(
                "This workspace has no room for that: its files may take up %(limit)s together, and %(left)s are left."
                " Deleted files count until they leave the recycle bin."
            )
            % words
        )


def in_megabytes(size: int) -> str:
    """Return a limit as people read it: "20 MB"."""
    return _("%(count)d MB") % {"count": size // settings.MEGABYTE}
