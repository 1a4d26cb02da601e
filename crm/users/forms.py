"""What people fill in about themselves and their workspace."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.utils.translation import gettext_lazy as _

from crm.ground.addresses import LONGEST_EMAIL, email_domain, email_key, validate_address
from crm.ground.text import PLAIN_LETTERS
from crm.tenants.tenant import Tenant, validate_slug
from crm.ui.addresses import AddressInput
from crm.ui.seen import SeenForm
from crm.users.choices import (
    GERMAN,
    LONGEST_STEM,
    NAMELESS_STEM,
    SHORTEST_STEM,
    TO_SHORT_STEM,
    UMLAUTS,
    currencies,
    places,
    time_zones,
    where,
)
from crm.users.models import User
from crm.users.settings import CURRENCY, LANGUAGE, OWN_LANGUAGE, OWN_TIME_ZONE, TIME_ZONE

no_control_characters = RegexValidator(r"[\x00-\x1f\x7f]", _("Write this on one line."), inverse_match=True)


class AddressField(forms.EmailField):
    """The address by which somebody signs in."""

    default_validators = [validate_address]
    widget = AddressInput

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("E-mail"), max_length=LONGEST_EMAIL, **options)

    def clean(self, value: Any) -> str:
        email = email_key(super().clean(value))
        try:
            email_domain(email).encode("idna")  # as a mail to it will
        except UnicodeError:
            raise forms.ValidationError(validate_email.message) from None
        return email


class AddressForm(forms.Form):
    """The address of somebody who wants a workspace."""

    email = AddressField(widget=AddressInput({"autocomplete": "username"}))


class PasswordForm(forms.Form):
    """A new password."""

    password = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        help_text=_("At least 10 characters. Several words are good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PersonFields(forms.Form):
    """A new person: their name and password."""

    person_name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        validators=[no_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        help_text=_("At least 10 characters. Several words are good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Say what is wrong with the password beside all else: the services, which look too, come after that."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if password := values.get("password"):
            person = User(email=values.get("email", ""), name=values.get("person_name", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return values

    def person(self) -> dict[str, str]:
        """Return the arguments of ``signing_up.create_person``, but the e-mail."""
        return {"name": self.cleaned_data["person_name"], "password": self.cleaned_data["password"]}


_SLUG = {
    "autocomplete": "off",
    "autocapitalize": "none",
    "spellcheck": "false",
} | {
    # By these the browser makes the same address as crm/users/signing_up.py.
    "data-letters": json.dumps({"ß": "ss", **PLAIN_LETTERS}),
    "data-umlauts": json.dumps(UMLAUTS),
    "data-german": " ".join(GERMAN),
    "data-longest": str(LONGEST_STEM),
    "data-shortest": str(SHORTEST_STEM),
    "data-added": TO_SHORT_STEM,
    "data-nameless": NAMELESS_STEM,
}


class WorkspaceFields(forms.Form):
    """A new workspace."""

    name = forms.CharField(
        label=_("Name of the workspace"),
        max_length=200,
        help_text=_("Your company's name, for example."),
        validators=[no_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "organization", "data-slug-from": ""}),
    )
    slug = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=40,
        validators=[validate_slug],
        help_text=_("The first part of every link. It cannot be changed later. Left empty, it is made from the name."),
        widget=forms.TextInput(attrs=_SLUG),
    )
    time_zone = forms.ChoiceField(label=TIME_ZONE.label, choices=time_zones, initial=TIME_ZONE.default)
    currency = forms.ChoiceField(label=CURRENCY.label, choices=currencies, initial=CURRENCY.default)
    language = forms.ChoiceField(label=LANGUAGE.label, choices=places, initial=LANGUAGE.default)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.is_bound:  # by these the browser proposes what fits its zone
            for name, words in zip(("time_zone", "currency"), where(), strict=True):
                self.fields[name].widget.attrs["data-where"] = words

    def clean(self) -> dict[str, Any]:
        """Say beside all else that the address is taken. By itself the service says so, unless this form took it."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors and values.get("slug") and Tenant.objects.filter(slug=values["slug"]).exists():
            self.add_error("slug", _("This address is taken."))
        return values

    def workspace(self) -> dict[str, str]:
        """Return the arguments of ``signing_up.sign_up_workspace``, but the user."""
        return {key: self.cleaned_data[key] for key in ("name", "slug", "time_zone", "currency", "language")}


class WorkspaceForm(WorkspaceFields):
    """A new workspace of somebody who is signed in."""


class ProvenSignUpForm(WorkspaceFields, PersonFields):
    """A new workspace, and a new person as its admin, whose address is known."""

    field_order = ("person_name", "password", "name", "slug", "time_zone", "currency", "language")


class SignUpForm(WorkspaceFields, PersonFields, AddressForm):
    """A new workspace, and a new person as its admin."""

    field_order = ("person_name", "email", "password", "name", "slug", "time_zone", "currency", "language")

    def person(self) -> dict[str, str]:
        return {**super().person(), "email": self.cleaned_data["email"]}


class JoinForm(PersonFields):
    """A new person who takes an invitation: the e-mail is the invited one."""


class ProfileForm(SeenForm):
    """What a person may say about themselves."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        validators=[no_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=OWN_LANGUAGE.label, required=False)
    time_zone = forms.ChoiceField(label=OWN_TIME_ZONE.label, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        same = ("", _("As the workspace"))
        self.fields["language"].choices = [same, *places()]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [same, *time_zones()]  # type: ignore[attr-defined]


class LookForm(forms.Form):
    """Light or dark."""

    theme = forms.ChoiceField(
        label=_("Look"),
        required=False,
        choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
    )
