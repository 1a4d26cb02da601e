"""Every sentence that is built in Python shuts off the names that are put into it (D12)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.template import engines
from django.utils.translation import gettext, gettext_lazy, ngettext, override
from jinja2.ext import extract_from_ast

from crm.ui.bidi import filled

ROOT = Path(__file__).parent.parent.parent
PARTS = ("crm", "accounts", "contacts", "leads", "opportunities", "reports")
TURNED = "abc\u202edef"
SHUT = f"\u2068{TURNED}\u2069"
PLACE = re.compile(r"%\((\w+)\)([sd])")


CALLED = frozenset({"", "lazy", "now", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"})


# What words for records mean besides: a workspace that renames its records would read nonsense.
OTHERWISE = re.compile(
    r"\bleads? (to (?!customer)|back|there|you|nowhere|away)\b"
    r"|\b(have|made?|user|passwords? for this|your) (an )?accounts?\b"
    r"|\baccount (with|in Angler|opens|is (switched|locked))"
    r"|\bcontact(s|ed|ing)? (us|them|him|her|your|the admin|an admin)\b"
    r"|\bdeals?\b(?! with)",  # what the product calls an opportunity
    re.I,
)


def texts() -> Iterator[tuple[str, str]]:
    """Every text that the product gives to gettext, and where it stands."""
    for path in (one for part in PARTS for one in (ROOT / part).rglob("*.py") if "migrations" not in one.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").strip("_") in CALLED:
                found = [one.value for one in node.args if isinstance(one, ast.Constant)]
                yield from ((str(path), text) for text in found if isinstance(text, str))
    for path in (ROOT / "templates").rglob("*.*"):
        found = extract_from_ast(engines["jinja"].env.parse(path.read_text()), ("_", "gettext", "ngettext"))
        yield from ((str(path), text) for _line, _name, said in found for text in _texts(said))


def _texts(said: str | tuple[str | None, ...]) -> list[str]:
    return [text for text in ((said,) if isinstance(said, str) else said) if text]


def sentences() -> Iterator[str]:
    """The catalogue: every text of the code with places for names."""
    return (text for path, text in texts() if path.endswith(".py") and PLACE.search(text))


def test_no_sentence_lets_a_name_turn_it_around() -> None:
    catalogue = set(sentences())
    assert len(catalogue) > 250
    for text in catalogue:
        places = PLACE.findall(text)
        words = {name: 7 if kind == "d" else TURNED for name, kind in places}
        right = PLACE.sub(lambda place: "7" if place[2] == "d" else SHUT, text.replace("%%", "%"))
        for sentence in (gettext(text), gettext_lazy(text), str(gettext_lazy(text)), ngettext(text, text, 2)):
            assert sentence % words == right


def test_nobody_fills_a_sentence_before_it_is_translated() -> None:
    for path in (one for part in PARTS for one in (ROOT / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "gettext", "gettext_lazy"):
                assert not isinstance(node.args[0], ast.JoinedStr), f"{path}:{node.lineno}"


def test_numbers_stay_numbers_and_names_of_the_same_direction_as_they_are() -> None:
    assert gettext("%(count)d of %(name)s") % {"count": 3, "name": "Łódź"} == "3 of Łódź"
    assert gettext("%(name)s!") % {"name": SHUT} == f"{SHUT}!", "once is enough"
    with override("en-de"):
        assert gettext_lazy("%(name)s!") % {"name": TURNED} == f"{SHUT}!"


def test_what_is_kept_as_a_value_has_no_marks() -> None:
    assert filled(gettext("Follow up: %(name)s"), {"name": TURNED}) == f"Follow up: {TURNED}"


def test_records_are_called_by_one_word_that_means_nothing_else() -> None:
    """ "The page that this link leads to" is one that it prospects to, where leads are called prospects (R12). A text
    that cannot do without is marked by a context."""
    found = [f"{path}: {text}" for path, text in texts() if OTHERWISE.search(text)]
    assert len(list(texts())) > 2000 and not found, "\n".join(found)
