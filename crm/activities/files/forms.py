"""The field in which files are chosen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from crm.activities.files.accepting import content_type_of, in_megabytes
from crm.activities.files.types import TYPES


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleans to a list, and names each that is not taken."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        problems = []
        for file in data or []:
            try:
                content_type_of(file)
            except ValidationError as error:
                problems += error.messages
        if problems:
            raise ValidationError(problems)
        return list(data or [])


def too_much() -> str:
    """What to say of files that were left out because together they were too large."""
    return _("Together the files are larger than %(limit)s. Add them in several goes.") % {
        "limit": in_megabytes(settings.UPLOAD_MAX_BYTES)
    }


def limits() -> dict[str, Any]:
    """What the page needs to refuse a file where it is chosen."""
    return {
        "accept": ",".join(f".{ending}" for ending in TYPES),
        "each": settings.FILE_MAX_BYTES,
        "limit": in_megabytes(settings.FILE_MAX_BYTES),
        "together": settings.UPLOAD_MAX_BYTES,
        "too_much": too_much(),
    }
