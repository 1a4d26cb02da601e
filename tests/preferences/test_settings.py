"""Settings are declared values: typed, told, refused, and readable whatever stands in the database."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404

from contacts.settings import NEED_ACCOUNT
from crm.catalogue.naming import TYPE_NAMES
from crm.events.models import Event
from crm.fields.custom.selectors import STATE, custom_fields
from crm.imports.settings import DAYS_KEPT
from crm.picklists.selectors import choices
from crm.preferences.declared import all_settings, settings
from crm.preferences.setting import Setting, change_settings
from crm.tenants.context import current_tenant, tenant_context
from crm.tenants.models import Tenant
from crm.tenants.stored import SETTINGS, Json, State, keep_all
from crm.users.models import Membership, User
from crm.users.settings import CURRENCY, LANGUAGE, NAME, OWN_LANGUAGE, TIME_ZONE, TYPES_OFF
from leads.field_map import FIELD_MAP, is_own_map, reset_field_map, set_field_map
from leads.settings import CARD_SOURCE, CONVERSION_GATE, LEAD_FIELD_MAP, OF_CONTACT, USES_LEADS
from leads.vetting.rule import Gate, Needs, Unmet, criteria
from opportunities.settings import LAPSED_ON, PAST_CUSTOMER_MONTHS
from tests.own_words import own_words
from tests.people import Firm, client_of

ROOT = Path(__file__).resolve().parents[2]
NONSENSE = (None, "", "nonsense", -1, 10**9, 1.5, True, [], [1], [["a", "b"]], ["a", "nowhere", "b"], {}, {"needs": 3})
IN_JSON = [one for one in settings().values() if isinstance(one.place, Json)]


def calls_of(*names: str) -> Iterator[tuple[str, str]]:
    """The first argument, or ``key``, of each call of these names in the sources, with its file."""
    for path in ROOT.rglob("*.py"):
        if path.relative_to(ROOT).parts[0] in ("tests", ".venv", "var"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "key")]
                yield str(path.relative_to(ROOT)), given[0].value if isinstance(given[0], ast.Constant) else ""


def test_every_setting_that_is_declared_is_listed_with_its_page(firm: Firm) -> None:
    declared = {key for path, key in calls_of("Setting", "PersonSetting") if path != "crm/users/settings.py"}
    listed = all_settings()
    keys = {one.key for one in listed}
    assert declared and declared <= keys and {"name", "currency", "time_zone", "language", "uses_leads"} <= keys
    assert len(keys - {"time_zone", "language"}) == len(listed) - 4, "a person's are called like the workspace's"
    owners = {one.key: one.app for one in listed}
    assert (owners["conversion_gate"], owners["past_customer_months"], owners["import_files_days"]) == (
        "leads",
        "opportunities",
        "crm.imports",
    )
    client = client_of(firm.ada)
    for page in {one.page for one in listed}:
        with tenant_context(firm.tenant):
            assert client.get(firm.url(page)).status_code == 200


def test_who_may_not_set_up_cannot_change_one_past_the_page(inside: Firm) -> None:
    with pytest.raises(Http404):
        PAST_CUSTOMER_MONTHS.change(6, actor=inside.max)
    assert PAST_CUSTOMER_MONTHS.value() == 12
    PAST_CUSTOMER_MONTHS.change(6, actor=inside.ada)
    assert PAST_CUSTOMER_MONTHS.value() == 6


@pytest.mark.parametrize("setting", IN_JSON, ids=lambda one: one.key)
def test_what_cannot_be_read_is_the_default_and_breaks_no_page(firm: Firm, setting: Setting[Any]) -> None:
    client = client_of(firm.ada)
    for kept in NONSENSE:
        Tenant.objects.filter(pk=firm.tenant.pk).update(settings={setting.key: kept})
        with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
            value = setting.value()
            assert setting.kind.load(setting.kind.dump(value)) == value, kept
        assert client.get(firm.url(setting.page.url_name)).status_code == 200, kept
    Tenant.objects.filter(pk=firm.tenant.pk).update(settings={setting.key: {"no": "value"}, "types_off": "leads"})
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        assert setting.value() == setting.default
        assert TYPES_OFF.value() == frozenset() and USES_LEADS.value()
    assert client.get("/acme/leads/").status_code == 200


def test_a_column_that_is_no_object_holds_nothing_and_takes_what_is_chosen(firm: Firm) -> None:
    Tenant.objects.filter(pk=firm.tenant.pk).update(settings=["nonsense"], state="nonsense")
    client = client_of(firm.ada)
    assert client.get("/acme/leads/").status_code == 200
    assert client.post("/acme/setup/past-customers/", {"months": "5"}).status_code == 303
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        LAPSED_ON.keep("2031-06-02")
        assert (PAST_CUSTOMER_MONTHS.value(), LAPSED_ON.value()) == (5, "2031-06-02")


@pytest.mark.parametrize("column", ["time_zone", "language", "currency"])
def test_what_a_column_cannot_mean_breaks_no_page(firm: Firm, column: str) -> None:
    """A time zone, say, that the database of another machine knew."""
    rows = Tenant.objects.filter(pk=firm.tenant.pk)
    client = client_of(firm.ada)
    for kept in ("", "Nowhere/Here", "../etc", "xx-yy-zz"):
        rows.update(**{column: kept[: 3 if column == "currency" else 10]})
        if column != "currency":
            User.objects.filter(pk=firm.ada.user_id).update(**{column: kept[:10]})
        with tenant_context(rows.get()):
            assert settings()[column].value() == settings()[column].default
        for page in ("", "leads/", "opportunities/new/", "setup/workspace/"):
            assert client.get(f"/acme/{page}").status_code == 200, (page, kept)
        assert client.get(firm.url("users:profile")).status_code == 200


def test_what_no_form_sends_is_refused_too(inside: Firm) -> None:
    """Another door than the forms may bring what is of another kind, or names what is not there."""
    wrong: dict[Any, tuple[Any, ...]] = {
        DAYS_KEPT: ("30", True, 1.5, None),
        PAST_CUSTOMER_MONTHS: ("6", False, 0),
        NEED_ACCOUNT: ("yes", 1, None),
        OF_CONTACT: ("nonsense", None),
        CARD_SOURCE: (uuid4(), "nonsense"),
        TIME_ZONE: ("Nowhere/Here", "", None),
        CURRENCY: ("nonsense", "", "eu1"),
        LANGUAGE: ("xx-yy-zz",),
        NAME: ("", " ", "x" * 201),
    }
    for setting, values in wrong.items():
        before = setting.value()
        for value in values:
            with pytest.raises(ValidationError):
                setting.change(value, actor=inside.ada)
        assert setting.value() == before and not Event.objects.filter(name="workspace.changed").exists()
    CARD_SOURCE.change(choices("lead_source")[0].pk, actor=inside.ada)
    with pytest.raises(TypeError, match="set_gate"):
        CONVERSION_GATE.change(CONVERSION_GATE.value(), actor=inside.ada)
    with pytest.raises(Http404):
        reset_field_map_after_own(inside.max, inside.ada)


def reset_field_map_after_own(actor: Membership, admin: Membership) -> None:
    pairs = [(one.source, one.target, one.field) for one in FIELD_MAP]
    set_field_map(actor=admin, pairs=pairs)
    assert is_own_map()
    reset_field_map(actor=actor)


def test_a_value_round_trips_in_its_type(inside: Firm) -> None:
    values: dict[Any, Any] = {
        PAST_CUSTOMER_MONTHS: None,
        DAYS_KEPT: 30,
        NEED_ACCOUNT: True,
        USES_LEADS: False,
        CURRENCY: "EUR",
        TIME_ZONE: "Europe/Berlin",
        LANGUAGE: "en-de",
        NAME: "Acme Ltd",
    }
    apart: dict[Any, Any] = {
        TYPE_NAMES: {"opportunities": ("Deal", "Deals")},
        CONVERSION_GATE: Gate(Needs.SOME, frozenset({criteria()[0].pk}), Unmet.BLOCK),
        LEAD_FIELD_MAP: (("email", "contacts", "email"),),
    }
    change_settings(values, actor=inside.ada)
    keep_all(apart)
    current_tenant().refresh_from_db()
    assert {one: one.value() for one in apart} == apart
    assert {one: one.value() for one in values} == values
    event = Event.objects.get(name="workspace.changed")
    assert event.changes["past_customer_months"] == [12, None] and event.changes["currency"] == ["USD", "EUR"]
    assert event.changes["uses_leads"] == [True, False] and len(event.changes) == len(values)
    change_settings(values, actor=inside.ada)
    assert Event.objects.filter(name="workspace.changed").count() == 1, "what was so already tells nobody"
    for setting in settings().values():
        assert setting.kind.load(setting.kind.dump(setting.default)) == setting.default, setting.key


def test_of_several_all_that_cannot_be_are_named_and_none_is_written(inside: Firm) -> None:
    with pytest.raises(ValidationError) as refused:
        change_settings({DAYS_KEPT: 0, PAST_CUSTOMER_MONTHS: 121, NAME: "New"}, actor=inside.ada)
    assert refused.value.message_dict == {
        "import_files_days": ["Give a number of days from 1 to 3,650."],
        "past_customer_months": ["Give a number of months from 1 to 120."],
    }
    current_tenant().refresh_from_db()
    assert NAME.value() == "Acme" and not DAYS_KEPT.is_kept()


def test_a_person_has_their_own_or_the_workspaces(inside: Firm) -> None:
    person = inside.ana.user
    assert OWN_LANGUAGE.value(person) == OWN_LANGUAGE.value(None) == LANGUAGE.value()
    OWN_LANGUAGE.assign(person, "en-gb")
    LANGUAGE.change("en-de", actor=inside.ada)
    assert (OWN_LANGUAGE.value(person), OWN_LANGUAGE.value(None)) == ("en-gb", "en-de")


def test_the_log_tells_settings_by_their_names(firm: Firm) -> None:
    client = client_of(firm.ada)
    client.post("/acme/setup/imported-files/", {"days": "30"})
    client.post("/acme/setup/leads/", {"rule": "block", "source": ""})
    page = client.get("/acme/setup/changes/").content.decode()
    assert "changed days for which imported files are kept from 90 to 30" in page
    assert "use of leads from yes to no" in page and "leads of known contacts from Warn" in page


def test_who_chose_meanwhile_is_named_where_two_do(firm: Firm) -> None:
    """The field of the form was looked for in the log, where the setting stands."""
    client, path = client_of(firm.ada), "/acme/setup/past-customers/"
    seen = client.get(path).context["form"].seen_input.split('value="')[1].split('"')[0]
    assert client.post(path, {"months": "5"}).status_code == 303
    page = client.post(path, {"months": "7", "seen": seen})
    assert page.status_code == 422 and "You, in another tab" in own_words(page)


class TestState:
    def test_it_stands_apart_from_what_people_chose(self, inside: Firm) -> None:
        LAPSED_ON.keep("2031-06-02")
        tenant = Tenant.objects.get(pk=inside.tenant.pk)
        assert tenant.state["customers_lapsed_on"] == "2031-06-02" and not set(tenant.settings) - {"card_source"}

    def test_a_field_that_a_process_of_the_release_before_made_is_seen(self, inside: Firm) -> None:
        """It tells of that in the settings, where it looks for such a word itself."""
        from crm.fields.custom.services import create_field

        assert custom_fields("leads") == []
        create_field(actor=inside.ada, record_type="leads", kind="text", label="First")
        assert [one.label for one in custom_fields("leads")] == ["First"]
        tenant = current_tenant()
        assert tenant.settings["own_fields"] == tenant.state["own_fields"] == STATE.value()
        before = dict(tenant.state)
        create_field(actor=inside.ada, record_type="leads", kind="text", label="Second")
        SETTINGS.write(tenant, "own_fields", "another word")
        tenant.state = before
        assert [one.label for one in custom_fields("leads")] == ["First", "Second"]

    def test_what_stood_among_the_settings_is_copied_and_stays(self, inside: Firm) -> None:
        """Processes of the release before go on reading it there; what is known better by now is not gone over."""
        copy = import_module("crm.tenants.migrations.0004_copy_state").COPY
        old = {"past_customer_months": 6, "own_fields": "word", "customers_lapsed_on": "2031-06-02"}
        rows = Tenant.objects.filter(pk=inside.tenant.pk)
        for settings_before, state_before, state in (
            (old, {}, {"own_fields": "word", "customers_lapsed_on": "2031-06-02"}),
            (old, {"own_fields": "newer"}, {"own_fields": "newer", "customers_lapsed_on": "2031-06-02"}),
            ({"past_customer_months": 6}, {}, {}),
            (["nonsense"], {}, {}),
        ):
            rows.update(settings=settings_before, state=state_before)
            with connection.cursor() as cursor:
                cursor.execute(copy)
            assert rows.values_list("settings", "state").get() == (settings_before, state)

    def test_no_state_is_called_like_a_setting(self) -> None:
        keys = [key for _path, key in calls_of("State")]
        assert keys and not set(keys) & set(settings()) and isinstance(LAPSED_ON, State)
