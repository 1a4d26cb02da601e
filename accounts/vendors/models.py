"""Vendors: the companies we buy from."""

from __future__ import annotations

from django.db import models

from crm.records.models import RecordModel, TextKey, record_constraints, record_indexes
from crm.tenants.models import TenantForeignKey


class Vendor(RecordModel):
    """A company that we buy from. Whom we sell to as well is an account, too."""

    type_key = "vendors"

    industry = TenantForeignKey("picklists.Choice", null=True, blank=True)
    customer_number = models.CharField(max_length=100, blank=True)  # under which the vendor knows us
    customer_number_key = TextKey()
    contract_ends_on = models.DateField(null=True, blank=True)
    website = models.URLField(max_length=500, blank=True)
    website_key = TextKey()
    name_key = models.CharField(max_length=300, blank=True, db_collation="C", editable=False)  # firms.company_key(name)
    domain = models.CharField(max_length=253, blank=True, db_collation="C", editable=False)  # addresses.domain_key
    email = models.EmailField(max_length=254, blank=True)
    email_key = models.CharField(max_length=254, blank=True, db_collation="C", editable=False)  # addresses.email_key
    phone = models.CharField(max_length=50, blank=True)
    phone_key = models.CharField(max_length=20, blank=True, db_collation="C", editable=False)  # phones.phone_key
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
    # The account that it was before (``moving``): no link, as that one lies in the recycle bin and will go
    moved_from = models.UUIDField(null=True, editable=False)

    class Meta(RecordModel.Meta):
        constraints = record_constraints("vendor")
        indexes = [
            *record_indexes("vendor"),
            models.Index(fields=["tenant", "name_key"], condition=~models.Q(name_key=""), name="vendor_name_key"),
            models.Index(fields=["tenant", "domain"], condition=~models.Q(domain=""), name="vendor_domain"),
            models.Index(fields=["tenant", "email_key"], condition=~models.Q(email_key=""), name="vendor_email"),
            models.Index(fields=["tenant", "phone_key"], condition=~models.Q(phone_key=""), name="vendor_phone"),
            models.Index(fields=["tenant", "moved_from"], condition=~models.Q(moved_from=None), name="vendor_moved"),
        ]
