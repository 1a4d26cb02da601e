"""What to ask of columns whose numbers or dates can be read in two ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.fields.currencies import currencies_in_use
from crm.fields.reading import Decision
from crm.fields.reading import Option as Reading
from crm.fields.reading.columns import style_label
from crm.fields.spec import FieldSpec
from crm.imports.answers import told_gone
from crm.imports.models import Import
from crm.imports.split import column_spec
from crm.imports.styles import decisions_of, is_answered
from crm.imports.survey import Survey
from crm.users.choices import currency_name

Option = tuple[str, str]


@dataclass(frozen=True)
class StyleQuestion:
    """About a column whose numbers or dates can be read in two ways. ``signs``: place, sign, codes, the code chosen."""

    spec: FieldSpec
    header: str
    decision: Decision
    answer: str
    signs: tuple[tuple[int, str, list[Option], str], ...]
    is_open: bool
    gone: str = ""  # what had been answered before, and is no answer any more

    @property
    def anchor(self) -> str:
        open_sign = next((place for place, _sign, _codes, chosen in self.signs if not chosen), 0)
        asks_style = self.decision.must_choose and not self.answer
        return f"style-{self.name}-0" if asks_style else f"sign-{self.name}-{open_sign}"

    @property
    def heading(self) -> str:
        if not self.options:
            return _("%(field)s: which currency is meant?") % {"field": self.label}
        return _("%(field)s: how is this column written?") % {"field": self.label}

    @property
    def options(self) -> tuple[Reading, ...]:
        """What there is to choose from; nothing where the values can be read in one way only."""
        return self.decision.options if self.decision.must_choose else ()

    @property
    def why(self) -> str:
        """Why the column is asked about."""
        words = {"header": self.header}
        if self.options:
            return _("Values of “%(header)s” can be read in more than one way.") % words
        return _("Amounts of “%(header)s” have a sign that several currencies share.") % words

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def label(self) -> str:
        return str(self.spec.label)


def about_styles(run: Import, record_type: RecordType, survey: Survey) -> Iterator[StyleQuestion]:
    for name, decision in decisions_of(run, record_type, survey).items():
        spec = column_spec(record_type, name)
        if spec is not None and decision.must_ask:
            kept = run.styles.get(name, {})
            answer = kept.get("answer", {})
            codes = answer.get("signs", {})
            yield StyleQuestion(
                spec=spec,
                header=run.headers[run.mapping.index(name)],
                decision=decision,
                answer=answer.get("key", ""),
                signs=tuple(
                    (place, sign, _currencies(decision.signs[sign]), codes.get(sign, ""))
                    for place, sign in enumerate(sorted(decision.signs))
                ),
                is_open=not is_answered(decision, kept),
                gone=told_gone(style_label(gone, decision.style.day_zero)) if (gone := answer.get("gone", "")) else "",
            )


def _currencies(codes: tuple[str, ...]) -> list[Option]:
    """Those in use in the workspace first."""
    here = currencies_in_use()
    return [(code, currency_name(code)) for code in sorted(codes, key=lambda code: code not in here)]
