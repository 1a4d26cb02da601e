"""What is asked about the words of a column that name nothing here, and which of many are shown at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.fields import kinds
from crm.fields.look.lookup import LookupWidget
from crm.fields.spec import FieldSpec
from crm.ground.text import sort_key
from crm.imports.answers import SAME, is_adding

SHOWN_WORDS = 40  # of a column at once; the others have pages of their own
MOST_ALIKE = 120  # on the first page, so that they are seen
ALIKE_TOLD = 3
PAGE, FIND = "page_", "find_"  # in the address, followed by the field

Option = tuple[str, str]


def said_same(text: str) -> str:
    """That a name is to be another one of the file."""
    return _("The same as “%(name)s”") % {"name": text}


def told_several() -> str:
    return _("Several rows of this file are called this. To link to one of them, put its external id into the file.")


def picker_for(spec: FieldSpec, name: str, typed: str, label: str, place: str, *, size: str = "") -> str:
    """Where one of the records can be named: by its name, or picked while that is typed."""
    if not isinstance(spec.kind, kinds.Lookup):
        return ""
    widget = LookupWidget(spec.kind.key)
    said = {"class": f"control {size}".strip(), "placeholder": _("or type its name"), "aria-label": label}
    widget.widgets[0].attrs |= said
    return str(widget.render(name, [typed, ""], {"id": place}))


@dataclass(frozen=True)
class Likeness:
    """Names of the file that are probably the same: ``first`` of them by each other, and the row of each."""

    first: Mapping[str, str]
    at: Mapping[str, int]

    @property
    def size(self) -> int:
        return len({*self.first, *self.first.values()})

    def together(self, words: list[str]) -> list[str]:
        """``words`` with those that are alike first, side by side."""
        groups: dict[str, list[str]] = {first: [first] for first in self.first.values()}
        for text in words:
            if text in self.first:
                groups[self.first[text]].append(text)
        alike = [text for first in words if first in groups for text in groups[first]]
        return [*alike, *(text for text in words if text not in self.first and text not in groups)]

    def options(self, text: str) -> tuple[Option, ...]:
        """What a name that is like an earlier one may be put to."""
        first = self.first.get(text)
        return ((f"{SAME}{first}", said_same(first)),) if first is not None else ()

    def told(self, text: str) -> str:
        """What the name is probably the same as, in words; "" for most."""
        first = self.first.get(text, text)
        others = [one for one in (first, *(one for one in self.first if self.first[one] == first)) if one != text]
        if not others:
            return ""
        names = [_("“%(name)s” (row %(row)s)") % {"name": one, "row": self.at.get(one, 0)} for one in others]
        words = ", ".join(names[:ALIKE_TOLD]) + (" …" if len(names) > ALIKE_TOLD else "")
        return _("Probably the same as %(names)s.") % {"names": words}


@dataclass(frozen=True)
class Page:
    """``words`` are those that are shown of ``count``, from the place ``start`` on; of all, or of those in which
    ``find`` stands. ``previous`` and ``next`` are pages beside it, or 0."""

    words: list[str]
    start: int
    count: int
    find: str = ""
    previous: int = 0
    next: int = 0

    @classmethod
    def of(cls, field: str, words: list[str], alike: int, query: Mapping[str, str]) -> Page:
        """The page of the words of ``field`` that ``query`` asks for; the first ``alike`` words belong together."""
        find = query.get(f"{FIND}{field}", "").strip()
        if find:
            words, alike = [text for text in words if sort_key(find) in sort_key(text)], 0
        first = min(max(SHOWN_WORDS, alike), MOST_ALIKE)
        starts = [0, *range(first, len(words), SHOWN_WORDS)]
        asked = query.get(f"{PAGE}{field}", "")
        number = min(int(asked) if asked.isdecimal() and len(asked) < 9 else 1, len(starts)) or 1
        start = starts[number - 1]
        end = starts[number] if number < len(starts) else len(words)
        return cls(words[start:end], start + 1, len(words), find, number - 1, number + 1 if number < len(starts) else 0)

    @property
    def end(self) -> int:
        return self.start + len(self.words) - 1

    @property
    def is_part(self) -> bool:
        return bool(self.find or self.previous or self.next)


@dataclass(frozen=True)
class Word:
    """``answer`` is the importer's; the ``proposal`` counts for nothing before it is accepted. The answer ``is_ours``
    where it is what was proposed."""

    text: str
    rows: int
    answer: str
    proposal: Option | None  # while there is no answer
    is_ours: bool
    meant: tuple[Option, ...]  # what it probably means
    typed: str = ""  # the name of one, which was not taken
    picker: str = ""  # where one of the records can be named
    gone: str = ""  # what had been answered before, and is no answer any more
    alike: str = ""  # other names of the file that are probably the same
    not_added: str = ""  # why there is nothing to add: who it names is deactivated, or no tag can be called so
    is_several: bool = False  # rows of the file: to add another one is no answer, nor is it one for all others

    @property
    def remarks(self) -> list[str]:
        return [said for said in (self.not_added, self.alike) if said]

    @property
    def is_meant(self) -> bool:
        """Whether the answer is among what the word probably means: it stands in the select once."""
        return self.answer in dict(self.meant)


@dataclass(frozen=True)
class Question:
    """About the unknown words of the field ``spec``. ``others``: the answer for all words without one of their own;
    ``left`` of those that are ``hidden`` have none, ``left_alike`` of them are probably the same as another."""

    spec: FieldSpec
    header: str
    words: tuple[Word, ...]
    page: Page
    hidden: int
    hidden_rows: int
    left: int
    left_alike: int
    others: str
    existing: tuple[Option, ...]
    actions: tuple[Option, ...]
    is_typed: bool
    more: bool = False
    beside: tuple[str, str] | None = None  # of people, whom a row means first at its own account: what both are called
    keeps_pipelines: bool = False  # records that exist take a word of several pipelines as their own has it

    @property
    def heading(self) -> str:
        words = {"field": self.spec.label}
        if isinstance(self.spec.kind, kinds.Person):
            return _("%(field)s: who is meant by these names?") % words
        if self.are_names:
            return _("%(field)s: which one is meant by each name?") % words
        return _("%(field)s: what do these words mean?") % words

    @property
    def why(self) -> str:
        """Why these words are asked about."""
        words = {"header": self.header}
        if isinstance(self.spec.kind, kinds.Person):
            return (
                _("These names from the column “%(header)s” are not known here, fit more than one, or are deactivated.")
                % words
            )
        if isinstance(self.spec.kind, kinds.Tags):
            return _("Nothing here has these tags from the column “%(header)s” yet.") % words
        if self.are_names:
            return _("These names from the column “%(header)s” are not known here, or fit more than one.") % words
        return _("These words from the column “%(header)s” match nothing here, or more than one thing.") % words

    @property
    def are_names(self) -> bool:
        """Whether the words are names of people, teams or records."""
        return isinstance(self.spec.kind, (kinds.Person, kinds.TeamOf, kinds.Lookup))

    @property
    def proposals(self) -> int:
        """How many of the words that are shown wait with a proposal."""
        return sum(word.proposal is not None for word in self.words)

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def label(self) -> str:
        return str(self.spec.label)

    @property
    def anchor(self) -> str:
        """The first control that waits for an answer."""
        place = next((at for at, word in enumerate(self.words) if self._waits(word)), None)
        return f"others-{self.name}" if place is None else f"answer-{self.name}-{place}"

    @property
    def is_open(self) -> bool:
        """Whether an answer is missing that the importer has not given."""
        return bool((self.left and not self.others) or self.left_alike) or any(map(self._waits, self.words))

    def _waits(self, word: Word) -> bool:
        others = "" if word.is_several and is_adding(self.others) else self.others
        return word.proposal is not None or not (word.answer or others)
