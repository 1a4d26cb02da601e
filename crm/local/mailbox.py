"""The mails of a trial run: kept in a folder, one ``.eml`` each, and read on a page by the admin of the demo.

Only the runner (``crm.local.run``) names such a folder, and only an installation that serves this very machine has one.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

DEMO_SLUG = "demo"
MOST_SHOWN = 200
_NAME = re.compile(r"[0-9]{8}-[0-9]{12}-[0-9a-f]{8}")  # when it was sent, to the microsecond, and something random


@dataclass(frozen=True)
class Mail:
    """A mail in the box. ``name`` is that of its file, without the ending."""

    name: str
    to: str
    sender: str
    subject: str
    at: datetime
    text: str
    html: str


def mailbox_of(folder: str, *, base_url: str, email_url: str) -> Path | None:
    """Return where mails are kept instead of sent: never where others reach the installation, or mail is set up."""
    local = urlsplit(base_url).hostname in ("localhost", "127.0.0.1", "::1")
    return Path(folder) if folder and local and email_url in ("", "consolemail://") else None


def is_readable_in(slug: str) -> bool:
    """Whether the admin of the workspace ``slug`` reads the mailbox: where there is one, the demo's."""
    return bool(settings.MAILBOX) and slug == DEMO_SLUG


class MailboxBackend(BaseEmailBackend):
    """Django's way to send mails, into the folder."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(bool(_keep(message)) for message in email_messages if message.recipients())


def _folder() -> Path:
    assert settings.MAILBOX is not None
    return Path(settings.MAILBOX)


def _keep(message: EmailMessage) -> Path:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S%f}-{secrets.token_hex(4)}"
    handle, temporary = tempfile.mkstemp(dir=folder)  # mkstemp creates it 0600
    with os.fdopen(handle, "wb") as file:
        file.write(message.message().as_bytes())
    return Path(temporary).replace(folder / f"{name}.eml")


def mails() -> list[Mail]:
    """Return the mails in the box, the latest first."""
    names = sorted((path.stem for path in _folder().glob("*.eml") if _NAME.fullmatch(path.stem)), reverse=True)
    return [found for name in names[:MOST_SHOWN] if (found := mail(name))]


def mail(name: str) -> Mail | None:
    """Return the mail of that name, which may come from anybody: it reaches no file beside the box."""
    path, at = _folder() / f"{name}.eml", _sent_at(name)
    if at is None or path.is_symlink() or not path.is_file():
        return None
    parsed = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(parsed, Parsed)
    return Mail(
        name=name,
        to=str(parsed["To"] or ""),
        sender=str(parsed["From"] or ""),
        subject=str(parsed["Subject"] or ""),
        at=at,
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
    )


def _sent_at(name: str) -> datetime | None:
    """When the mail of that name was sent; no name of ours: None."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return datetime.strptime(name[:21], "%Y%m%d-%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None


def _body(parsed: Parsed, kind: str) -> str:
    part = parsed.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # written in an encoding that nobody knows
        return bytes(part.get_payload(decode=True)).decode(errors="replace")
