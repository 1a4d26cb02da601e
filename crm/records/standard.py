"""The fields that every record type has."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.fields import kinds
from crm.fields.spec import FieldSpec

OWNER = FieldSpec("owner", _("Owner"), kinds.Person(owns=True))
TEAM = FieldSpec("team", _("Team"), kinds.TeamOf(), help=_("Empty: the owner's team."))
EXTERNAL_ID = FieldSpec(
    "external_id",
    _("External id"),
    kinds.Text(200, exact=True),
    help=_("Its id in the system it came from. Importing the same id again updates this record."),
)
TAGS = FieldSpec(
    "tags",
    _("Tags"),
    kinds.Tags(),
    help=_("Words of your own, with commas between them."),
)
CREATED = FieldSpec("created_at", _("Created"), kinds.DateTime(), on_create=False, on_edit=False, importable=False)
UPDATED = FieldSpec("updated_at", _("Changed"), kinds.DateTime(), on_create=False, on_edit=False, importable=False)
CREATED_BY = FieldSpec("created_by", _("Created by"), kinds.Person(), on_create=False, on_edit=False, importable=False)

STANDARD_FIELDS = (OWNER, TEAM, TAGS, EXTERNAL_ID, CREATED, CREATED_BY, UPDATED)

ADDRESS_FIELDS = (
    FieldSpec("street", _("Street"), kinds.Text(300)),
    FieldSpec("city", _("City"), kinds.Text(100)),
    FieldSpec("region", _("State or region"), kinds.Text(100)),
    FieldSpec("postal_code", _("Postal code"), kinds.Text(20)),
    FieldSpec("country", _("Country"), kinds.Text(100)),
)
