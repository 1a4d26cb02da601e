"""Mailing lists: people of any record type, put together by hand."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.tenants.models import TenantForeignKey, TenantModel


class MailingList(TenantModel):
    """A list to write to, such as a newsletter's. An inactive one takes nobody new and keeps who is on it."""

    noun = _("mailing list")
    is_setup = True

    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="mailing_list_name")]

    def __str__(self) -> str:
        return self.name


class MailingListMember(TenantModel):
    """A record on a list."""

    noun = _("place on a mailing list")
    keeps_changes = True

    mailing_list = TenantForeignKey(MailingList)
    record_type = models.CharField(max_length=30, db_collation="C")
    record_id = models.UUIDField()
    added_by = TenantForeignKey("users.Membership", null=True)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "mailing_list", "record_type", "record_id"], name="mailing_list_member_once"
            )
        ]
        indexes = [models.Index(fields=["tenant", "record_type", "record_id"], name="mailing_lists_of_record")]
