"""A name with marks of direction in it turned the rest of the sentence around (D12)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from crm.ui.bidi import isolate

TEMPLATES = Path(settings.BASE_DIR) / "templates"
TURNED = "abc\u202edef"


def render(text: str, **words: object) -> str:
    return engines["jinja"].from_string(text).render(words)


@pytest.mark.parametrize("plain", ["", "Ana Owner", "Łódź & Ørsted", "100 %", "Санкт-Петербург", "東京"])
def test_what_runs_left_to_right_stays_as_it_is(plain: str) -> None:
    assert isolate(plain) == plain


def test_all_others_are_shut_off() -> None:
    assert isolate(TURNED) == f"\u2068{TURNED}\u2069"
    assert isolate("שלום") == "\u2068שלום\u2069"
    assert isolate("a\u2069\u2067b") == "\u2068a\u2067b\u2069\u2069", "no end but that of its own"


def test_a_sentence_of_a_template_shuts_its_names_off() -> None:
    assert render('{{ _("Move %(name)s up", name=name) }}', name=TURNED) == f"Move \u2068{TURNED}\u2069 up"
    assert render('{{ pgettext("of a row", "%(name)s!", name=one) }}', one=TURNED).endswith("\u2069!")
    counted = '{{ ngettext("one of %(name)s", "%(n)s of %(name)s", n, n=n, name=name) }}'
    assert render(counted, n=2, name="Ana") == "2 of Ana"
    assert render(counted, n=1, name=TURNED) == f"one of \u2068{TURNED}\u2069"


def test_markup_is_neither_escaped_nor_let_in() -> None:
    assert render('{{ _("<b>%(name)s</b>", name=name) }}', name="<i>") == "<b>&lt;i&gt;</b>"
    told = '{% set told = _("Hi %(name)s", name=name) %}[{{ told }}]'
    assert render(told, name=TURNED) == f"[Hi \u2068{TURNED}\u2069]"


# A name with a mark of direction in it turns what stands beside it in the line around, unless it stands in <bdi>.
NAME = r"\{\{ [\w.]*\.name(?:\|[^}]*)? \}\}"
BARE = re.compile(
    rf"(?:·\s*|, |\(){NAME}"  # behind something else
    rf"|{NAME}(?:</a>)?(?:\{{%[^%]*%\}})*\s*(?:·|,|\()"  # before it
    rf"|{NAME}</(?:a|b)>\s?<small>"
)
SHUT_OFF = re.compile(
    r"\{\{ (?:_|p?gettext|ngettext)\(.*?\) \}\}|\{% block title %\}.*?\{% endblock %\}|<title>.*?</title>", re.DOTALL
)


def test_a_name_beside_other_words_is_shut_off_in_every_template() -> None:
    bare = [
        f"{path.relative_to(TEMPLATES)}: {found[0]}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for found in BARE.finditer(SHUT_OFF.sub("", path.read_text()))
    ]
    assert bare == []
