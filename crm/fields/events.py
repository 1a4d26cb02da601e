"""What happens to a workspace's own fields, and to tags."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.called import IS_ACTIVE, NAME, ORDER, Called
from crm.events.types import declare

_FIELD = {"label": "what the field is called", "type": "the type of record that has it", "field": "the id of the field"}

CREATED = declare("custom_field.created", _("Field added"), _("%(actor)s added the field “%(label)s”"), payload=_FIELD)
CHANGED = declare(
    "custom_field.changed",
    _("Field changed"),
    payload=_FIELD,
    called={
        "label": NAME,
        "help": Called(_("help")),
        "section": Called(_("section"), None),  # a key
        "required": Called(_("required"), verbs={False: _("made it optional"), True: _("made it required")}),
        "is_filterable": Called(
            _("filter"), verbs={False: _("stopped lists from filtering by it"), True: _("let lists filter by it")}
        ),
        "is_active": IS_ACTIVE,
        "order": ORDER,
    },
)
MADE_FILTERABLE = declare(
    "custom_field.made_filterable",
    _("Field made filterable"),
    _("%(actor)s lets lists filter by “%(label)s”"),
    payload=_FIELD,
)
DELETED = declare(
    "custom_field.deleted",
    _("Field deleted"),
    _("%(actor)s deleted the field “%(label)s”, with its values"),
    payload=_FIELD
    | {
        "records": "how many had a value",
        "key": "the last part of its standard name",
        "kind": "the kind of field",
        "choices": "by id, what the entries of its list were called",
    },
    deletes=True,
)

_TAG = {"id": "the id of the tag", "label": "what it is called"}
TAG_CHANGED = declare("tag.changed", _("Tag renamed"), payload=_TAG, called={"name": NAME})
TAG_DELETED = declare(
    "tag.deleted",
    _("Tag deleted"),
    _("%(actor)s deleted the tag “%(label)s”"),
    payload=_TAG | {"records": "how many had it"},
    deletes=True,
)
