"""allauth's forms in our words: one label for one thing, none repeated inside its field, and a help that is short."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.ground.addresses import refuse_unseen
from crm.ui.addresses import AddressInput
from crm.users import guessing, mailing
from crm.users.inviting import verify_address
from crm.users.models import User

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
            if isinstance(field, forms.EmailField):
                field.widget = AddressInput(field.widget.attrs)


class LoginForm(_InOurWords, account.LoginForm):
    def clean_login(self) -> str:
        login = super().clean_login()
        refuse_unseen(login)
        return User.objects.address_of(login) or login


class ResetPasswordForm(_InOurWords, account.ResetPasswordForm):
    def clean_email(self) -> str:
        refuse_unseen(self.cleaned_data["email"])
        self.cleaned_data["email"] = User.objects.address_of(self.cleaned_data["email"])
        return super().clean_email()

    def clean(self) -> dict[str, Any] | None:
        if not mailing.is_read():
            raise ValidationError(_("Mail is not set up here. Ask an admin of your workspace for a link."))
        return super().clean()


class ResetPasswordKeyForm(_InOurWords, account.ResetPasswordKeyForm):
    def save(self) -> None:
        """The link came by mail, or from whoever runs the installation: it proves the address."""
        super().save()
        verify_address(self.user)
        guessing.forgive(context.request, self.user.email)


class ChangePasswordForm(_InOurWords, account.ChangePasswordForm):
    pass


class SetPasswordForm(_InOurWords, account.SetPasswordForm):
    pass
