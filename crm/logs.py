"""Keeps secrets out of logs: who reads a log must not be able to come in with what stands there.

Every line passes ``redacted`` on its way out: those of the application and of the worker in ``JSONLines``, those of
gunicorn by ``gunicorn.conf.py``. A page whose address holds a secret is named in ``SECRET_PATHS``.
"""

from __future__ import annotations

import logging
import re

import structlog

_SLASH = r"(?:/|%(?:25)*2F)"  # an address inside an address, as in ?next=…, is written with %2F
_PART = r"[^/\s\"'?&#%\\]+"
SECRET_PATHS = (
    rf"invitations{_SLASH}{_PART}{_SLASH}",
    rf"auth{_SLASH}password{_SLASH}reset{_SLASH}key{_SLASH}",
    rf"auth{_SLASH}password{_SLASH}link{_SLASH}{_PART}{_SLASH}",
    rf"auth{_SLASH}address{_SLASH}",
    rf"workspaces{_SLASH}new{_SLASH}",
)
SECRET_NAMES = ("token", "key", "password", "password1", "password2", "oldpassword", "secret", "sessionid", "csrftoken")
_NO_SECRET = rf"(?!(?:done|sent)(?:{_SLASH}|[\s\"'?]|$))"  # pages beside those with a secret
_IN_PATH = re.compile(rf"({'|'.join(SECRET_PATHS)}){_NO_SECRET}{_PART}", re.IGNORECASE)
_BEFORE_NAME = r"(?:[?&]|%(?:25)*3F|%(?:25)*26)"
_IN_QUERY = re.compile(rf"({_BEFORE_NAME}(?:{'|'.join(SECRET_NAMES)})(?:=|%(?:25)*3D))[^\s\"'&]+", re.IGNORECASE)
HIDDEN = "[hidden]"


def redacted(line: str) -> str:
    """Return ``line`` without the secrets that addresses in it hold."""
    return _IN_QUERY.sub(rf"\g<1>{HIDDEN}", _IN_PATH.sub(rf"\g<1>{HIDDEN}", line))


class JSONLines(structlog.stdlib.ProcessorFormatter):
    """structlog's formatter; what it writes holds no secret, a traceback neither."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class Redacting(logging.Formatter):
    """Another formatter's lines, without secrets."""

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self.inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        return redacted(self.inner.format(record))
