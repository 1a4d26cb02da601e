"""What allauth does our way."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.tenants.urls import global_url, whole_url
from crm.users import guessing, mailing
from crm.users.models import User


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail and password do not belong together. Look at both and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # people join by signing up a workspace or by taking an invitation

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        self._login_failed_rl_usage = None
        self._attempt = guessing.begin(request, credentials.get("email", ""))

    def _rollback_login_failed_rl_usage(self) -> None:
        self._attempt.take_back()

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        response = super().post_login(request, user, **options)
        assert isinstance(user, User)
        guessing.remember(request, response, user)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return global_url("front_door")  # not the empty form once more

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = global_url("account_reset_password_from_key", uidb36="UID", key="KEY")
        return whole_url(path.replace("UID-KEY", quote(key)))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        ours = {"signup_url": whole_url(global_url("account_signup"))} if "signup_url" in context else {}
        with mailing.told_when_it_fails():
            super().send_mail(template_prefix, email, {**context, **ours})

    def format_email_subject(self, subject: str) -> str:
        return str(subject)
