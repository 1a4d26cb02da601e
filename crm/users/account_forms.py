"""allauth's forms in our words: one label for one thing, none repeated inside its field, and a help that is short."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from django.utils.translation import gettext_lazy as _

_LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password, again"),
}
_NEW_PASSWORD_HELP = _("At least 10 characters. Several words are good.")


class _InOurWords:
    fields: dict[str, Any]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.label = _LABELS.get(name, field.label)
            field.help_text = _NEW_PASSWORD_HELP if name == "password1" else ""
            field.widget.attrs.pop("placeholder", None)


class LoginForm(_InOurWords, account.LoginForm):
    pass


class ResetPasswordForm(_InOurWords, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(_InOurWords, account.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(_InOurWords, account.ChangePasswordForm):
    pass


class SetPasswordForm(_InOurWords, account.SetPasswordForm):
    pass
