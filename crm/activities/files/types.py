"""Which files are taken: by the ending of their name, and by whether they begin as such a file does.

A file is never shown by us, only handed out as an attachment. This keeps programs out, and pages that would run
where somebody opens them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

HEAD = 2048  # bytes that are looked at


class FileType(NamedTuple):
    content_type: str
    icon: str
    begins_right: Callable[[bytes], bool]


def _with(*signatures: bytes, at: int = 0) -> Callable[[bytes], bool]:
    return lambda head: head[at:].startswith(signatures)


def _is_pdf(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-")


def _is_mp3(head: bytes) -> bool:
    return head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] >= b"\xe0")


def _is_riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(b"RIFF") and head[8:12] == kind


def _is_text(head: bytes) -> bool:
    """Text in any encoding, but no page and no program."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = head.decode("utf-16", "ignore")
    else:
        start = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return "\0" not in start and not start.lstrip().lower().startswith(_MARKUP)


_MARKUP = ("<!doctype", "<html", "<head", "<body", "<script", "<svg", "<iframe", "<?xml", "<?php", "#!")
_ZIP = _with(b"PK\x03\x04", b"PK\x05\x06")
_OLE = _with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_RTF = _with(b"{\\rtf")
_MEDIA = _with(b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", at=4)


def _office(head: bytes) -> bool:
    return _ZIP(head) or _OLE(head)  # with a password the new formats lie in the old container


def _word(head: bytes) -> bool:
    return _office(head) or _RTF(head)


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

TYPES: dict[str, FileType] = {
    "pdf": FileType("application/pdf", "file-text", _is_pdf),
    "doc": FileType("application/msword", "file-text", _word),
    "docx": FileType(f"{_OPEN_XML}.wordprocessingml.document", "file-text", _word),
    "odt": FileType(f"{_OPEN}.text", "file-text", _ZIP),
    "rtf": FileType("application/rtf", "file-text", _RTF),
    "pages": FileType("application/vnd.apple.pages", "file-text", _ZIP),
    "xls": FileType("application/vnd.ms-excel", "file-spreadsheet", _office),
    "xlsx": FileType(f"{_OPEN_XML}.spreadsheetml.sheet", "file-spreadsheet", _office),
    "ods": FileType(f"{_OPEN}.spreadsheet", "file-spreadsheet", _ZIP),
    "numbers": FileType("application/vnd.apple.numbers", "file-spreadsheet", _ZIP),
    "csv": FileType("text/csv", "file-spreadsheet", _is_text),
    "tsv": FileType("text/tab-separated-values", "file-spreadsheet", _is_text),
    "ppt": FileType("application/vnd.ms-powerpoint", "presentation", _office),
    "pptx": FileType(f"{_OPEN_XML}.presentationml.presentation", "presentation", _office),
    "odp": FileType(f"{_OPEN}.presentation", "presentation", _ZIP),
    "key": FileType("application/vnd.apple.keynote", "presentation", _ZIP),
    "txt": FileType("text/plain", "file-text", _is_text),
    "md": FileType("text/markdown", "file-text", _is_text),
    "eml": FileType("message/rfc822", "mail", _is_text),
    "msg": FileType("application/vnd.ms-outlook", "mail", _OLE),
    "ics": FileType("text/calendar", "calendar", _is_text),
    "vcf": FileType("text/vcard", "contact", _is_text),
    "png": FileType("image/png", "image", _with(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileType("image/jpeg", "image", _with(b"\xff\xd8\xff")),
    "jpeg": FileType("image/jpeg", "image", _with(b"\xff\xd8\xff")),
    "gif": FileType("image/gif", "image", _with(b"GIF87a", b"GIF89a")),
    "webp": FileType("image/webp", "image", _is_riff(b"WEBP")),
    "heic": FileType("image/heic", "image", _with(b"ftyp", at=4)),
    "tif": FileType("image/tiff", "image", _with(b"II*\0", b"MM\0*")),
    "tiff": FileType("image/tiff", "image", _with(b"II*\0", b"MM\0*")),
    "mp3": FileType("audio/mpeg", "file-audio", _is_mp3),
    "m4a": FileType("audio/mp4", "file-audio", _MEDIA),
    "wav": FileType("audio/wav", "file-audio", _is_riff(b"WAVE")),
    "ogg": FileType("audio/ogg", "file-audio", _with(b"OggS")),
    "mp4": FileType("video/mp4", "file-video", _MEDIA),
    "mov": FileType("video/quicktime", "file-video", _MEDIA),
    "webm": FileType("video/webm", "file-video", _with(b"\x1aE\xdf\xa3")),
    "zip": FileType("application/zip", "file-archive", _ZIP),
}


def ending_of(name: str) -> str:
    """Return the last ending of ``name`` in small letters, "" for a name without one."""
    stem, _dot, ending = name.rpartition(".")
    return ending.lower() if stem else ""


def icon_of(name: str) -> str:
    """Return the icon of files called ``name``."""
    known = TYPES.get(ending_of(name))
    return known.icon if known else "file"
