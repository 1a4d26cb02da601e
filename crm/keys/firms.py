"""Names of firms as they are compared: without legal forms, signs and what only stands at their start."""

from __future__ import annotations

import re
from functools import lru_cache

from crm.ground.text import sort_key

# Firms' legal forms, dropped from the end of a name when names are compared: written without dots and spaces, as
# "S. A." or "Sp. z o.o." may have them. Group, Holding or Company are none: they tell one firm from another.
_LEGAL_FORMS = frozenset(
    "ab ag aps as asa bv bvba cokg coltd corp corporation doo eg ek ev gbr ggmbh gmbh haftungsbeschrankt inc"
    " incorporated kft kg kgaa kk ks limited llc llp lp ltd ltda mbh nv nyrt og ohg ooo ou oy oyj pbc plc pllc pte pty"
    " pvt sa sab sarl sas sasu scs sdnbhd se sia sl slu snc spa spj spk spzoo srl sro tov uab ug ulc vof zrt"
    " ао зао оао ооо пао".split()
)
_LONGEST_FORM = 5  # words: "s.a.r.l." and "sp. z o.o."
_AT_THE_START = frozenset("the ab ooo pt sia uab ао зао оао ооо пао".split())  # "The Acme", "AB Volvo", "ООО Ромашка"


def company_key(name: str) -> str:
    """A company's name as compared for likeness: ``The Acme Group, Inc.`` → ``acme group``."""
    return _company_key(sort_key(name))


@lru_cache(maxsize=1024)
def _company_key(key: str) -> str:
    return " ".join(_without_legal_forms(_company_words(key)))


def company_start(text: str) -> tuple[str, str]:
    """What the ``company_key`` of a name that starts with ``text`` starts with; and the whole of that key, or "",
    if its end is, or may turn out to be, a legal form: ``The Acme Lt`` → ``acme lt``, ``acme``.
    """
    words = _company_words(sort_key(text))
    for count in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
        last = "".join(words[-count:])
        if any(form.startswith(last) for form in _LEGAL_FORMS):
            return " ".join(words), " ".join(_without_legal_forms(words[:-count]))
    return " ".join(words), ""


def _company_words(key: str) -> list[str]:
    """The words of a name's ``sort_key``, without what only stands at its start."""
    words = re.sub(r"[^\w\s]", " ", key.replace("'", "").replace("&", " ")).split()
    return words[1:] if len(words) > 1 and words[0] in _AT_THE_START else words


def _without_legal_forms(words: list[str]) -> list[str]:
    """At least one word is left: a firm may be called Limited."""
    while True:
        for count in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
            if "".join(words[-count:]) in _LEGAL_FORMS:
                words = words[:-count]
                break
        else:
            return words
