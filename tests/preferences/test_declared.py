"""The menu of the setup and its change log are what the apps declare."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import signature
from types import ModuleType

import pytest
from django.urls import resolve, reverse

from crm import catalogue
from crm.events.types import EventType
from crm.fields.custom.services import EDITABLE
from crm.fields.events import CHANGED as FIELD_CHANGED
from crm.picklists.events import CHOICE, PIPELINE, STAGE
from crm.picklists.services import CHOICE_FIELDS, PIPELINE_FIELDS, STAGE_FIELDS
from crm.preferences import declared
from crm.preferences.pages import SetupGroup, SetupPage
from crm.preferences.setting import Setting
from crm.tenants.context import tenant_context
from crm.tenants.stored import Flag
from crm.users.events import MEMBER_CHANGED, ROLE_CHANGED, TEAM_CHANGED
from crm.users.services import update_member, update_role, update_team
from leads.events import CRITERION_CHANGED
from leads.vetting.setup import FIELDS as CRITERION_FIELDS
from tests.people import Firm, client_of

MENU = {
    "Workspace": ["General", "Names of records", "People", "Teams", "Roles", "Imported files"],
    "Leads": ["Use of leads", "Field map"],
    "Vetting": ["Criteria", "Before converting"],
    "Selling": ["Stages", "Pipelines", "Past customers", "Contacts without account"],
    "Fields": [*(str(one.label_plural) for one in catalogue.record_types()), "Tags"],
    "Lists": [
        "Lead statuses",
        "Lead sources",
        "Ratings",
        "Unqualified reasons",
        "Account types",
        "Industries",
        "Contact relationships",
        "Contact roles",
        "Loss reasons",
        "Mailing lists",
    ],
    "Log": ["Workflow runs", "Changes of the setup"],
}


def menu_of(firm: Firm, path: str = "/acme/setup/") -> dict[str, list[str]]:
    groups = client_of(firm.ada).get(path).context["menu"]
    return {str(group.label): [str(page.label) for page in group.pages] for group in groups}


@pytest.fixture
def more() -> Iterator[ModuleType]:
    """The ``settings.py`` of one more app."""
    module, usual = ModuleType("vendors.settings"), declared.modules
    with pytest.MonkeyPatch.context() as patch:
        one_more = (("vendors", module),)
        patch.setattr(declared, "modules", lambda kind="settings": usual(kind) + one_more * (kind == "settings"))
        declared._declared.cache_clear()
        yield module
    declared._declared.cache_clear()


def test_the_menu_and_each_page_that_it_leads_to(firm: Firm) -> None:
    assert menu_of(firm) == MENU
    client = client_of(firm.ada)
    for group in client.get("/acme/setup/").context["menu"]:
        for page in group.pages:
            answer = client.get(page.url)
            marked = [one.url for some in answer.context["menu"] for one in some.pages if one.current]
            assert (answer.status_code, marked) == (200, [page.url])


def test_stages_of_several_pipelines_stand_on_their_pages(firm: Firm) -> None:
    assert client_of(firm.ada).post("/acme/setup/pipelines/new/", {"name": "Renewals"}).status_code == 303
    assert menu_of(firm)["Selling"] == MENU["Selling"][1:]


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (CHOICE.changed, {*CHOICE_FIELDS, "is_active", "order"}),
        (STAGE.changed, {*STAGE_FIELDS, "is_active", "order"}),
        (PIPELINE.changed, {*PIPELINE_FIELDS, "order"}),
        (FIELD_CHANGED, {*EDITABLE, "is_active", "order"}),
        (CRITERION_CHANGED, {*CRITERION_FIELDS, "order"}),
        (ROLE_CHANGED, set(signature(update_role).parameters) - {"actor", "role"} | {"fields"}),  # limit_fields
        (TEAM_CHANGED, set(signature(update_team).parameters) - {"actor", "team"}),
        (MEMBER_CHANGED, set(signature(update_member).parameters) - {"actor", "member"}),
    ],
    ids=lambda one: one.name if isinstance(one, EventType) else "fields",
)
def test_whatever_services_change_has_a_name_in_the_log(event: EventType, fields: set[str]) -> None:
    assert fields == set(event.called)


def test_a_page_about_a_record_app_is_a_view_of_that_app() -> None:
    pages = [(app, page) for app, page in declared._declared(SetupPage) if not app.startswith("crm.")]
    assert {app for app, _page in pages} >= {"leads", "contacts", "opportunities"}
    for app, page in pages:
        view = resolve(reverse(page.url_name, "crm.workspace_urls"), "crm.workspace_urls").func
        assert view.__module__.startswith(f"{app}."), page.url_name


def test_an_app_brings_its_page_its_setting_and_its_words(firm: Firm, more: ModuleType) -> None:
    group = SetupGroup("Vendors", 35)
    page = SetupPage(group, 10, "setup:index", "Buying", "How it is bought.", "list")
    setting = Setting("vendors_first", Flag(), False, label="First", called="vendors first", page=page)
    vars(more).update(page=page, setting=setting)
    declared._declared.cache_clear()
    assert list(menu_of(firm)) == [*list(MENU)[:3], "Vendors", *list(MENU)[3:]]
    assert [one.app for one in declared.all_settings() if one.key == "vendors_first"] == ["vendors"]
    with tenant_context(firm.tenant):
        setting.change(True, actor=firm.ada)
    told = [row["phrase"] for row in client_of(firm.ada).get("/acme/setup/changes/").context["table"].data]
    assert told[0] == "Ada Admin changed vendors first from no to yes"
