"""Texts that programs stumble over: a list of our own, and the Big List of Naughty Strings where it is at hand."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

LIST = Path(settings.BASE_DIR).parent / "shared" / "data" / "strings" / "blns.json"

# Of every sort: markup, quotes, templates, paths, SQL, control, right-to-left, combining, beyond the BMP, expanding.
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'\"`&lt;&amp;",
    "{{ 7*7 }}{% debug %}",
    "{% include '/etc/passwd' %}",
    "</textarea></title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "Robert'); DROP TABLE leads_lead;--",
    "../../../../etc/passwd%00",
    '=HYPERLINK("x")',
    "%s %d %(name)s {0} $1 \\1",
    "\u202etest\u202c \u2066x\u2069",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "👩‍👩‍👧‍👦 𝒳 🇩🇪",
    "ﷺﷺﷺﷺ ﬁ ß İ ı",
    "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀",
    "\u200b\ufeffx\u00ad",
    "² ½ ① Ⅷ ٣ ৪ 〇",
    "500¹",
    "null",
    "-1e400",
    "\t<b>tab</b>",
)


def all_strings() -> list[str]:
    """Each once, without those that are empty or that PostgreSQL cannot store."""
    more = json.loads(LIST.read_text()) if LIST.exists() else []
    return list(dict.fromkeys(text for text in (*NASTY, *more) if text.strip() and "\x00" not in text))
