"""A text of 100 kB in a form or a cell is refused, or cut off, before anything that takes longer for each letter of it.

(A website of 90,000 letters was read as a host for four minutes.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from itertools import cycle
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm import catalogue
from crm.fields.kinds import Text
from crm.fields.reading import days, numbers
from crm.fields.reading.style import style_of
from crm.ground import addresses, text
from crm.imports.models import RefusedRow
from crm.imports.reading.encodings import words_of
from crm.imports.reading.header import find_header
from crm.keys import countries, firms, names, phones, spellings
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests.fields.own import SENT, add_field, fresh
from tests.imports.steps import bring_in
from tests.people import Firm, client_of

LONG = 90_000
HOSTILE = {
    "host": "ü." * (LONG // 2),
    "label": "ü" * LONG,
    "punycode": "xn--" + "a" * LONG + ".example",
    "marks": "a" + "\u0315" * (LONG // 2) + "\u0300" * (LONG // 2),
    "blanks": "a" + " " * LONG + "b",
    "digits": "1" * LONG + "x",
    "points": "1." * (LONG // 2) + "x",
    "ands": "a & " * (LONG // 4),
    "address": "a@" + "b." * (LONG // 2),
    "letters": "a" * LONG,
}
STYLE = style_of("en")
KEYS: dict[str, Callable[[str], Any]] = {
    "sort_key": text.sort_key,
    "email_key": addresses.email_key,
    "host_key": addresses.host_key,
    "domain_key": addresses.domain_key,
    "domain of an address": lambda one: addresses.domain_key(f"https://{one}/x"),
    "phone_key": lambda one: phones.phone_key(one, "US"),
    "one_line": text.one_line,
    "company_key": firms.company_key,
    "company_start": firms.company_start,
    "company_spellings": spellings.company_spellings,
    "person_spellings": spellings.person_spellings,
    "country_of": lambda one: countries.country_of("", f"+{one}") + countries.country_of(one),
    "split_name": names.split_name,
    "number": lambda one: numbers.read_number(one, STYLE),
    "percent": lambda one: numbers.read_percent(one, STYLE),
    "day": lambda one: days.read_only_day(one, STYLE),
    "moment": days.has_time,
    "header": lambda one: find_header([(1, [one, one]), (2, ["a", "b"])], lambda _text: False),
    "words of a file": words_of,
}


@pytest.fixture(autouse=True)
def short_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is heavy is never given a long text."""

    def guarded(do: Callable[..., Any], most: int) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            assert len(args[-1]) <= most, f"{len(args[-1])} characters"
            return do(*args)

        return call

    normal = SimpleNamespace(
        normalize=guarded(unicodedata.normalize, text.LONGEST_NAME * 3),
        combining=unicodedata.combining,
        category=unicodedata.category,
    )
    for module in (text, addresses, spellings):
        monkeypatch.setattr(module, "unicodedata", normal)
    monkeypatch.setattr(addresses, "_label", guarded(addresses._label, addresses.LONGEST_HOST))
    monkeypatch.setattr(numbers, "_pieces", guarded(numbers._pieces, numbers.LONGEST))
    yield


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_made_of_what_can_be_one(key: str) -> None:
    for hostile in HOSTILE.values():
        try:
            KEYS[key](hostile)
        except ValidationError:
            assert key in ("number", "percent", "day")


def test_what_is_short_has_the_key_it_had() -> None:
    host = ".".join(["ü" * 20] * 11)
    assert addresses.domain_key(f"https://www.{host}/{'x' * 5000}") == host
    assert text.one_line(" a \r\n \n\tb c ") == "a b c"
    assert text.one_line("a  b") == "a  b"
    assert words_of("plain Größe “quoted” aß") == ["Größe", "aß"]


def test_a_form_refuses_each_field(firm: Firm) -> None:
    ada = client_of(firm.ada)
    own = [add_field(ada, firm, kind, type="leads") for kind in SENT if kind != "yes_no"]
    with tenant_context(fresh(firm)):
        specs = [one for one in catalogue.record_type("leads").specs_now() if one.on_create]
    typed = [one.name for one in specs if one.name not in ("opted_out", "tags")]
    assert set(own) <= set(typed)
    for name, hostile in HOSTILE.items():
        if name == "blanks":
            continue  # the browser sends what a name of a thousand blanks is
        answer = ada.post(firm.url("leads:new"), dict.fromkeys(typed, hostile))
        assert answer.status_code == 422
        missing = set(typed) - set(answer.context["form"].errors)
        assert not missing, (name, missing)
    valid = {"last_name": "A", "email": "a@b.example", "tags": HOSTILE["letters"]}
    assert ada.post(firm.url("leads:new"), valid).status_code == 422


def test_an_import_refuses_each_cell(firm: Firm) -> None:
    ada = client_of(firm.ada)
    for kind in SENT:
        if kind not in ("yes_no", "choice", "person"):
            add_field(ada, firm, kind, type="leads")
    with tenant_context(fresh(firm)):
        specs = catalogue.record_type("leads").specs_now()
    labels = [str(one.label) for one in specs if one.importable and isinstance(one.kind, Text)]
    labels = [one for one in labels if one not in ("Name", "Description", "My long_text")]
    usual = {"Last name": "A", "E-mail": "a@b.example", "Phone": "+1 212 555 0100"}
    hostile = dict(zip(labels, cycle(HOSTILE.values()), strict=False))
    rows = [labels, *[[hostile[one] if one == bad else usual.get(one, "") for one in labels] for bad in labels]]
    job = bring_in(firm, "leads", "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))
    with tenant_context(firm.tenant):
        told = [str(one) for one in RefusedRow.objects.filter(run=job).values_list("reasons", flat=True)]
        assert not Lead.objects.exists()
    assert len(told) == len(labels)
    assert all("Longer than" in one for one in told), [one[:200] for one in told]
