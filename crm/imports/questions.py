"""What has to be asked of a file before it comes in: the words of its columns that name nothing here, and its gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.files import Gap, NeededLink
from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.kinds.choice import OneOf
from crm.fields.spec import FieldSpec
from crm.fields.tags import all_tags
from crm.imports.alike import alike_in_file
from crm.imports.answers import (
    ADD,
    EMPTY,
    GAP,
    GAP_NAMED,
    OTHERS,
    REFUSE,
    SAME,
    TYPED,
    UNKNOWN,
    USE,
    holds_words,
    is_adding,
    left_empty,
    told_gone,
    word_key,
)
from crm.imports.at_accounts import beside_of, told_by_accounts
from crm.imports.brought import is_made_by_name
from crm.imports.cells import Cells
from crm.imports.coming import meanings_to_add
from crm.imports.encoding_question import EncodingQuestion, about_encoding
from crm.imports.layout import layout_of
from crm.imports.likely import is_deactivated, label_of, name_of_gone, records_like, told_deactivated
from crm.imports.meanings import proposed
from crm.imports.models import Import
from crm.imports.needed import lacking_rows
from crm.imports.own_links import links_to_itself
from crm.imports.planned import KindQuestion, kind_questions
from crm.imports.style_questions import StyleQuestion, about_styles
from crm.imports.survey import Survey
from crm.imports.surveyed import Column
from crm.imports.tag_cells import why_no_tag
from crm.imports.unreadable import may_be_empty
from crm.imports.word_questions import Likeness, Option, Page, Question, Word, picker_for, said_same, told_several
from crm.imports.words import LeftOutError, Words
from crm.ui.format import number
from crm.users.access import may
from crm.users.models import Membership

MOST_OPTIONS = 60  # in the select of a word; of more the one that is meant is typed


@dataclass(frozen=True)
class GapQuestion:
    """About the rows that need a field and do not give it; with a ``picker`` what they mean can be named."""

    name: str
    label: str
    heading: str
    text: str
    answer: str
    options: tuple[Option, ...]
    gone: str = ""
    picker: str = ""

    @property
    def anchor(self) -> str:
        return f"gap-{self.name}"

    @property
    def is_open(self) -> bool:
        return not self.answer


AnyQuestion = EncodingQuestion | KindQuestion | StyleQuestion | Question | GapQuestion


@dataclass
class Questions:
    encodings: list[EncodingQuestion] = field(default_factory=list)
    kinds: list[KindQuestion] = field(default_factory=list)
    styles: list[StyleQuestion] = field(default_factory=list)
    words: list[Question] = field(default_factory=list)
    gaps: list[GapQuestion] = field(default_factory=list)

    @property
    def all_open(self) -> list[AnyQuestion]:
        every: list[AnyQuestion] = [*self.encodings, *self.kinds, *self.styles, *self.words, *self.gaps]
        return [one for one in every if one.is_open]


def questions_of(
    run: Import,
    record_type: RecordType,
    survey: Survey,
    typed: Mapping[tuple[str, str], str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Questions:
    """Return what has to be asked of the file as it is mapped now, and what can be answered: by the import's maker,
    for whom it writes. ``typed`` are names that were not taken, by field and word; ``query`` says which of many words
    are shown."""
    asker = _Asker(run, record_type, survey, typed or {}, query or {})
    found = Questions(about_encoding(run), kind_questions(run, survey), [*about_styles(run, record_type, survey)])
    for index, spec in asker.layout.fields:
        if holds_words(spec) and (question := asker.about_words(index, spec)):
            found.words.append(question)
    for gap in record_type.gaps:
        if about := asker.about_gap(gap):
            found.gaps.append(about)
    found.gaps += filter(None, map(asker.about_needed, record_type.needed))
    return found


def actions_for(spec: FieldSpec, actor: Membership) -> tuple[Option, ...]:
    """What can be done with any unknown word of the field, beside saying which one it means."""
    actions: list[Option] = []
    if isinstance(spec.kind, kinds.Tags):  # whoever edits records makes tags
        actions.append((ADD, _("Add as a new tag")))
    elif isinstance(spec.kind, kinds.Lookup):
        if is_made_by_name(spec) and may(actor, "create", spec.kind.key):
            actions.append((ADD, _("Create the %(type)s") % {"type": catalogue.record_type(spec.kind.key).in_text}))
    elif actor.role.can_set_up:
        actions += _additions(spec)
    if not spec.required:
        actions.append((EMPTY, left_empty(spec)))
    return (*actions, (REFUSE, _("Do not import these rows")))


def existing_options(spec: FieldSpec, actor: Membership) -> tuple[Option, ...]:
    """What a word of the field can mean; nothing where that would be too many to choose from."""
    kind = spec.kind
    if isinstance(kind, kinds.Flag):
        return ((f"{USE}yes", _("Yes")), (f"{USE}no", _("No")))
    if isinstance(kind, kinds.Fixed):
        return tuple((f"{USE}{value}", str(label)) for value, label in kind.labels.items())
    if not isinstance(kind, (OneOf, kinds.Tags)):
        return ()
    rows = rows_of(kind, actor)
    return tuple((f"{USE}{row.pk}", label_of(row)) for row in rows) if len(rows) <= MOST_OPTIONS else ()


def rows_of(kind: OneOf | kinds.Tags, actor: Membership) -> Sequence[Any]:
    """What can be meant: of people also those who have left, whom an old file names."""
    if isinstance(kind, kinds.Tags):
        return all_tags()
    return kind.rows(actor, active_only=not isinstance(kind, kinds.Person))


def _additions(spec: FieldSpec) -> list[Option]:
    kind = spec.kind
    if isinstance(kind, kinds.Person):
        return [(ADD, _("Add as a member who cannot sign in yet"))]
    if isinstance(kind, kinds.StageOf):
        return [(ADD, _("Add as an open stage, before Won"))]
    if isinstance(kind, kinds.TeamOf):
        return [(ADD, _("Add as a team"))]
    if not isinstance(kind, kinds.ChoiceOf):
        return []
    meanings = meanings_to_add(kind.picklist)
    if len(meanings) < 2:
        return [(ADD, _("Add to the list"))]
    return [(f"{ADD}:{key}", _("Add to the list: %(meaning)s") % {"meaning": label}) for key, label in meanings.items()]


def _together(column: Column) -> dict[str, int]:
    """The words of the column with their rows, those that are one but for case, accents and spaces as one."""
    first: dict[str, str] = {}
    rows: dict[str, int] = {}
    for text, count in column.words.items():
        one = first.setdefault(word_key(text), text)
        rows[one] = rows.get(one, 0) + count
    return rows


def _is_of_several_pipelines(stages: list[Any]) -> bool:
    return len({stage.pipeline_id for stage in stages}) > 1


class _Asker:
    def __init__(
        self,
        run: Import,
        record_type: RecordType,
        survey: Survey,
        typed: Mapping[tuple[str, str], str],
        query: Mapping[str, str],
    ) -> None:
        self.run = run
        self.type = record_type
        self.actor: Membership = run.made_by
        self.survey = survey
        self.typed = typed
        self.query = query
        self.layout = layout_of(run, record_type)
        self.cells = Cells(run.made_by, self.layout.styles)
        self.words = Words(run, record_type, self.cells, survey.called)

    def about_words(self, index: int, spec: FieldSpec) -> Question | None:
        column = self.survey.columns[index]
        rows = _together(column)
        unknown = self._unknown(spec, sorted(rows, key=lambda text: -rows[text]))
        beside = beside_of(self.type, spec)
        if beside and unknown:
            told = told_by_accounts(self.cells, beside, column.beside, unknown, self._account_of(beside.link))
            unknown = [text for text in unknown if text not in told or word_key(text) in self.survey.there]
        if not unknown and not column.more:
            return None
        answers = self.run.answers.get(spec.name, {})
        existing, actions = existing_options(spec, self.actor), actions_for(spec, self.actor)
        can_add = any(is_adding(value) for value, _label in actions)
        likeness = Likeness(alike_in_file(spec, tuple(unknown)) if can_add else {}, column.at)
        page = Page.of(spec.name, likeness.together(unknown), likeness.size, self.query)
        alike = records_like(self.cells, spec, page.words)
        words = tuple(
            replace(
                self._word(spec, text, alike.get(text, []), existing, likeness),
                rows=rows[text],
                picker=self._picker_of(spec, text, place),
                alike=likeness.told(text),
            )
            for place, text in enumerate(page.words)
        )
        others = others if (others := answers.get(OTHERS, "")) in dict(actions) else ""
        hidden = [text for text in unknown if text not in set(page.words)]
        left = [text for text in hidden if not answers.get(word_key(text))]
        return Question(
            spec=spec,
            header=self.run.headers[index],
            words=words,
            page=page,
            hidden=len(hidden),
            hidden_rows=sum(rows[text] for text in hidden) + column.more,
            left=len(left) + bool(column.more),
            left_alike=sum(text in likeness.first for text in left) if is_adding(others or ADD) else 0,
            others=others,
            existing=existing,
            actions=actions,
            is_typed=not existing and bool(not isinstance(spec.kind, kinds.Tags) or all_tags()),
            more=bool(column.more),
            beside=beside.words if beside else None,
            keeps_pipelines=isinstance(spec.kind, kinds.StageOf) and any(map(_is_of_several_pipelines, alike.values())),
        )

    def _account_of(self, link: str) -> Callable[[str], Any]:
        """By the text of a cell: what stands for all rows where it is empty."""
        spec, usual = self.type.spec(link), self.run.fixed.get(link, "")
        return lambda text: self._value(spec, text or usual) if text or usual else None

    def _value(self, spec: FieldSpec, text: str) -> Any:
        """What the text means by what has been said; None where the field is left empty."""
        try:
            return self.words.value(spec, text)
        except LeftOutError:
            return None

    def about_gap(self, gap: Gap) -> GapQuestion | None:
        by = self.type.spec(gap.by)
        words = self.survey.gaps.get(gap.field, {})
        fixed = self.run.fixed.get(gap.by, "")
        if gap.field in self.run.fixed:
            return None
        if gap.by not in self.run.mapping and fixed:
            words = {fixed: self.survey.rows}
        count = sum(rows for text, rows in words.items() if self._needs(gap, by, text))
        if not count:
            return None
        spec = self.type.spec(gap.field)
        options = (
            *existing_options(spec, self.actor),
            (UNKNOWN, str(gap.unknown_label)),
            (REFUSE, _("Do not import these rows")),
        )
        answer = self.run.answers.get(gap.field, {}).get(GAP, "")
        answer, chosen, gone = self._still(spec, answer, dict(options))
        text = str(gap.question) % {"count": count}
        return GapQuestion(spec.name, str(spec.label), str(spec.label), text, answer, (*chosen, *options), gone)

    def about_needed(self, need: NeededLink) -> GapQuestion | None:
        rows = lacking_rows(self.run, need, self.survey.lacking, self._left_out)
        if not rows:
            return None
        spec = self.type.spec(need.field)
        refuse = (REFUSE, _("Do not import these rows"))
        given = self.run.answers.get(need.field, {}).get(GAP, "")
        answer, chosen, gone = self._still(spec, given, dict([refuse]))
        text = need.question % {"count": rows, "rows": number(rows)}
        name, typed = f"{GAP_NAMED}{spec.name}", self.typed.get((spec.name, GAP), "")
        picker = picker_for(spec, name, typed, str(need.heading), f"named-{spec.name}")
        return GapQuestion(spec.name, str(spec.label), str(need.heading), text, answer, (*chosen, refuse), gone, picker)

    def _left_out(self, name: str, texts: list[str]) -> set[str]:
        """Which of the texts of a column were said to be left empty."""
        if EMPTY not in self.run.answers.get(name, {}).values():
            return set()
        spec = self.type.spec(name)
        if isinstance(spec.kind, kinds.Lookup):
            self.cells.load_records(spec.kind.key, texts)
        return {text for text in texts if self._is_left_out(spec, text)}

    def _is_left_out(self, spec: FieldSpec, text: str) -> bool:
        try:
            self.words.value(spec, text)
        except LeftOutError:
            return True
        except ValidationError:
            return may_be_empty(self.run.answers, spec.name, spec, text)
        return False

    def _needs(self, gap: Gap, by: FieldSpec, text: str) -> bool:
        answer = self.run.answers.get(by.name, {}).get(word_key(text), "")
        try:
            if is_adding(answer):
                return False
            value = self._value(by, text)
            return value is not None and gap.needed(value)
        except (ValidationError, LookupError):
            row = self._meant(by, text)
            return row is not None and not answer and gap.needed(row)

    def _unknown(self, spec: FieldSpec, words: list[str]) -> list[str]:
        """The words that name nothing, or somebody who is deactivated."""
        if isinstance(spec.kind, kinds.Lookup):
            self.cells.load_records(spec.kind.key, words)
        found: list[str] = []
        for text in words:
            if self.words.is_in_file(spec, text):
                continue
            if (named := self._named(spec, text)) is None or is_deactivated(named):
                found.append(text)
        return found

    def _named(self, spec: FieldSpec, text: str) -> Any:
        """What the text names, or None."""
        try:
            return self.words.parse(spec, text)
        except ValidationError:
            return None

    def _word(
        self, spec: FieldSpec, text: str, alike: list[Any], existing: tuple[Option, ...], likeness: Likeness
    ) -> Word:
        answers = self.run.answers.get(spec.name, {})
        rows = alike or [row for row in [self._meant(spec, text)] if row is not None]
        options = tuple((f"{USE}{row.pk}", label_of(row)) for row in rows)
        options = options or likeness.options(text)
        is_several = links_to_itself(self.type, spec) and self.words.called.are_several(text)
        actions = [one for one in actions_for(spec, self.actor) if not (is_several and is_adding(one[0]))]
        offered = dict([*options, *likeness.options(text), *actions, *existing])
        answer, chosen, gone = self._still(spec, answers.get(word_key(text), ""), offered)
        others = answers.get(OTHERS, "")  # which does not make two of what is probably one
        is_free = not others or is_adding(others)
        proposal = options[0] if not answer and is_free and len(options) == 1 else None
        typed = self.typed.get((spec.name, word_key(text)), "")
        is_in_file = answer.startswith(SAME) and answer not in dict([*options, *chosen])
        more = likeness.options(text) if is_in_file else ()
        told = told_several() if is_several else self._why_not_added(spec, text)
        is_ours = len(options) == 1 and answer == options[0][0]
        meant = (*options, *more, *chosen)
        return Word(text, 0, answer, proposal, is_ours, meant, typed, gone=gone, not_added=told, is_several=is_several)

    def _why_not_added(self, spec: FieldSpec, text: str) -> str:
        if is_deactivated(named := self._named(spec, text)):
            return told_deactivated(named)
        return why_no_tag(text) if isinstance(spec.kind, kinds.Tags) else ""

    def _picker_of(self, spec: FieldSpec, text: str, place: int) -> str:
        typed = self.typed.get((spec.name, word_key(text)), "")
        label = _("Name of what “%(word)s” means") % {"word": text}
        return picker_for(spec, f"{TYPED}{spec.name}", typed, label, f"typed-{spec.name}-{place}", size="control-s")

    def _still(self, spec: FieldSpec, answer: str, offered: Mapping[str, str]) -> tuple[str, tuple[Option, ...], str]:
        """The answer that was given, if it still is one; what to offer for it beside ``offered``; and what has gone."""
        if not answer or answer in offered:
            return answer, (), ""
        try:
            if answer.startswith(SAME):
                self._value(spec, answer.removeprefix(SAME))
                return answer, ((answer, said_same(answer.removeprefix(SAME))),), ""
            if answer.startswith(USE):
                return answer, ((answer, label_of(self.words.named(spec, answer))),), ""
        except ValidationError:
            return "", (), told_gone(name_of_gone(self.actor, spec, answer))
        return "", (), told_gone()

    def _meant(self, spec: FieldSpec, text: str) -> Any:
        if isinstance(spec.kind, (OneOf, kinds.Tags)):
            return proposed(spec, text, rows_of(spec.kind, self.actor))
        return None
