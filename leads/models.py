"""Leads: people or companies that we hardly know, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.picklists.selectors import choice
from crm.records.models import RecordModel, TextKey, record_constraints, record_indexes
from crm.tenants.models import TenantForeignKey, TenantModel
from leads.picklists import LeadStatus
from leads.vetting.models import Criterion, VettingAnswer, VettingRound

__all__ = ["Conversion", "Criterion", "Lead", "VettingAnswer", "VettingRound"]


class Lead(RecordModel):
    """A person or a company. ``name`` is the person's name or, without one, the company's.

    Once converted it is read-only; ``account``, ``contact`` and ``opportunity`` are what became of it.
    """

    type_key = "leads"

    first_name = models.CharField(max_length=100, blank=True)
    first_name_key = TextKey()
    last_name = models.CharField(max_length=100, blank=True)
    last_name_key = TextKey()
    company = models.CharField(max_length=300, blank=True)
    company_key = models.CharField(max_length=300, blank=True, db_collation="C", editable=False)  # firms.company_key
    job_title = models.CharField(max_length=200, blank=True)
    job_title_key = TextKey()
    email = models.EmailField(max_length=254, blank=True)
    email_key = models.CharField(max_length=254, blank=True, db_collation="C", editable=False)  # addresses.email_key
    email_domain = models.CharField(max_length=253, blank=True, db_collation="C", editable=False)
    phone = models.CharField(max_length=50, blank=True)
    phone_key = models.CharField(max_length=20, blank=True, db_collation="C", editable=False)  # phones.phone_key
    website = models.URLField(max_length=500, blank=True)
    website_key = TextKey()
    status = TenantForeignKey("picklists.Choice")
    status_since = models.DateTimeField(null=True, default=timezone.now)  # empty: a file did not tell
    source = TenantForeignKey("picklists.Choice", null=True, blank=True)
    rating = TenantForeignKey("picklists.Choice", null=True, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    campaign_key = TextKey()
    product_interest = models.CharField(max_length=200, blank=True)
    product_interest_key = TextKey()
    estimated_value_minor = models.BigIntegerField(null=True, blank=True)  # kept out of every pipeline total
    currency = models.CharField(max_length=3, blank=True)
    street = models.CharField(max_length=300, blank=True)
    street_key = TextKey()
    city = models.CharField(max_length=100, blank=True)
    city_key = TextKey()
    region = models.CharField(max_length=100, blank=True)
    region_key = TextKey()
    postal_code = models.CharField(max_length=20, blank=True)
    postal_code_key = TextKey()
    country = models.CharField(max_length=100, blank=True)
    country_key = TextKey()
    employees = models.PositiveIntegerField(null=True, blank=True)
    opted_out = models.BooleanField(default=False)
    description = models.TextField(blank=True)
    unqualified_reason = TenantForeignKey("picklists.Choice", null=True, blank=True)
    # By calls, meetings and mails: crm/activities/contact_times.py
    first_contacted_at = models.DateTimeField(null=True, editable=False)
    last_contacted_at = models.DateTimeField(null=True, editable=False)
    converted_at = models.DateTimeField(null=True, editable=False)  # empty also where a file did not tell
    came_in_known = models.BooleanField(default=True, db_default=True, editable=False)  # when: ``created_at``
    account = TenantForeignKey("accounts.Account", null=True, editable=False)
    contact = TenantForeignKey("contacts.Contact", null=True, editable=False)
    opportunity = TenantForeignKey("opportunities.Opportunity", null=True, editable=False)

    left_out: Sequence[str] = ()  # what its conversion, just done, could not put where the map says

    @property
    def is_converted(self) -> bool:
        return self.status_id is not None and choice(self.status_id).meaning == LeadStatus.CONVERTED

    class Meta(RecordModel.Meta):
        constraints = [
            *record_constraints("lead"),
            models.CheckConstraint(condition=~models.Q(name=""), name="lead_has_name"),
        ]
        indexes = [
            *record_indexes("lead"),
            models.Index(fields=["tenant", "status", "-created_at", "-id"], name="lead_by_status"),
            # Counts and sums of the board, and counts of lists by what they are filtered by, without reading the rows.
            models.Index(
                fields=["tenant", "status", "currency"],
                include=["estimated_value_minor", "owner", "team", "source", "rating"],
                condition=models.Q(deleted_at=None),
                name="lead_counts",
            ),
            # What waits in the pool, on the home page of everybody who may take from it.
            models.Index(
                fields=["tenant", "status", "-updated_at", "-id"],
                condition=models.Q(deleted_at=None, owner=None, team=None),
                name="lead_in_pool",
            ),
            models.Index(
                fields=["tenant", "-created_at", "-id"],
                condition=models.Q(deleted_at=None, last_contacted_at=None),
                name="lead_never_contacted",
            ),
            models.Index(
                fields=["tenant", "-created_at", "-id"],
                condition=models.Q(deleted_at=None, came_in_known=False),
                name="lead_of_unknown_day",
            ),
            models.Index(fields=["tenant", "email_key"], condition=~models.Q(email_key=""), name="lead_email"),
            models.Index(fields=["tenant", "email_domain"], condition=~models.Q(email_domain=""), name="lead_domain"),
            models.Index(fields=["tenant", "phone_key"], condition=~models.Q(phone_key=""), name="lead_phone"),
            models.Index(fields=["tenant", "company_key"], condition=~models.Q(company_key=""), name="lead_company"),
        ]


class Conversion(TenantModel):
    """One conversion of a lead: who, when, into what. What it wrote is kept for a while (``crm.undo``).

    A lead has one conversion that is not undone, or none.
    """

    noun = _("conversion")

    lead = TenantForeignKey(Lead)
    account = TenantForeignKey("accounts.Account", null=True)
    contact = TenantForeignKey("contacts.Contact", null=True)
    opportunity = TenantForeignKey("opportunities.Opportunity", null=True)
    converted_by = TenantForeignKey("users.Membership", null=True)
    converted_at = models.DateTimeField(default=timezone.now)
    event = TenantForeignKey("events.Event", null=True)  # lead.converted: what the new records came of
    undone_at = models.DateTimeField(null=True)
    undone_by = TenantForeignKey("users.Membership", null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "lead"], condition=models.Q(undone_at=None), name="conversion_one_live"
            )
        ]
