"""What a request may bring along at most, so that no upload fills the memory or the disk of the server."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

LONGEST_FILE_NAME = 255  # Django cuts a longer one without a word


class BoundedUpload(FileUploadHandler):
    """The first of the upload handlers: of a request beyond ``UPLOAD_MAX_BYTES`` it keeps the text, and no file; nor
    does it keep a file whose name is too long.

    The files are read past, since the form is answered with what is wrong and what was typed.
    """

    def handle_raw_input(
        self, input_data: Any, META: dict, content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        self.is_too_much = content_length > settings.UPLOAD_MAX_BYTES

    def new_file(self, field_name: str, file_name: str, *args: Any, **options: Any) -> None:
        super().new_file(field_name, file_name, *args, **options)
        if len(file_name) > LONGEST_FILE_NAME:
            self.request.long_file_name = file_name  # type: ignore[union-attr]
            raise SkipFile
        if self.is_too_much:
            self.request.has_too_much = True  # type: ignore[union-attr]
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def says_of_long_name(request: HttpRequest) -> str:
    """What is wrong with the name of a file that was left out because of it; "" = none was."""
    name = getattr(request, "long_file_name", "")
    words = {"name": f"{name[:60]}…", "most": LONGEST_FILE_NAME, "count": len(name)}
    text = _("The name of “%(name)s” has %(count)d characters. Give the file one of at most %(most)d.")
    return text % words if name else ""


def has_too_much(request: HttpRequest) -> bool:
    """Whether files of this request were left out because together they were too large."""
    return getattr(request, "has_too_much", False)
