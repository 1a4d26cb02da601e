"""What happens to the people of a workspace, their teams and roles; and that the workspace began."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.called import NAME, Called
from crm.events.types import declare

_ABOUT = "users"
_NAME = {"name": "what it was called"}

WORKSPACE_CREATED = declare(
    "workspace.created",
    _("Workspace created"),
    _("%(actor)s created the workspace"),
    payload={"name": "what it was called", "slug": "the first part of its addresses"},
)

MEMBER_INVITED = declare(
    "member.invited",
    _("Person invited"),
    _("%(actor)s invited %(email)s"),
    about=_ABOUT,
    payload={"email": "the address", "role": "what the role is called", "invitation": "the id of the invitation"},
)
MEMBER_JOINED = declare("member.joined", _("Person joined"), _("%(actor)s joined"), about=_ABOUT)
MEMBER_CHANGED = declare(
    "member.changed",
    _("Person changed"),
    about=_ABOUT,
    called={
        "name": NAME,
        "role": Called(_("role")),
        "team": Called(_("team")),
        "is_active": Called(_("active"), verbs={False: _("deactivated them"), True: _("activated them again")}),
    },
)
MEMBER_IMPORTED = declare(
    "member.imported", _("Person added by an import"), _("%(actor)s imported records of this person"), about=_ABOUT
)
PASSWORD_LINK_MADE = declare(
    "member.password_link_made",
    _("Password link made"),
    _("%(actor)s made a link to set a new password"),
    about=_ABOUT,
)
PASSWORD_SET = declare(
    "member.password_set",
    _("New password set by a link"),
    _("%(actor)s set a new password by a link from an admin"),
    about=_ABOUT,
)

TEAM_CREATED = declare("team.created", _("Team created"), about=_ABOUT, payload=_NAME)
TEAM_CHANGED = declare(
    "team.changed", _("Team changed"), about=_ABOUT, called={"name": NAME, "parent": Called(_("part of"))}
)
TEAM_DELETED = declare("team.deleted", _("Team deleted"), about=_ABOUT, payload=_NAME)

ROLE_CREATED = declare(
    "role.created",
    _("Role created"),
    about=_ABOUT,
    payload=_NAME | {"access": "by type of record: the scope of each of its rights"},
)
ROLE_CHANGED = declare(
    "role.changed",
    _("Role changed"),
    about=_ABOUT,
    called={
        "name": NAME,
        "access": Called(_("access"), None),  # a table
        "fields": Called(_("which fields they see and change"), None),
        "can_set_up": Called(_("setup")),
        "can_import": Called(_("import")),
        "can_export": Called(_("export")),
    },
)
ROLE_DELETED = declare("role.deleted", _("Role deleted"), about=_ABOUT, payload=_NAME)
