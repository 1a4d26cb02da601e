"""Contacts: people with a current or coming relationship."""

from __future__ import annotations

from django.db import models

from crm.records.models import RecordModel, TextKey, record_constraints, record_indexes
from crm.tenants.models import TenantForeignKey


class Contact(RecordModel):
    """A person, with one primary account or vendor, or neither. ``name`` is first and last name together."""

    type_key = "contacts"

    first_name = models.CharField(max_length=100, blank=True)
    first_name_key = TextKey()
    last_name = models.CharField(max_length=100, blank=True)
    last_name_key = TextKey()
    job_title = models.CharField(max_length=200, blank=True)
    job_title_key = TextKey()
    account = TenantForeignKey("accounts.Account", null=True, blank=True)
    vendor = TenantForeignKey("vendors.Vendor", null=True, blank=True)  # instead of an account
    relationship = TenantForeignKey("picklists.Choice", null=True, blank=True)
    # The event that made it so by itself; None: a person said so.
    relationship_because = TenantForeignKey("events.Event", null=True, editable=False)
    reports_to = TenantForeignKey("contacts.Contact", null=True, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    email_key = models.CharField(max_length=254, blank=True, db_collation="C", editable=False)  # addresses.email_key
    email_domain = models.CharField(max_length=253, blank=True, db_collation="C", editable=False)
    phone = models.CharField(max_length=50, blank=True)
    phone_key = models.CharField(max_length=20, blank=True, db_collation="C", editable=False)  # phones.phone_key
    mobile = models.CharField(max_length=50, blank=True)
    mobile_key = models.CharField(max_length=20, blank=True, db_collation="C", editable=False)
    opted_out = models.BooleanField(default=False)  # of mail sent to many
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
    # By calls, meetings and mails: crm/activities/contact_times.py
    first_contacted_at = models.DateTimeField(null=True, editable=False)
    last_contacted_at = models.DateTimeField(null=True, editable=False)

    class Meta(RecordModel.Meta):
        constraints = record_constraints("contact")
        indexes = [
            *record_indexes("contact"),
            models.Index(fields=["tenant", "email_key"], condition=~models.Q(email_key=""), name="contact_email"),
            models.Index(
                fields=["tenant", "email_domain"], condition=~models.Q(email_domain=""), name="contact_domain"
            ),
            models.Index(fields=["tenant", "phone_key"], condition=~models.Q(phone_key=""), name="contact_phone"),
            models.Index(fields=["tenant", "mobile_key"], condition=~models.Q(mobile_key=""), name="contact_mobile"),
        ]
