"""What allauth does our way."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail and password do not belong together. Look at both and try again."),
        "too_many_login_attempts": _(
            "Too many attempts with a wrong password. Wait five minutes and try again, or set a new password."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # people join by signing up a workspace or by taking an invitation

    def format_email_subject(self, subject: str) -> str:
        return str(subject)
