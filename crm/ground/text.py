"""What people type, in the form in which it is kept, sorted and looked up.

Row-level security switches off indexes for ``lower()`` and the like, so lookups compare keys in columns of their own
with ``=`` or as prefixes. All keys are in plain code-point order (``COLLATE "C"``).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# A name is typed with one of these on one keyboard and with another on the next.
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻ‛′´＇", "'"))
# Letters with a stroke, a hook or a partner, which Unicode does not take apart. (ß is ss by its case-folding.)
PLAIN_LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ĸ": "k", "ƀ": "b", "ɓ": "b", "ɖ": "d", "ɗ": "d", "ɠ": "g", "ɨ": "i", "ƙ": "k", "ƚ": "l", "ɲ": "n", "ɵ": "o",
    "ƥ": "p", "ɍ": "r", "ƭ": "t", "ʉ": "u", "ʋ": "v", "ƴ": "y", "ƶ": "z", "ə": "e", "ɛ": "e", "ɔ": "o", "ⱥ": "a",
}  # fmt: skip
_PLAIN = str.maketrans(PLAIN_LETTERS)
TAKEN_FOR_ANOTHER = "".join(map(chr, (*_PLAIN, *_APOSTROPHES)))  # keys that were made earlier may still hold these

# Taking letters apart takes far longer for each letter of a long text than of a short one, and a cell of a file may
# hold 100,000: what is longer is no name, and is not looked at beyond this.
LONGEST_NAME = 2_000


def sort_key(text: str) -> str:
    """Case-folded, without accents (Ørsted as orsted, Łódź as lodz), white space collapsed, one kind of apostrophe: to
    sort and find by."""
    return _sort_key(" ".join(text.split())[:LONGEST_NAME] if len(text) > LONGEST_NAME else text)


@lru_cache(maxsize=4096)  # an import asks for each name many times: what it is called, and whom it may be
def _sort_key(text: str) -> str:
    if text.isascii():  # most is, and then there is nothing to take apart
        return " ".join(text.lower().split())[:300]
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    plain = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join(plain.casefold().translate(_PLAIN).split())[:300]


# White space, but for the separators U+001C to U+001F, which ``str.strip`` takes for it: nobody sees them, so they stay
# like other control characters, or are refused with them.
_BLANKS = "".join(one for one in map(chr, range(0x3001)) if one.isspace() and not "\x1c" <= one <= "\x1f")


def trimmed(text: str) -> str:
    """``text`` without the blanks around it: the one rule for what is typed and what comes in files."""
    return text.strip(_BLANKS)


_LINE_BREAKS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    """``text`` with a space for each line break and the blanks around it, as it stands in a field of one line."""
    text = trimmed(text)
    lines = _LINE_BREAKS.split(text)
    return text if len(lines) == 1 else " ".join(filter(None, (line.strip(" \t") for line in lines)))
