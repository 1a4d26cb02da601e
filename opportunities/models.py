"""Opportunities: one specific possible sale each."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.picklists.models import ForecastCategory
from crm.records.models import RecordModel, TextKey, record_constraints, record_indexes
from crm.tenants.models import TenantForeignKey, TenantModel


class Opportunity(RecordModel):
    """A possible sale to an account or a contact (the database refuses one with neither).

    ``amount_minor`` counts the smallest unit of ``currency``. ``probability`` is in per cent and follows the stage
    unless ``probability_overridden``. ``closed_on`` is the day it was won or lost, in the workspace's time zone;
    revenue is dated by it. What a file did not say of these days, and of ``stage_since``, is empty.
    """

    type_key = "opportunities"

    account = TenantForeignKey("accounts.Account", null=True, blank=True)
    contact = TenantForeignKey("contacts.Contact", null=True, blank=True)
    pipeline = TenantForeignKey("picklists.Pipeline")
    stage = TenantForeignKey("picklists.Stage")
    stage_since = models.DateTimeField(null=True, default=timezone.now)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    probability = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    probability_overridden = models.BooleanField(default=False)
    forecast_category = models.CharField(
        max_length=10, choices=ForecastCategory.choices, default=ForecastCategory.PIPELINE
    )
    rating = TenantForeignKey("picklists.Choice", null=True, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    expected_close_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    # A person changed it, or logged on it; empty where a file did not tell of anything, and nobody did since.
    last_activity_at = models.DateTimeField(null=True, default=timezone.now, editable=False)
    next_step = models.CharField(max_length=300, blank=True)
    next_step_key = TextKey()
    next_step_on = models.DateField(null=True, blank=True)
    loss_reason = TenantForeignKey("picklists.Choice", null=True, blank=True)
    loss_note = models.TextField(blank=True)
    source = TenantForeignKey("picklists.Choice", null=True, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    campaign_key = TextKey()
    product = models.CharField(max_length=200, blank=True)  # of interest, as text
    product_key = TextKey()
    to_existing_customer = models.BooleanField(default=False)  # the account was a customer when this was opened
    requirements = models.TextField(blank=True)
    description = models.TextField(blank=True)

    is_touched = True  # by a change; what a file brings is nobody's activity

    def stamp(self, *, by_person: bool) -> list[str]:
        """What a person changes counts as activity; what they log on it does too (``workflows.note_activity``)."""
        times = super().stamp(by_person=by_person)
        if not by_person or not self.is_touched:
            return times
        self.last_activity_at = self.updated_at
        return [*times, "last_activity_at"]

    class Meta(RecordModel.Meta):
        constraints = [
            *record_constraints("opportunity"),
            models.CheckConstraint(
                condition=models.Q(account__isnull=False) | models.Q(contact__isnull=False),
                name="opportunity_has_account_or_contact",
            ),
        ]
        indexes = [
            *record_indexes("opportunity"),
            models.Index(fields=["tenant", "stage", "-updated_at", "-id"], name="opportunity_by_stage"),
            # Counts and sums of the board and the reports, without reading the rows.
            models.Index(
                fields=["tenant", "stage", "expected_close_on"],
                include=[
                    "currency",
                    "amount_minor",
                    "probability",
                    "owner",
                    "team",
                    "account",
                    "opened_on",
                    "closed_on",
                    "loss_reason",
                ],
                condition=models.Q(deleted_at=None),
                name="opportunity_sums",
            ),
            # What is open of one person's: how much it is, and what of it waits for something.
            models.Index(
                fields=["tenant", "owner", "stage"],
                include=["currency", "amount_minor", "next_step_on", "expected_close_on", "id"],
                condition=models.Q(deleted_at=None),
                name="opportunity_of_owner",
            ),
            models.Index(fields=["tenant", "expected_close_on", "id"], name="opportunity_by_close"),
            # What was closed and opened in some days: lists of it, and sums without reading the rows.
            models.Index(
                fields=["tenant", "closed_on", "id"],
                include=["stage", "currency", "amount_minor", "owner", "team"],
                condition=models.Q(deleted_at=None),
                name="opportunity_closed",
            ),
            models.Index(
                fields=["tenant", "opened_on", "id"],
                include=["stage", "currency", "amount_minor", "owner", "team"],
                condition=models.Q(deleted_at=None),
                name="opportunity_opened",
            ),
            models.Index(fields=["tenant", "currency", "amount_minor", "id"], name="opportunity_by_money"),
            models.Index(
                fields=["tenant", "id"], condition=models.Q(amount_minor=None), name="opportunity_without_amount"
            ),
            models.Index(fields=["tenant", "last_activity_at", "id"], name="opportunity_by_activity"),
        ]


class OpportunityContact(TenantModel):
    """The part that a person plays in an opportunity."""

    noun = _("involved contact")
    keeps_changes = True

    opportunity = TenantForeignKey(Opportunity)
    contact = TenantForeignKey("contacts.Contact")
    role = TenantForeignKey("picklists.Choice", null=True, blank=True)
    is_primary = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "opportunity", "contact"], name="opportunity_contact_once"),
            models.UniqueConstraint(
                fields=["tenant", "opportunity"],
                condition=models.Q(is_primary=True),
                name="opportunity_one_primary",
            ),
        ]


class StageVisit(TenantModel):
    """One stay of an opportunity in a stage; ``left_at`` is empty for the current one.

    ``entered_at`` is empty where nobody knows it: of a record that came in from another system.
    """

    noun = _("stay in a stage")
    keeps_changes = True

    opportunity = TenantForeignKey(Opportunity)
    stage = TenantForeignKey("picklists.Stage")
    entered_at = models.DateTimeField(null=True, default=timezone.now)
    left_at = models.DateTimeField(null=True)
    entered_by = TenantForeignKey("users.Membership", null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "opportunity"], condition=models.Q(left_at=None), name="visit_one_current"
            )
        ]
        indexes = [models.Index(fields=["tenant", "opportunity", "entered_at"], name="visit_of_opportunity")]


class OpportunitySum(TenantModel):
    """By how much the opportunities of one stage, owner, team and currency grew or shrank; triggers alone write it
    (``sql.py``), and jobs put together what is alike (``services/sums.py``).

    Nothing else locks such a row, so that no two people wait for each other because their opportunities are alike. Ids
    are no foreign keys: what somebody replaces and deletes may stand here until then, with nothing in it.
    """

    stage_id = models.UUIDField()
    owner_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    number = models.IntegerField()
    valued = models.IntegerField()  # how many have an amount
    amount = models.DecimalField(max_digits=40, decimal_places=0)  # more than a bigint holds
    weighted = models.DecimalField(max_digits=40, decimal_places=0)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "stage_id"], name="opportunity_sum_of_stage")]
