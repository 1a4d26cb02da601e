"""Accounts: the companies we sell to."""

from __future__ import annotations

from django.db import models

from crm.records.models import RecordModel, TextKey, record_constraints, record_indexes
from crm.tenants.models import TenantForeignKey


class Account(RecordModel):
    """A company: prospect, customer, past customer, or what the tenant adds."""

    type_key = "accounts"

    type = TenantForeignKey("picklists.Choice")
    type_since = models.DateField(null=True)
    type_because = TenantForeignKey("events.Event", null=True)  # the event that made it so; None: set by hand
    type_kept = models.BooleanField(default=False)  # set by hand with "keep until changed": workflows leave it
    lost_only = models.BooleanField(default=False)  # it has opportunities, and every one was lost
    contract_ends_on = models.DateField(null=True, blank=True)
    parent = TenantForeignKey("accounts.Account", null=True, blank=True)
    industry = TenantForeignKey("picklists.Choice", null=True, blank=True)
    website = models.URLField(max_length=500, blank=True)
    website_key = TextKey()
    name_key = models.CharField(max_length=300, blank=True, db_collation="C", editable=False)  # firms.company_key(name)
    domain = models.CharField(max_length=253, blank=True, db_collation="C", editable=False)  # addresses.domain_key
    phone = models.CharField(max_length=50, blank=True)
    phone_key = models.CharField(max_length=20, blank=True, db_collation="C", editable=False)  # phones.phone_key
    employees = models.PositiveIntegerField(null=True, blank=True)
    annual_revenue_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)  # of annual revenue
    founded = models.PositiveSmallIntegerField(null=True, blank=True)  # year
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
    description = models.TextField(blank=True)

    class Meta(RecordModel.Meta):
        constraints = record_constraints("account")
        indexes = [
            *record_indexes("account"),
            models.Index(fields=["tenant", "type", "sort_name", "id"], name="account_by_type"),
            models.Index(fields=["tenant", "name_key"], condition=~models.Q(name_key=""), name="account_name_key"),
            models.Index(fields=["tenant", "domain"], condition=~models.Q(domain=""), name="account_domain"),
            models.Index(fields=["tenant", "phone_key"], condition=~models.Q(phone_key=""), name="account_phone"),
            models.Index(fields=["tenant", "currency"], condition=~models.Q(currency=""), name="account_currency"),
        ]
