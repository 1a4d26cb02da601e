"""The forms of an import."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.kinds.choice import OneOf
from crm.fields.kinds.lookup import find_record
from crm.fields.look import look_of
from crm.fields.look.inputs import DayField
from crm.fields.models import FieldKind
from crm.fields.reading import read_only_day
from crm.fields.spec import FieldSpec
from crm.imports import newer, totals
from crm.imports.answers import (
    ACCEPT,
    BAD,
    EMPTY,
    GAP,
    GAP_NAMED,
    MOVED,
    NEWER,
    OTHERS,
    PROPOSED,
    REFUSE,
    SAME,
    TOTALS,
    TYPED,
    UNKNOWN,
    USE,
    Answers,
    holds_words,
    is_adding,
    moved_on,
    used_id,
    word_key,
)
from crm.imports.brought import brought_label
from crm.imports.cell_questions import WHAT_BECOMES
from crm.imports.cells import Cells
from crm.imports.guessing import column_label
from crm.imports.left_out import answered_as, ways_to_keep
from crm.imports.likely import label_of, records_like
from crm.imports.mappable import mappable
from crm.imports.models import Existing, Import
from crm.imports.own_links import Called
from crm.imports.planned import KIND, NEW_FIELD
from crm.imports.questions import actions_for
from crm.imports.reading.cells import holds_days, parsed
from crm.imports.tag_cells import known_tag
from crm.imports.words import Words
from crm.picklists.selectors import stage_name
from crm.records.natural import NAMES
from crm.tenants.clock import today
from crm.users.models import Membership

COLUMN = "column_"
FIXED = "fixed_"
OF_ONE_ROW = frozenset({"external_id", *NAMES, "email"})
# What the page sends of its questions, followed by the name of the field
WORD, ANSWER, ALL_OTHERS, OF_GAP = "word_", "answer_", "others_", "gap_"
OPTIONS = ("existing", "clear_empty")
LONGEST_ANSWER = 400


class ColumnsForm(forms.Form):
    """A field for each column of the file, values for all rows, and what becomes of known records.

    ``linked_errors`` are those of what is asked below: where on the page, and the text.
    """

    existing = forms.ChoiceField(
        label=_("Records that exist already"),
        choices=Existing.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    clear_empty = forms.BooleanField(
        label=_("Empty cells clear the field"),
        required=False,
        help_text=_(
            "Otherwise an empty cell leaves what an existing record has there as it is. An external id always stays."
        ),
    )

    moved_on = DayField(required=False)

    def __init__(self, run: Import, record_type: RecordType, data: Any = None) -> None:
        super().__init__(data=data, initial={name: getattr(run, name) for name in OPTIONS})
        self.linked_errors: list[tuple[str, str]] = []
        self.moves = record_type.moves
        if self.moves and self.moves.label:
            field = self.fields["moved_on"]
            field.label, field.help_text = self.moves.label, self.moves.help
            field.initial = moved_on(run.answers, self.moves.by)
        else:
            del self.fields["moved_on"]
        self.run = run
        can_be = mappable(record_type, run.made_by)
        specs = [spec for spec in can_be.fields.values() if spec.name not in run.planned]
        self.specs = {f"{FIXED}{spec.name}": spec for spec in specs if spec.name not in OF_ONE_ROW}
        choices = [("", _("Leave out")), *((spec.name, spec.label) for spec in specs)]
        choices += [
            (name, brought_label(record_type.spec(link), spec)) for name, (link, spec) in can_be.brought.items()
        ]
        choices += [*can_be.more.items(), *ways_to_keep(can_be, run.made_by).items()]
        for index, header in enumerate(run.headers):
            self.fields[f"{COLUMN}{index}"] = forms.ChoiceField(
                label=column_label(index, header),
                choices=choices,
                required=False,
                error_messages={"invalid_choice": _("The field that was chosen is no longer there. Choose again.")},
                initial=NEW_FIELD if run.mapping[index] in run.planned else run.mapping[index],
                widget=forms.Select(attrs={"class": "control control-s"}),
            )
        for name, spec in self.specs.items():
            self.fields[name] = _whole_file_field(spec, run.made_by, run.fixed.get(spec.name, ""))
        first = [f"{FIXED}{name}" for name in record_type.fixed_first]
        self.offered_first = [name for name in first if name in self.specs]
        self.offered_then = [name for name in self.specs if name not in self.offered_first]

    def clean_existing(self) -> str:
        return self.cleaned_data["existing"] or Existing.UPDATE

    def clean_moved_on(self) -> date | None:
        day: date | None = self.cleaned_data["moved_on"]
        if day and day > today():
            raise ValidationError(_now("This date is in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        """Read the values for all rows once, here: a wrong one would refuse every row."""
        cells = Cells(self.run.made_by)
        for name, spec in self.specs.items():
            text = self.cleaned_data.get(name, "").strip()
            try:
                if text and holds_days(spec):
                    read_only_day(text, cells.style(spec.name))
                elif text:
                    parsed(spec, text, cells)
            except ValidationError as error:
                self.add_error(name, error)
        return self.cleaned_data

    def mapping(self) -> list[str]:
        return [self.cleaned_data[f"{COLUMN}{index}"] for index in range(len(self.run.headers))]

    def kinds(self) -> dict[int, str]:
        """What was said of the fields that are to be made of columns, by their place."""
        said = {index: self.data.get(f"{KIND}{index}", "") for index in range(len(self.run.headers))}
        return {index: kind for index, kind in said.items() if kind in FieldKind.values}

    def fixed(self) -> dict[str, str]:
        """The values for all rows, by field."""
        return {spec.name: text for name, spec in self.specs.items() if (text := self.cleaned_data[name].strip())}

    def with_day(self, answers: Answers) -> Answers:
        """The answers with the day of moves that the file does not date."""
        if self.moves is None or "moved_on" not in self.cleaned_data:
            return answers
        day: date | None = self.cleaned_data["moved_on"]
        others = {key: kept for key, kept in answers.get(self.moves.by, {}).items() if key != MOVED}
        return answers | {self.moves.by: others | ({MOVED: day.isoformat()} if day else {})}

    def options(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in OPTIONS}


class SentAnswers:
    """The answers that a page has sent, checked, on top of those that the import has; ``errors`` by field,
    ``refused`` names that were typed by field and word."""

    def __init__(self, run: Import, record_type: RecordType, data: QueryDict) -> None:
        self.type = record_type
        self.actor: Membership = run.made_by  # for whom it writes, whoever answers
        self.data = data
        self.words = Words(run, record_type, Cells(run.made_by), Called())
        self.answers: Answers = {name: dict(words) for name, words in run.answers.items()}
        self.errors: dict[str, str] = {}
        self.refused: dict[tuple[str, str], str] = {}
        for spec in mappable(record_type).fields.values():
            if holds_words(spec):
                self._read_words(spec)
        for index, name in enumerate(run.mapping):
            if name and (said := data.get(f"{WHAT_BECOMES}{index}")) in (EMPTY, REFUSE):
                self.answers.setdefault(answered_as(name, index), {})[BAD] = said
        for name in (NEWER, TOTALS):
            if (said := data.get(name)) in (newer.KEEP, newer.TAKE, totals.LEAVE):
                self.answers[name] = {name: said}
        for gap in record_type.gaps:
            self._keep(record_type.spec(gap.field), GAP, data.get(f"{OF_GAP}{gap.field}"), allowed={UNKNOWN})
        for need in record_type.needed:
            self._read_needed(record_type.spec(need.field), str(need.heading))

    def _read_words(self, spec: FieldSpec) -> None:
        words, answers, typed = (self.data.getlist(f"{part}{spec.name}") for part in (WORD, ANSWER, TYPED))
        if not isinstance(spec.kind, (OneOf, kinds.Lookup, kinds.Tags)):
            typed = []  # what else there is has no names
        picked = self.data.getlist(f"{TYPED}{spec.name}_id")
        for index, word in enumerate(words):
            name = typed[index].strip() if index < len(typed) else ""
            answer = answers[index] if index < len(answers) else ""
            answer = self._accepted(spec, index, is_open=not (answer or name)) or answer
            if name:
                answer = self._typed(spec, word, name, picked[index] if index < len(picked) else "", answer)
            self._keep(spec, word_key(word), answer)
        self._keep(spec, OTHERS, self.data.get(f"{ALL_OTHERS}{spec.name}"))

    def _read_needed(self, spec: FieldSpec, heading: str) -> None:
        field = f"{GAP_NAMED}{spec.name}"
        answer = self.data.get(f"{OF_GAP}{spec.name}")
        if name := self.data.get(field, "").strip():
            answer = self._typed(spec, GAP, name, self.data.get(f"{field}_id", ""), answer or "", said_of=heading)
        self._keep(spec, GAP, answer)

    def _accepted(self, spec: FieldSpec, index: int, *, is_open: bool) -> str:
        """What was proposed of the word at ``index``, if it was accepted: by its own button, or by that of the whole
        question, which is about words that are still open."""
        field, _colon, place = self.data.get(ACCEPT, "").partition(":")
        if field != spec.name or not (place == str(index) or (is_open and not place)):
            return ""
        proposed = self.data.getlist(f"{PROPOSED}{spec.name}")
        return proposed[index] if index < len(proposed) else ""

    def _keep(self, spec: FieldSpec, key: str, answer: str | None, allowed: set[str] | None = None) -> None:
        if answer is None:
            return
        of_field = self.answers.setdefault(spec.name, {})
        of_field.pop(key, None)
        if answer and self._is_possible(spec, answer, allowed or set()):
            of_field[key] = answer

    def _is_possible(self, spec: FieldSpec, answer: str, allowed: set[str]) -> bool:
        actions = {value for value, _label in actions_for(spec, self.actor)}
        if answer in actions | allowed:
            return True
        if answer.startswith(SAME):
            return len(answer) <= LONGEST_ANSWER and any(map(is_adding, actions))
        try:
            if answer.startswith(USE):
                self.words.named(spec, answer)
                return True
        except ValidationError as error:
            self.errors[spec.name] = " ".join(error.messages)
        return False

    def _typed(self, spec: FieldSpec, word: str, name: str, picked: str, chosen: str, *, said_of: str = "") -> str:
        """The answer where the name of an existing one is typed; it is one too many beside another in the select."""
        try:
            typed = f"{USE}{self._named(spec, name, picked).pk}"
            if chosen in ("", typed):
                return typed
            problem = _now("“%(word)s” has two answers. Choose one from the list, or type a name.")
            problem %= {"word": said_of or word}
        except ValidationError as error:
            near = records_like(self.words.cells, spec, [name]).get(name, [])
            similar = _now("Similar: %(names)s.") % {"names": ", ".join(map(label_of, near))} if near else ""
            problem = " ".join(filter(None, (*error.messages, similar)))
        place = f"{OF_GAP}{spec.name}" if said_of else spec.name
        self.errors[place] = _now("%(field)s: %(problem)s") % {"field": spec.label, "problem": problem}
        self.refused[(spec.name, word_key(word))] = name
        return chosen

    def _named(self, spec: FieldSpec, name: str, picked: str) -> Any:
        if isinstance(spec.kind, kinds.Lookup) and (row_id := used_id(f"{USE}{picked}")):
            return find_record(self.words.cells.actor, spec.kind.key, name, row_id)
        if isinstance(spec.kind, kinds.Tags):
            return known_tag(name)
        return spec.kind.parse(spec, name, self.words.cells)


def _whole_file_field(spec: FieldSpec, actor: Membership, kept: str) -> forms.Field:
    """A field for a text as a cell would hold it: to be chosen where there is a list, else typed."""
    texts = _texts(spec, actor)
    if not texts:
        return forms.CharField(label=spec.label, required=False, max_length=300, initial=kept)
    if kept and kept not in dict(texts):
        texts = [*texts, (kept, kept)]
    choices = [("", "—"), *texts]
    return forms.ChoiceField(label=spec.label, required=False, choices=choices, initial=kept)


def _texts(spec: FieldSpec, actor: Membership) -> list[tuple[str, str]]:
    if isinstance(spec.kind, kinds.Flag):
        return look_of(spec).options(actor)
    if isinstance(spec.kind, kinds.Person):  # two people may have the same name
        return [(person.email or person.name, spec.kind.label(person)) for person in spec.kind.rows(actor)]
    if isinstance(spec.kind, kinds.StageOf):  # two pipelines may have a stage of one name
        return [(name, name) for name in map(stage_name, spec.kind.rows(actor))]
    field = look_of(spec).form_field(actor)
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    return [(str(label), str(label)) for key, label in choices if key]
