"""Text of any direction inside a sentence: every sentence that gettext gives shuts off what is put into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from unicodedata import bidirectional

from django.utils import translation
from django.utils.translation import trans_real

FIRST_STRONG, END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
PLAIN = frozenset({"L", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B", "S", "WS", "ON", ""})  # do not turn others


def isolate(text: str) -> str:
    """Return ``text`` so that it cannot turn the words around it; what runs left to right stays as it is."""
    if text.isascii() or all(bidirectional(letter) in PLAIN for letter in text) or _is_isolated(text):
        return text
    return f"{FIRST_STRONG}{_closed(text)}{END}"


class Sentence(str):
    """A sentence with names in it, ``%(person)s``: what is put there cannot turn the rest around."""

    def __mod__(self, words: Any) -> str:
        if not isinstance(words, Mapping):
            return super().__mod__(words)
        return super().__mod__({name: _told(word) for name, word in words.items()})

    def __str__(self) -> str:
        return self


def isolate_names_in_sentences() -> None:
    """Let all that gettext gives, to Python and to templates, be ``Sentence``s.

    In this one place: nobody who writes a sentence has to think of it, and none is forgotten. The place is private to
    Django: docs/decisions/0010-names-inside-sentences.md.
    """
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        setattr(translation._trans, name, _giving_sentences(getattr(trans_real, name)))  # type: ignore[attr-defined]


def filled(sentence: str, words: Mapping[str, Any]) -> str:
    """``sentence % words`` for what is kept as a value: as it is, without marks of direction."""
    return str.__mod__(sentence, words)


def _giving_sentences(translate: Callable[..., str]) -> Callable[..., str]:
    def translated(*arguments: Any) -> str:
        text = translate(*arguments)
        return Sentence(text) if type(text) is str and "%(" in text else text

    return translated


def _told(word: Any) -> Any:
    return word if isinstance(word, int | float | Decimal) else isolate(str(word))


def _is_isolated(text: str) -> bool:
    """Whether ``isolate`` has made it already."""
    inner = text[1:-1]
    return text[0] == FIRST_STRONG and text[-1] == END and _closed(inner) == inner


def _closed(text: str) -> str:
    """Without ends of isolates that it did not begin: one would end ours."""
    depth, kept = 0, []
    for letter in text:
        kind = bidirectional(letter)
        depth += kind in ("LRI", "RLI", "FSI")
        if kind == "PDI":
            if not depth:
                continue
            depth -= 1
        kept.append(letter)
    return "".join(kept) + END * depth
