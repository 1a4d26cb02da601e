"""E-mail and web addresses that reach whom they seem to reach."""

from __future__ import annotations

import re
from unicodedata import category

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

# Unicode's controls, format signs, private and unused characters, and its blanks. What has no picture, or a blank
# one, though its category says letter, mark or symbol: fillers, joiners, selectors of variants.
_UNSEEN_CATEGORIES = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"))
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffc\U00016fe4\U000e0100-\U000e01ef]"
)


def refuse_unseen(text: str) -> None:
    """Refuse an address with a character that nobody sees: it is not the one that people read."""
    if unseen := next((one for one in text if one != " " and _is_unseen(one)), ""):
        raise ValidationError(
            _("“%(text)s” holds a character that cannot be seen (U+%(code)s). Write it without.")
            % {"text": text[:100], "code": f"{ord(unseen):04X}"}
        )


def refuse_unseen_host(text: str) -> None:
    """The same of the host of a web address; what follows may be in any script, with the joiners that it needs."""
    refuse_unseen(re.split(r"[/?#]", text.split("://", 1)[-1], maxsplit=1)[0])


def _is_unseen(one: str) -> bool:
    return category(one) in _UNSEEN_CATEGORIES or _UNSEEN.match(one) is not None


def validate_address(text: str) -> None:
    """Refuse what is no e-mail address; also one with a character that nobody sees, which no mail reaches."""
    refuse_unseen(text)
    validate_email(text)
