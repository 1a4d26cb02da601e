"""What is meant to be so, each with its reason. A pattern is looked for in what the walk would report."""

from __future__ import annotations

import re

# pattern → reason
DELIBERATE: dict[str, str] = {}
# Controls and pages that the walk does not touch: (kind of page and key of the control)
LEFT_ALONE: dict[str, str] = {
    r"password|account_": "django-allauth's own pages about the person, which tests/users cover",
    r"^GET (account_|usersessions|workspaces|new_workspace|health|ready)": "outside of the workspace",
}


def is_deliberate(told: str, among: dict[str, str] | None = None) -> bool:
    return any(re.search(pattern, told) for pattern in (DELIBERATE if among is None else among))
