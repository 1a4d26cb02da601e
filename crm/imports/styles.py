"""How the numbers and dates of each column are written: decided by the whole column, or by the importer.

``Import.styles`` keeps by field the importer's ``answer`` (a key of the decision's options, and the currencies of
signs and of amounts without one) and the ``style`` that follows, by which its cells are read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import QueryDict

from crm.catalogue.types import RecordType
from crm.fields.reading import NUMBERS, PERCENTS, Decision, Sample, current_style, decide
from crm.fields.reading.amounts import known_codes
from crm.fields.spec import FieldSpec
from crm.imports.models import Import
from crm.imports.percents import usual_style, with_percents
from crm.imports.split import column_spec
from crm.imports.storing import FileReading
from crm.imports.survey import Survey
from crm.imports.unreadable import fails_only_in
from crm.tenants.context import current_tenant

# What the page sends, followed by the field (and the place of the sign)
STYLE, SIGN, BARE = "style_", "sign_", "bare_"


def decisions_of(run: Import, record_type: RecordType, survey: Survey) -> dict[str, Decision]:
    """What the columns say of how they are written, by field."""
    found = {}
    style = replace(current_style(), day_zero=date.fromisoformat(FileReading.of(run).format.day_zero))
    for index, name in enumerate(run.mapping):
        spec = column_spec(record_type, name)
        if spec is not None and spec.kind.reads:
            texts = survey.columns[index].most_frequent()
            own, is_whole = _own_currency(spec), getattr(spec.kind, "places", None) == 0
            bare = run.styles.get(name, {}).get("answer", {}).get("bare", "")
            usual = usual_style(spec, style)
            decision = decide(spec.kind.reads, texts, usual, own, bare, is_whole=is_whole)
            decision = with_percents(decision, spec, texts)
            found[name] = _with_refused(decision, spec) if spec.kind.reads in (NUMBERS, PERCENTS) else decision
    return found


def _with_refused(decision: Decision, spec: FieldSpec) -> Decision:
    """The decision, whose options offer only what would be stored: an amount in euros has no three decimals."""
    options = []
    for option in decision.options:
        refused = [one for one in option.samples if fails_only_in(spec, one.text, [option.key])]
        kept = [one for one in option.samples if one not in refused]
        options.append(replace(option, samples=tuple(kept), refused=tuple(Sample(one.text) for one in refused)))
    return replace(decision, options=tuple(options))


def is_answered(decision: Decision, kept: dict[str, Any]) -> bool:
    """Whether nothing is left to ask about the column."""
    answer = kept.get("answer", {})
    if decision.must_choose and not answer.get("key"):
        return False
    return all(answer.get("signs", {}).get(sign) for sign in decision.signs)


def read_answers(decisions: dict[str, Decision], data: QueryDict) -> dict[str, dict[str, Any]]:
    """The answers in what a page has sent; what a column does not offer is none."""
    found = {}
    for name, decision in decisions.items():
        key = data.get(f"{STYLE}{name}", "")
        bare = data.get(f"{BARE}{name}", "")
        signs = {sign: data.get(f"{SIGN}{name}_{place}", "") for place, sign in enumerate(sorted(decision.signs))}
        found[name] = {
            "key": key if decision.must_choose and key in {option.key for option in decision.options} else "",
            "signs": {sign: code for sign, code in signs.items() if code in decision.signs[sign]},
            "bare": bare if bare in known_codes() else "",
        }
    return found


def still_offered(decisions: dict[str, Decision], styles: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The answers that were kept, without those that the columns do not offer any more: these are in ``gone``."""
    found = {}
    for name, decision in decisions.items():
        answer = {**styles.get(name, {}).get("answer", {})}
        keys = {one.key for one in decision.options}
        if (key := answer.get("key", "")) and keys and key not in keys:
            answer |= {"key": "", "gone": key}
        signs = answer.get("signs", {})
        answer["signs"] = {sign: code for sign, code in signs.items() if code in decision.signs.get(sign, ())}
        found[name] = answer
    return found


def settled(
    record_type: RecordType, decisions: dict[str, Decision], answers: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What ``Import.styles`` keeps of the decisions and the importer's answers."""
    kept = {}
    for name, decision in decisions.items():
        answer = answers.get(name, {})
        style = decision.style
        if (key := answer.get("key")) and (spec := column_spec(record_type, name)):
            style = style.chosen(spec.kind.reads, key)
        if signs := answer.get("signs"):
            style = style.with_signs(signs)
        if bare := answer.get("bare"):
            style = style.with_bare(bare)
        kept[name] = {"answer": answer, "style": style.as_json()}
    return kept


def _own_currency(spec: FieldSpec) -> str:
    return current_tenant().currency if hasattr(spec.kind, "currency") else ""
