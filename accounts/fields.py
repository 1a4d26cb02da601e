"""The fields of an account."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.picklists.selectors import default_choice
from crm.records.standard import ADDRESS_FIELDS, STANDARD_FIELDS

ACCOUNT_FIELDS = (
    FieldSpec(
        "name",
        _("Name"),
        kinds.Text(300, key="sort_name"),
        required=True,
    ),
    FieldSpec(
        "type",
        _("Type"),
        kinds.ChoiceOf("account_type"),
        required=True,
        default=lambda: default_choice("account_type"),
        help=_("Winning an opportunity makes it a customer by itself."),
    ),
    FieldSpec("type_since", _("Type since"), kinds.Date(), on_create=False, on_edit=False),
    FieldSpec(
        "lost_only",
        _("Lost only"),
        kinds.Flag(),
        help=_("Every opportunity of the account was lost."),
        on_create=False,
        on_edit=False,
        importable=False,
    ),
    FieldSpec(
        "industry",
        _("Industry"),
        kinds.ChoiceOf("industry"),
        default=lambda: default_choice("industry"),
    ),
    FieldSpec("website", _("Website"), kinds.Url(), fills=("domain",)),
    FieldSpec("phone", _("Phone"), kinds.Phone()),
    FieldSpec(
        "employees",
        _("Employees"),
        kinds.Number(),
    ),
    FieldSpec("annual_revenue", _("Annual revenue"), kinds.Money()),
    FieldSpec("founded", _("Founded"), kinds.Year()),
    FieldSpec(
        "parent",
        _("Parent account"),
        kinds.Lookup("accounts"),
    ),
    FieldSpec("contract_ends_on", _("Contract ends"), kinds.Date()),
    *ADDRESS_FIELDS,
    FieldSpec("description", _("Description"), kinds.LongText()),
    *STANDARD_FIELDS,
)
