"""The fields of a lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from contacts.fields import (
    DESCRIPTION,
    EMAIL,
    FIRST_NAME,
    FULL_NAME,
    JOB_TITLE,
    LAST_NAME,
    PHONE,
)
from contacts.models import Contact
from crm.activities.fields import FIRST_CONTACTED, LAST_CONTACTED
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.mailing_lists.fields import OPTED_OUT
from crm.picklists.models import Choice
from crm.picklists.selectors import choice_meaning, default_choice
from crm.records.standard import ADDRESS_FIELDS, CREATED, STANDARD_FIELDS
from leads.picklists import LeadStatus
from opportunities.models import Opportunity

OPEN_MEANINGS = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED)


class CameIn(kinds.DateTime):
    """When a lead came in; empty where a file did not tell, whenever that was brought in."""

    def value(self, spec: FieldSpec, record: Any) -> Any:
        return record.created_at if record.came_in_known else None

    def assign(self, spec: FieldSpec, record: Any, value: Any) -> None:
        record.came_in_known = value is not None
        if value is not None:
            record.created_at = value

    def attributes(self, spec: FieldSpec) -> tuple[str, ...]:
        return (spec.column, "came_in_known")

    def empty(self, spec: FieldSpec) -> Q:
        return Q(came_in_known=False)

    def expression(self, spec: FieldSpec) -> Any:
        return Case(When(came_in_known=True, then=F(spec.column)))

    def between(self, spec: FieldSpec, first: date | None, last: date | None) -> Q:
        return super().between(spec, first, last) & Q(came_in_known=True)


# When a lead came in is a fact of business, by which the funnel counts it: a file may tell it.
CAME_IN = replace(CREATED, kind=CameIn(), importable=True)


def first_status() -> Choice:
    """The status of a new lead: the workspace's default as long as it means an open lead."""
    status = default_choice("lead_status")
    return status if status and status.meaning in OPEN_MEANINGS else choice_meaning("lead_status", LeadStatus.NEW)


LEAD_FIELDS = (
    FULL_NAME,
    FIRST_NAME,
    LAST_NAME,
    FieldSpec("company", _("Company"), kinds.Company(), always_seen=True),
    JOB_TITLE,
    EMAIL,
    PHONE,
    FieldSpec("website", _("Website"), kinds.Url()),
    FieldSpec(
        "status",
        _("Status"),
        kinds.ChoiceOf("lead_status"),
        required=True,
        default=first_status,
        on_create=False,
        on_edit=False,
    ),
    FieldSpec(
        "source",
        _("Source"),
        kinds.ChoiceOf("lead_source"),
        default=lambda: default_choice("lead_source"),
    ),
    FieldSpec(
        "rating",
        _("Rating"),
        kinds.ChoiceOf("rating"),
        default=lambda: default_choice("rating"),
    ),
    FieldSpec("campaign", _("Campaign"), kinds.Text(200)),
    FieldSpec("product_interest", _("Interested in"), kinds.Text(200)),
    FieldSpec(
        "estimated_value",
        _("Estimated value"),
        kinds.Money(),
        help=_("A guess. It counts in no pipeline before the lead is converted."),
    ),
    FieldSpec("employees", _("Employees"), kinds.Number()),
    OPTED_OUT,
    *ADDRESS_FIELDS,
    DESCRIPTION,
    FieldSpec(
        "unqualified_reason",
        _("Unqualified because"),
        kinds.ChoiceOf("unqualified_reason"),
        on_create=False,
        on_edit=False,
        always_seen=True,
    ),
    FieldSpec("status_since", _("Status since"), kinds.DateTime(), on_create=False, on_edit=False),
    FIRST_CONTACTED,
    LAST_CONTACTED,
    FieldSpec("converted_at", _("Converted on"), kinds.DateTime(), on_create=False, on_edit=False),
    FieldSpec(
        "account", _("Account"), kinds.Lookup(Account.type_key), on_create=False, on_edit=False, importable=False
    ),
    FieldSpec(
        "contact", _("Contact"), kinds.Lookup(Contact.type_key), on_create=False, on_edit=False, importable=False
    ),
    FieldSpec(
        "opportunity",
        _("Opportunity"),
        kinds.Lookup(Opportunity.type_key),
        on_create=False,
        on_edit=False,
        importable=False,
    ),
    *(CAME_IN if spec is CREATED else spec for spec in STANDARD_FIELDS),
)


class OpportunityStage(kinds.OfLinked, kinds.StageOf):
    """The stage of what the lead became."""


# A filter, to which the report of the funnel links.
OPPORTUNITY_STAGE = FieldSpec(
    "opportunity_stage",
    _("Opportunity's stage"),
    OpportunityStage(Opportunity.type_key),
    attr="opportunity__stage",
    on_create=False,
    on_edit=False,
    importable=False,
)
