"""The fields of a lead."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.fields import DESCRIPTION, EMAIL, FIRST_NAME, FULL_NAME, JOB_TITLE, LAST_NAME, OPTED_OUT, PHONE
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.picklists.models import Choice
from crm.picklists.selectors import choice_meaning, default_choice
from crm.records.standard import ADDRESS_FIELDS, STANDARD_FIELDS

OPEN_MEANINGS = ("new", "working", "qualified")


def first_status() -> Choice:
    """The status of a new lead: the workspace's default as long as it means an open lead."""
    status = default_choice("lead_status")
    return status if status and status.meaning in OPEN_MEANINGS else choice_meaning("lead_status", "new")


LEAD_FIELDS = (
    FULL_NAME,
    FIRST_NAME,
    LAST_NAME,
    FieldSpec(
        "company",
        _("Company"),
        kinds.Text(300, key="company_key"),
        synonyms=("account", "organisation", "organization", "company name", "employer"),
    ),
    JOB_TITLE,
    EMAIL,
    PHONE,
    FieldSpec("website", _("Website"), kinds.Url(), synonyms=("web", "url", "homepage", "web site")),
    FieldSpec(
        "status",
        _("Status"),
        kinds.ChoiceOf("lead_status"),
        required=True,
        default=first_status,
        on_create=False,
        on_edit=False,
        synonyms=("lead status", "stage"),
    ),
    FieldSpec(
        "source",
        _("Source"),
        kinds.ChoiceOf("lead_source"),
        default=lambda: default_choice("lead_source"),
        synonyms=("lead source", "origin"),
    ),
    FieldSpec(
        "rating",
        _("Rating"),
        kinds.ChoiceOf("rating"),
        default=lambda: default_choice("rating"),
        synonyms=("temperature", "lead rating", "score"),
    ),
    FieldSpec("campaign", _("Campaign"), kinds.Text(200), synonyms=("event", "campaign name")),
    FieldSpec("product_interest", _("Interested in"), kinds.Text(200), synonyms=("product", "product interest")),
    FieldSpec(
        "estimated_value",
        _("Estimated value"),
        kinds.Money(),
        help=_("A guess. It counts in no pipeline before the lead is converted."),
        synonyms=("value", "amount", "estimated amount"),
    ),
    FieldSpec("employees", _("Employees"), kinds.Number(), synonyms=("number of employees", "size", "headcount")),
    OPTED_OUT,
    *ADDRESS_FIELDS,
    DESCRIPTION,
    FieldSpec(
        "unqualified_reason",
        _("Unqualified because"),
        kinds.ChoiceOf("unqualified_reason"),
        on_create=False,
        on_edit=False,
        synonyms=("unqualified reason", "reason"),
    ),
    FieldSpec("status_since", _("Status since"), kinds.DateTime(), on_create=False, on_edit=False, importable=False),
    FieldSpec("converted_at", _("Converted"), kinds.DateTime(), on_create=False, on_edit=False, importable=False),
    FieldSpec("account", _("Account"), kinds.Lookup("accounts"), on_create=False, on_edit=False, importable=False),
    FieldSpec("contact", _("Contact"), kinds.Lookup("contacts"), on_create=False, on_edit=False, importable=False),
    FieldSpec(
        "opportunity",
        _("Opportunity"),
        kinds.Lookup("opportunities"),
        on_create=False,
        on_edit=False,
        importable=False,
    ),
    *STANDARD_FIELDS,
)
