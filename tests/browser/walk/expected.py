"""What is meant to be so, each with its reason. A pattern is looked for in what the walk would report."""

from __future__ import annotations

import re

# pattern → reason
DELIBERATE: dict[str, str] = {
    "^410 activities:file": "bytes of the demo's files lie with the process that seeded it; a lost file says so",
    "GET activities:file": "only where the page that stands for its kind has a file; test_files.py fetches one",
    "GET search:palette": "asked while somebody types into the palette, as test_keyboard.py does",
    "GET kept:form": "of who signs in again with a form half filled in, as test_every_form.py does",
    "GET bulk:new": "who reloads the answer to a form that was refused: it leads to the list",
    "GET (leads:together|opportunities:contact_role|[a-z]+:change)": "of who comes back to it: leads to the record",
    r"unfilled opportunities-another|opportunities-another\|data-lookup\]: cannot be filled": (
        "an account that is new has no opportunity to choose; test_convert_another.py chooses one"
    ),
    r"^refused opportunities:record .*\bopportunities/\*/contacts/": (
        "whoever belongs to another account is asked about, and the walk may choose only such people; "
        "tests/opportunities/test_of_another_account.py answers"
    ),
    r"^refused setup:role_fields .*\bfields/leads/": (
        "the walk hides all fields at once, and whoever makes leads needs an e-mail or a phone; "
        "tests/users/test_hidden_fields.py hides some"
    ),
    r"^refused [a-z]+:(list|board) .*\?.*\b(account|contact)\b": "such a filter takes names that exist",
}
# Controls and pages that the walk does not touch: (kind of page and key of the control)
LEFT_ALONE: dict[str, str] = {
    r"^(GET )?account_": "django-allauth's own pages about the person, which tests/users cover",
    r"^GET (account_|usersessions|workspaces|new_workspace|health|ready)": "outside of the workspace",
}


def is_deliberate(told: str, among: dict[str, str] | None = None) -> bool:
    return any(re.search(pattern, told) for pattern in (DELIBERATE if among is None else among))
