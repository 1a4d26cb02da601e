"""The words of a workspace in the product's texts: where it calls opportunities deals, every text says "deal".

A workspace that renames the types of record speaks a dialect. Texts are written with the standard words; what is
looked up in the catalogues of translations comes back with the workspace's (``Words``), whichever way it is looked up:
in a page, a message, a mail, a job. So nobody who writes a text need think of it, and none can be forgotten. A text in
which such a word means something else ("contact us") is marked with a context (``pgettext``): those stay as they are.
Values that are put into a text are never touched.

Django has no place for this, so its class of catalogues is replaced before the first is loaded (``speak``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.utils.translation import trans_real

# What is no word of a text: places for values, tags, addresses.
_NO_WORDS = r"%\([^)]*\)[a-z]|\{[^}]*\}|<[^>]*>|/[\w/]+"
_VOWEL = re.compile(r"(?!uni(?![nm])|us[ae]|eu|one\b|once\b)[aeiouæœøı]|hour|heir|honest|hono")
_SPELT_VOWEL = re.compile(r"[AEFHILMNORSX]|8|11\b|18\b")

_standard: ContextVar[bool] = ContextVar("standard", default=False)
_finders: list[Callable[[], Words | None]] = []


@dataclass(frozen=True)
class Words:
    """What stands for which standard word: pairs of a word as inside of a sentence, and what it is called here."""

    pairs: tuple[tuple[str, str], ...]

    def said(self, text: str) -> str:
        """``text`` in these words. A name that stands alone is that which was typed."""
        return self._alone.get(text) or _said(self, text)

    @cached_property
    def _alone(self) -> dict[str, str]:
        return {word[:1].upper() + word[1:]: own for word, own in self.pairs}

    @cached_property
    def _own(self) -> dict[str, str]:
        return dict(self.pairs)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        words = "|".join(sorted((re.escape(word) for word, _own in self.pairs), key=len, reverse=True))
        return re.compile(rf"{_NO_WORDS}|(?P<article>\b(?:a|an)\s+)?(?<![\w])(?P<word>{words})(?![\w])", re.I)

    def replaced(self, found: re.Match[str]) -> str:
        word = found["word"]
        if word is None:
            return found[0]
        own = in_text(self._own[word.lower()])
        if word.isupper():
            own = own.upper()
        elif word[0].isupper() and own[1:] == own[1:].lower():
            own = own[0].upper() + own[1:]
        article = found["article"] or ""
        return f"{_article(article, own)}{own}"


@lru_cache(maxsize=8192)
def _said(words: Words, text: str) -> str:
    return words.pattern.sub(words.replaced, text)


def in_text(name: str) -> str:
    """A name as it stands inside of a sentence: "Repair" as "repair". What has capitals further on was meant to have
    them, and stays as it was typed: "RFP", "Repair Order", "iPad deal"."""
    return name if any(letter.isupper() for letter in name[1:]) else name[:1].lower() + name[1:]


def _is_initials(part: str) -> bool:
    return sum(letter.isupper() for letter in part) > 1 or any(letter.isdigit() for letter in part)


def _article(article: str, word: str) -> str:
    """``article`` (with the blank behind it) as it is spoken before ``word``."""
    if not article:
        return ""
    return article[0] + ("n" if _begins_with_vowel(word) else "") + article[len(article.rstrip()) :]


def _begins_with_vowel(word: str) -> bool:
    first = unicodedata.normalize("NFC", word)[0]
    plain = unicodedata.normalize("NFD", first)[0]
    if plain != first:  # "Über…", "Éu…" are spoken as they are written, whatever follows
        return plain.lower() in "aeiouæø"
    is_spelt = _is_initials(word.split(" ", maxsplit=1)[0])
    return bool(_SPELT_VOWEL.match(word) if is_spelt else _VOWEL.match(word.lower()))


@contextmanager
def standard() -> Iterator[None]:
    """Let texts inside be those that the product ships."""
    token = _standard.set(True)
    try:
        yield
    finally:
        _standard.reset(token)


def words_now() -> Words | None:
    """The words of the current workspace; None where they are the standard ones."""
    return None if _standard.get() or not _finders else _finders[-1]()


class Dialect(trans_real.DjangoTranslation):
    """A catalogue whose texts come in the words of the current workspace."""

    def gettext(self, message: str) -> Any:
        text, words = _in_language(self, message), words_now()
        return text if words is None else _in_own_words(words, text, message)

    def ngettext(self, msgid1: str, msgid2: str, n: Any) -> Any:
        text, words = super().ngettext(msgid1, msgid2, n), words_now()
        return text if words is None else _in_own_words(words, text, msgid1)


@lru_cache(maxsize=8192)
def _in_language(catalogue: Dialect, message: str) -> str:
    """What Django finds, who asks a catalogue of each app in turn; none changes once it is loaded. A catalogue that
    falls back to another one gets the standard words of that: this is kept for all workspaces."""
    with standard():
        return super(Dialect, catalogue).gettext(message)


def _in_own_words(words: Words, text: str, message: str) -> str:
    return text if trans_real.CONTEXT_SEPARATOR in message else words.said(text)


def speak(find: Callable[[], Words | None]) -> None:
    """Have every text said in the words that ``find`` returns when it is looked up."""
    _finders.append(find)
    catalogues: Any = trans_real
    catalogues.DjangoTranslation = Dialect
    catalogues._translations = {}  # those that were loaded already
    catalogues._default = None
