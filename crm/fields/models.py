"""Fields that a workspace adds to its records, the rows by which those are found, and tags.

The value of a custom field stands in ``record.custom`` under the field's key, and that is what a page shows. JSON
cannot be searched quickly under row-level security, so a value that lists filter by has a typed row beside it, written
in the same transaction (``custom/rows.py``).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import CUSTOM_PREFIX
from crm.tenants.models import TenantForeignKey, TenantModel

NAME_PREFIX = "custom_"  # of a custom field's standard name: no built-in field can ever have it


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("Choice")
    PERSON = "person", _("Person")
    URL = "url", _("Web address")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone number")


class CustomField(TenantModel):
    """A field of the workspace's own on the records of one type.

    ``key`` and ``kind`` never change. ``section`` names a built-in field: the custom one stands in that field's section
    ("" = in a section of the workspace's own). ``is_indexed``: the typed rows of all records are there.
    """

    record_type = models.CharField(max_length=30, db_collation="C")
    key = models.CharField(max_length=40, db_collation="C")
    label = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=FieldKind.choices)
    required = models.BooleanField(default=False)
    help = models.CharField(max_length=300, blank=True)
    section = models.CharField(max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    is_filterable = models.BooleanField(default=True)
    is_indexed = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "record_type", "key"], name="custom_field_key")]

    def __str__(self) -> str:
        return self.label

    @property
    def name(self) -> str:
        """The standard name: in URLs, files, events and forms."""
        return f"{NAME_PREFIX}{self.key}"

    @property
    def picklist(self) -> str:
        """The key of the list of a choice field."""
        return f"{CUSTOM_PREFIX}{self.record_type}.{self.key}"

    @property
    def keeps_rows(self) -> bool:
        """Whether values have typed rows. Those that point at something always do, so that it is known to be used."""
        return self.is_filterable or self.kind in (FieldKind.CHOICE, FieldKind.PERSON)


class CustomValue(TenantModel):
    """The value of one custom field on one record, in the one column that its kind compares; no row = no value."""

    field = TenantForeignKey(CustomField)
    record_id = models.UUIDField()
    v_text = models.CharField(max_length=300, null=True, db_collation="C")  # a key of ground/text.py; a currency
    v_int = models.BigIntegerField(null=True)
    v_date = models.DateField(null=True)
    v_choice = TenantForeignKey("picklists.Choice", null=True)
    v_person = TenantForeignKey("users.Membership", null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "field", "record_id"], name="custom_value_once")]
        indexes = [
            models.Index(
                fields=["tenant", "field", column, "record_id"],
                condition=models.Q(**{f"{column}__isnull": False}),
                name=f"custom_{column}",
            )
            for column in ("v_text", "v_int", "v_date", "v_choice", "v_person")
        ] + [
            models.Index(
                fields=["tenant", "field", "v_text", "v_int", "record_id"],
                condition=models.Q(v_text__isnull=False, v_int__isnull=False),
                name="custom_money",
            ),
            models.Index(fields=["tenant", "record_id"], name="custom_value_of_record"),
        ]


class Tag(TenantModel):
    """A word that people put on records of any type."""

    noun = _("tag")
    keeps_changes = True

    name = models.CharField(max_length=50)
    name_key = models.CharField(max_length=50, db_collation="C", editable=False)  # text.sort_key(name)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name_key"], name="tag_name")]

    def __str__(self) -> str:
        return self.name


class TagLink(TenantModel):
    """A tag on a record: what lists filter by. Pages show the ids in ``record.custom``."""

    tag = TenantForeignKey(Tag)
    record_type = models.CharField(max_length=30, db_collation="C")
    record_id = models.UUIDField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "tag", "record_type", "record_id"], name="tag_once"),
        ]
        indexes = [models.Index(fields=["tenant", "record_id"], name="tag_of_record")]
