"""The typed rows stay in line with the JSON: at the same time, with naughty texts, and after an undo."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.html import escape

from accounts.models import Account
from accounts.services import create_account, update_account
from crm.fields.custom.rows import replace_rows
from crm.fields.custom.services import create_field
from crm.fields.models import CustomValue, TagLink
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.undo.models import Change
from tests import make
from tests.fields.own import add_field, field_of, fresh, names_in, new_account
from tests.own_words import escaped_alike
from tests.people import Firm, client_of

STRINGS = Path(settings.BASE_DIR).parent / "shared" / "data" / "strings" / "blns.json"
NAUGHTY = [
    "<script>alert(1)</script>",
    "{{ 7 * 7 }} {% csrf_token %} %(label)s %s {0}",
    "'; DROP TABLE accounts_account; --",
    '" onmouseover="x" \\ \\u0041',
    "𝕯𝖊𝖘𝖈 ﷽ \u202eright to left\u202c",
    "田中さんにあげて下さい",
    "\U0001f469\u200d\U0001f467 ♥",
    "ﬀ ß İ i̇ ﬁ",
    "NULL",
    "__proto__",
    "=1+1",
    "a,b;c",
]


@pytest.mark.parametrize("text", NAUGHTY)
def test_a_naughty_label_is_kept_as_typed_and_shown_escaped(firm: Firm, text: str) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    name = add_field(ada, firm, "choice", text, choices=f"{text}\nother", help=text)
    field = field_of(firm, text)
    for kind in ("text", "number"):
        add_field(ada, firm, kind, f"{text} {kind}")
    pages = [
        ada.get(firm.url("setup:fields", type="accounts")),
        ada.get(firm.url("setup:field", type="accounts", id=field.pk)),
        ada.get(firm.url("setup:field_deletion", type="accounts", id=field.pk)),
        ada.get(firm.url("setup:list", key=field.picklist)),
        ada.get(firm.url("setup:changes")),
        ana.get(firm.url("accounts:new")),
        ana.get(f"{firm.url('accounts:list')}?filters=none&columns=name,{name}&edit={name}"),
        ana.get(f"{firm.url('accounts:list')}?{name}__filled=yes"),
        ada.get(firm.url("imports:new", key="accounts")),
    ]
    for page in pages:
        assert page.status_code == 200
        assert escape(text) in escaped_alike(page)
        assert "<script>alert(1)" not in page.content.decode()


def strings() -> list[str]:
    extra = json.loads(STRINGS.read_text()) if STRINGS.exists() else []
    return list(dict.fromkeys(text.strip() for text in [*NAUGHTY, *extra] if text.strip()))


def test_naughty_values_are_kept_as_typed_and_found(firm: Firm) -> None:
    ada = client_of(firm.ada)
    short, long = add_field(ada, firm, "text", "Short"), add_field(ada, firm, "long_text", "Long")
    with tenant_context(fresh(firm)):
        for text in strings():
            account = create_account(
                actor=firm.ana, values={"name": "Firm", "owner": firm.ana, short: text[:300], long: text}
            )
            account.refresh_from_db()
            assert account.custom == {"short": text[:300], "long": text}
        assert CustomValue.objects.count() == len(strings())
        assert Account.objects.count() == len(strings())
    listed = client_of(firm.ana).get(f"{firm.url('accounts:list')}?filters=none&columns=name,{short},{long}")
    assert listed.status_code == 200
    assert "<script>alert" not in listed.content.decode()
    for text in NAUGHTY[:9]:
        answer = client_of(firm.ana).get(firm.url("accounts:list"), {f"{short}__starts": text})
        assert [row.record.custom["short"] for row in answer.context["rows"]].count(text) == 1


def test_null_characters_are_refused_at_the_field(inside: Firm) -> None:
    field = create_field(actor=inside.ada, record_type="accounts", kind="text", label="Code")
    with pytest.raises(ValidationError, match="Null characters"):
        make.account(inside.ana, **{field.name: "a\x00b"})
    assert make.account(inside.ana, **{field.name: "ab"}).custom == {"code": "ab"}


@pytest.mark.parametrize("bad", ["1.00001", "100000000000", "nan", "x"])
def test_a_number_keeps_four_places_or_is_refused(firm: Firm, bad: str) -> None:
    name = add_field(client_of(firm.ada), firm, "number")
    ana = client_of(firm.ana)
    assert new_account(ana, firm, **{name: bad}).status_code == 422
    for good in ("0", "-0.0001", "99999999999.9999", "0.3"):
        assert new_account(ana, firm, **{name: good}).status_code == 303
        assert names_in(ana, firm, f"{name}={good}") == ["With value"]


def test_zero_is_a_value(firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "number")
    ana = client_of(firm.ana)
    made = new_account(ana, firm, **{name: "0"})
    assert names_in(ana, firm, f"{name}__filled=yes") == ["With value"]
    assert "My number" in ana.get(f"{made.url}history/").content.decode()


def test_two_who_change_different_fields_at_once_lose_nothing(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        names = [
            create_field(actor=fresh_firm.ada, record_type="accounts", kind="number", label=f"Field {number}").name
            for number in range(8)
        ]
        account = make.account(fresh_firm.ana)

    def change(name: str) -> None:
        try:
            with tenant_context(Tenant.objects.get(pk=fresh_firm.tenant.pk)):
                stale = Account.objects.get(pk=account.pk)  # without a lock, as an import reads it
                update_account(stale, actor=fresh_firm.ana, values={name: 1})
        finally:
            connection.close()

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(change, names))
    with tenant_context(Tenant.objects.get(pk=fresh_firm.tenant.pk)):
        account.refresh_from_db()
        assert account.custom == {f"field_{number}": 1 for number in range(8)}
        assert CustomValue.objects.filter(record_id=account.pk).count() == 8


def test_rows_are_written_anew_from_what_the_columns_say(inside: Firm) -> None:
    field = create_field(actor=inside.ada, record_type="accounts", kind="date", label="Day")
    account = make.account(inside.ana, tags=("VIP",))
    before: dict[str, Any] = dict(account.custom)
    update_account(account, actor=inside.ana, values={field.name: None, "tags": ("Else",)})
    Account.objects.filter(pk=account.pk).update(custom=before | {"day": "2026-05-03"})
    account.refresh_from_db()
    replace_rows(account, {"day", "tags"})
    assert [link.tag.name for link in TagLink.objects.select_related("tag")] == ["VIP"]
    [row] = CustomValue.objects.all()
    assert row.v_date.isoformat() == "2026-05-03"  # type: ignore[union-attr]


def test_undoing_a_conversion_brings_the_rows_back_too(inside: Firm) -> None:
    """The conversion writes columns back as they were; here it is given a custom value to write back."""
    from leads.conversion import ConversionPlan, convert_lead, existing, undo_conversion

    field = create_field(actor=inside.ada, record_type="accounts", kind="text", label="Code")
    account = make.account(inside.ana, **{field.name: "old"})
    lead = make.lead(inside.ana, phone="212 555 0100")
    plan = ConversionPlan(account=existing(account.pk))
    conversion = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    account.refresh_from_db()
    update_account(account, actor=inside.ana, values={field.name: "new"})
    kept = Change.objects.get(act=conversion.pk, row=account.pk)
    kept.before["custom"], kept.after["custom"] = {"code": "old"}, {"code": "new"}
    kept.save()
    undo_conversion(conversion=conversion, actor=inside.ana)
    account.refresh_from_db()
    assert account.custom == {"code": "old"}
    assert [row.v_text for row in CustomValue.objects.all()] == ["old"]
