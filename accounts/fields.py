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
        synonyms=("account", "account name", "company", "company name", "organisation", "organization"),
    ),
    FieldSpec(
        "type",
        _("Type"),
        kinds.ChoiceOf("account_type"),
        required=True,
        default=lambda: default_choice("account_type"),
        help=_("Winning an opportunity makes it a customer by itself."),
        synonyms=("account type", "customer type", "relationship"),
    ),
    FieldSpec("type_since", _("Type since"), kinds.Date(), on_create=False, on_edit=False, importable=False),
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
        synonyms=("sector", "branch", "vertical"),
    ),
    FieldSpec("website", _("Website"), kinds.Url(), synonyms=("web", "url", "homepage", "web site", "domain")),
    FieldSpec("phone", _("Phone"), kinds.Phone(), synonyms=("telephone", "phone number", "main phone")),
    FieldSpec(
        "employees",
        _("Employees"),
        kinds.Number(),
        synonyms=("number of employees", "headcount", "company size", "no. of employees"),
    ),
    FieldSpec("annual_revenue", _("Annual revenue"), kinds.Money(), synonyms=("revenue", "turnover", "yearly revenue")),
    FieldSpec("founded", _("Founded"), kinds.Year(), synonyms=("year established", "founded in", "year founded")),
    FieldSpec(
        "parent",
        _("Parent account"),
        kinds.Lookup("accounts"),
        synonyms=("subsidiary of", "parent", "parent company"),
    ),
    FieldSpec("contract_ends_on", _("Contract ends"), kinds.Date(), synonyms=("contract end", "contract end date")),
    *ADDRESS_FIELDS,
    FieldSpec("description", _("Description"), kinds.LongText(), synonyms=("notes", "comment", "comments", "about")),
    *STANDARD_FIELDS,
)
