"""Forms about people: their place, their teams, what roles may do, and the workspace they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from crm.catalogue.types import RecordType
from crm.fields.currencies import currency_groups
from crm.pages.settings_form import SettingsForm
from crm.preferences.setting import Setting
from crm.setup.access import CREATE_LABELS, LIMIT_LABELS, SCOPE_LABELS, record_labels
from crm.tenants.regions import country_name, phone_region
from crm.ui.seen import SeenForm
from crm.users import selectors
from crm.users.access import VERB_LABELS, granted_to, least_role
from crm.users.choices import places, time_zones
from crm.users.forms import AddressField
from crm.users.models import Membership, Role, Team
from crm.users.settings import CURRENCY, LANGUAGE, NAME, TIME_ZONE


def _team_choices(teams: list[Team], none: Any) -> list[tuple[str, Any]]:
    return [("", none), *((str(team.pk), team.name) for team in teams)]


class PlaceForm(SeenForm):
    """Role and team: a person's place in the workspace."""

    role = forms.ChoiceField(label=_("Role"))
    team = forms.ChoiceField(
        label=_("Team"),
        required=False,
        help_text=_("A role that reaches the team's records reaches those of this team: without one, only their own."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.roles = {str(role.pk): role for role in selectors.roles()}
        self.teams = {str(team.pk): team for team in selectors.teams()}
        self.fields["role"].choices = [(key, role.name) for key, role in self.roles.items()]  # type: ignore[attr-defined]
        self.fields["team"].choices = _team_choices(selectors.teams(), _("No team"))  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        return {**data, "role": self.roles[data["role"]], "team": self.teams.get(data["team"])}


class InvitationForm(PlaceForm):
    email = AddressField(help_text=_("They will sign in with this address."))
    name = forms.CharField(label=_("Name"), max_length=200)
    field_order = ("name", "email", "role", "team")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("role", str(least_role().pk))
        if len(self.teams) == 1:
            self.initial.setdefault("team", next(iter(self.teams)))


class PersonForm(PlaceForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    field_order = ("name", "role", "team")

    @staticmethod
    def initial_of(member: Membership) -> dict[str, Any]:
        return {"name": member.name, "role": str(member.role_id), "team": str(member.team_id or "")}


class TeamForm(SeenForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    parent = forms.ChoiceField(
        label=_("Part of"),
        required=False,
        help_text=_("People of that team whose role reaches the team's records will reach this team's too."),
    )

    def __init__(self, parents: list[Team], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.parents = {str(team.pk): team for team in parents}
        self.fields["parent"].choices = _team_choices(parents, _("No other team"))  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"name": data["name"], "parent": self.parents.get(data["parent"])}


class RoleForm(SeenForm):
    """A role as a matrix: for each type of record and each verb, how far it reaches."""

    name = forms.CharField(label=_("Name"), max_length=60)
    can_import = forms.BooleanField(label=_("May import files"), required=False)
    can_export = forms.BooleanField(label=_("May export lists"), required=False)
    can_set_up = forms.BooleanField(
        label=_("May set up the workspace"),
        required=False,
        help_text=_("An admin: reaches all records, whatever the table says, and these pages."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for key, record_label in record_labels().items():
            for verb, verb_label in VERB_LABELS.items():
                labels = CREATE_LABELS if verb == "create" else SCOPE_LABELS
                attrs = {"class": "control control-s", "aria-label": f"{record_label}: {verb_label}"}
                self.fields[f"{key}-{verb}"] = forms.ChoiceField(
                    label=f"{record_label}: {verb_label}",
                    choices=list(labels.items()),
                    initial="none",
                    widget=forms.Select(attrs=attrs),
                )

    @staticmethod
    def initial_of(role: Role) -> dict[str, Any]:
        flags = {name: getattr(role, name) for name in ("name", "can_import", "can_export", "can_set_up")}
        scopes = {f"{key}-{verb}": scope for key in record_labels() for verb, scope in granted_to(role, key).items()}
        return {**flags, **scopes}

    def matrix(self) -> list[tuple[Any, list[tuple[Any, forms.BoundField]]]]:
        """The rows of the table: a record type's name, and each verb with its select."""
        return [
            (label, [(verb_label, self[f"{key}-{verb}"]) for verb, verb_label in VERB_LABELS.items()])
            for key, label in record_labels().items()
        ]

    def flags(self) -> list[forms.BoundField]:
        return [self[name] for name in ("can_import", "can_export", "can_set_up")]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        access = {key: {verb: data[f"{key}-{verb}"] for verb in VERB_LABELS} for key in record_labels()}
        return {"access": access, **{name: data[name] for name in ("name", "can_import", "can_export", "can_set_up")}}


class FieldLimitsForm(SeenForm):
    """What people of a role may do with each field of a type of record."""

    def __init__(self, data: Any, *, role: Role, record_type: RecordType) -> None:
        super().__init__(data)
        kept = role.fields.get(record_type.key, {})
        self.names = [spec.name for spec in record_type.can_be_limited()]
        for spec in record_type.can_be_limited():
            self.fields[spec.name] = forms.ChoiceField(
                label=spec.label,
                choices=list(LIMIT_LABELS.items()),
                initial=kept.get(spec.name, ""),
                required=False,
                widget=forms.Select(attrs={"class": "control control-s"}),
            )

    def limits(self) -> dict[str, str]:
        """What the service takes: of those fields alone that are limited."""
        return {name: self.cleaned_data[name] for name in self.names if self.cleaned_data[name]}


class WorkspaceForm(SettingsForm):
    of: ClassVar[Mapping[str, Setting[Any]]] = {
        "name": NAME,
        "time_zone": TIME_ZONE,
        "currency": CURRENCY,
        "language": LANGUAGE,
    }
    name = forms.CharField(label=NAME.label, max_length=200, help_text=_("Shown to your people, and in invitations."))
    time_zone = forms.ChoiceField(
        label=TIME_ZONE.label,
        choices=time_zones,
        help_text=_(
            "Decides which day “today” is: for due tasks, closing days and reports. Days already recorded stay. "
            "People see times in their own zone if they have chosen one."
        ),
    )
    currency = forms.ChoiceField(
        label=CURRENCY.label,
        choices=currency_groups,
        help_text=_("New amounts start in it. Amounts already entered keep theirs; nothing is converted."),
    )
    language = forms.ChoiceField(
        label=LANGUAGE.label,
        choices=places,
        help_text=_("For people who have not chosen their own."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        country = country_name(phone_region(), get_language() or "en")
        self.fields["language"].help_text = gettext(
            "For people who have not chosen their own. A phone number without a country code is read as one of this"
            " place, or of the time zone's country when the place is the United States: now %(country)s."
        ) % {"country": country}
        field: Any = self.fields["time_zone"]
        if not field.valid_value(value := self.initial["time_zone"]):
            field.choices = [(value, value), *field.choices]  # as it was set up elsewhere: must not change by itself
