"""Making, changing, putting away and deleting fields, as an admin does."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags

from accounts.models import Account
from crm import catalogue
from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.fields.custom.selectors import custom_fields, custom_specs
from crm.fields.custom.services import MOST_FIELDS, create_field
from crm.fields.models import CustomField, CustomValue
from crm.picklists.models import Choice
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.saved_views.models import SavedView
from crm.saved_views.services import save_view
from crm.saved_views.state import query_of_view
from crm.tenants.context import tenant_context
from tests import make
from tests.fields.own import KINDS, add_field, field_of, fresh, names_in, new_account, sent, word
from tests.forms import form_of
from tests.people import Firm, client_of


def address(firm: Firm, name: str, field: CustomField, **more: str) -> str:
    return firm.url(f"setup:{name}", type=field.record_type, id=field.pk, **more)


def save(firm: Firm, field: CustomField, **changes: str) -> int:
    data = {"label": field.label, "help": field.help, "section": field.section}
    flags = {name: "on" for name in ("required", "is_filterable") if getattr(field, name)}
    given = {name: value for name, value in (data | flags | changes).items() if value != "off"}
    return client_of(firm.ada).post(address(firm, "field", field), given).status_code


def test_first_the_kind_then_what_goes_with_it(firm: Firm) -> None:
    ada = client_of(firm.ada)
    kinds = ada.get(firm.url("setup:new_field", type="accounts")).content.decode()
    asked = {}
    for kind in KINDS:
        assert f'href="?kind={kind}"' in kinds
        asked[kind] = set(ada.get(f"{firm.url('setup:new_field', type='accounts')}?kind={kind}").context["form"].fields)
    usual = {"label", "help", "section", "required", "is_filterable", "key"}
    assert asked["text"] == usual
    assert asked["choice"] == usual | {"choices"}
    assert asked["yes_no"] == usual - {"required"}
    assert asked["long_text"] == usual - {"is_filterable"}


def test_the_key_is_made_of_the_name_or_given(firm: Firm) -> None:
    ada = client_of(firm.ada)
    assert add_field(ada, firm, "text", "Région (EU)") == "custom_region_eu"
    assert add_field(ada, firm, "text", "Region EU") == "custom_region_eu_2"
    assert add_field(ada, firm, "text", "预算") == "custom_field"
    assert add_field(ada, firm, "text", "Tags") == "custom_tags_2"
    assert add_field(ada, firm, "text", "Given", key="my_code") == "custom_my_code"
    assert add_field(ada, firm, "text", "Given", type="leads", key="my_code") == "custom_my_code"
    new = firm.url("setup:new_field", type="accounts")
    for key in ("my_code", "tags", "Upper", "two__lines", "_x", "x_", "1st", "a-b"):
        refused = ada.post(new, {"kind": "text", "label": f"Other {key}", "key": key})
        assert refused.status_code == 422
        assert "key" in refused.context["form"].errors
    twice = ada.post(new, {"kind": "text", "label": "given"})
    assert twice.status_code == 422
    assert "label" in twice.context["form"].errors


def test_there_is_an_end_to_it(inside: Firm) -> None:
    for number in range(MOST_FIELDS):
        create_field(actor=inside.ada, record_type="leads", kind="text", label=f"Field {number}")
    assert len(custom_specs("leads")) == MOST_FIELDS
    with pytest.raises(ValidationError, match="up to 100"):
        create_field(actor=inside.ada, record_type="leads", kind="text", label="One more")
    assert create_field(actor=inside.ada, record_type="accounts", kind="text", label="One more").order == 1


def test_a_field_stands_in_the_section_that_was_chosen(firm: Firm) -> None:
    ada = client_of(firm.ada)
    first, second = add_field(ada, firm, "text", "First"), add_field(ada, firm, "text", "Second", section="employees")

    def sections() -> dict[str, list[str]]:
        found = ada.get(firm.url("accounts:new")).context["sections"]
        return {str(section["label"]): [field.name for field in section["fields"]] for section in found}

    assert sections()["More fields"] == [first]
    assert sections()["Size"] == ["employees", "annual_revenue", "founded", "contract_ends_on", second]
    with tenant_context(fresh(firm)):
        account = make.account(firm.ana)
    page = ada.get(firm.url("accounts:record", record_id=account.pk))
    assert [str(one.label) for one in page.context["sections"]][-2:] == ["More", "More fields"]
    assert save(firm, field_of(firm, "First"), section="name") == 303
    assert "More fields" not in sections()
    assert sections()["Company"][-1] == first


def test_names_help_and_order_change_and_the_rest_stays(firm: Firm) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    name = add_field(ada, firm, "text", "First")
    add_field(ada, firm, "number", "Second")
    new_account(ana, firm, **{name: "kept"})
    field = field_of(firm, "First")
    assert save(firm, field, label="Renamed", help="Ask for it") == 303
    page = ana.get(firm.url("accounts:new")).content.decode()
    assert "Renamed" in page and "Ask for it" in page and "First" not in page
    assert names_in(ana, firm, f"{name}=kept") == ["With value"]
    assert save(firm, field_of(firm, "Second"), label="renamed") == 422
    ada.post(address(firm, "field_position", field), {"to": "down"})
    with tenant_context(fresh(firm)):
        assert [one.label for one in custom_fields("accounts")] == ["Second", "Renamed"]
    ada.post(address(firm, "field_position", field), {"to": "up"})
    with tenant_context(fresh(firm)):
        assert [one.label for one in custom_fields("accounts")] == ["Renamed", "Second"]
    log = ada.get(firm.url("setup:changes")).content.decode()
    assert "added the field “First”" in log
    assert "name from First to Renamed" in log and "help from empty to Ask for it" in log


def test_what_is_put_away_keeps_its_values(firm: Firm) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    name = add_field(ada, firm, "text", "Code")
    made = new_account(ana, firm, **{name: "kept"})
    field = field_of(firm, "Code")
    assert ada.post(address(firm, "field_deactivation", field)).status_code == 303
    assert "Code" not in ana.get(f"{made.url}edit/").content.decode()
    assert ana.get(f"{made.url}fields/{name}/").status_code == 404
    assert "Code" in ana.get(f"{made.url}history/").content.decode()
    assert ana.post(f"{made.url}fields/city/", {"city": "Bern"}).status_code == 303
    ada.post(address(firm, "field_deactivation", field), {"_method": "DELETE"})
    assert "kept" in ana.get(made.url).content.decode()
    assert names_in(ana, firm, f"{name}=kept") == ["With value"]


@pytest.mark.parametrize("kind", KINDS)
def test_deleting_asks_for_the_name_and_says_how_many_lose_a_value(firm: Firm, kind: str) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    name = add_field(ada, firm, kind)
    made = new_account(ana, firm, **sent(firm, kind, name))
    with tenant_context(fresh(firm)):
        other = make.account(firm.ana)
    field = field_of(firm, f"My {kind}")
    deletion = address(firm, "field_deletion", field)
    assert "1 record has a value" in ada.get(deletion).content.decode()
    assert ada.post(deletion, {"confirmation": "My"}).status_code == 422
    assert field_of(firm, f"My {kind}") == field
    assert ada.post(deletion, {"confirmation": f"my {kind}"}).status_code == 303
    with tenant_context(fresh(firm)):
        assert custom_fields("accounts", active_only=False) == []
        assert {one.custom == {} for one in Account.objects.all()} == {True}
        assert not CustomValue.objects.exists()
        assert not Choice.objects.filter(picklist=field.picklist).exists()
    assert ana.get(made.url).status_code == 200
    assert ana.get(f"{made.url}history/").status_code == 200
    assert add_field(ada, firm, "text", f"My {kind}") == name
    assert ana.get(firm.url("accounts:record", record_id=other.pk)).status_code == 200


def test_who_takes_a_field_away_is_told_which_saved_views_lose_it(firm: Firm) -> None:
    """Its filters, columns and orders went without a word."""
    ada = client_of(firm.ada)
    name = add_field(ada, firm, "text", "Code")
    field, accounts = field_of(firm, "Code"), catalogue.record_type("accounts")
    used: dict[str, Any] = {"Coded": {"conditions": (Condition(name, "is", ("x",)),)}, "By code": {"sort": f"-{name}"}}
    used["Wide"] = {"columns": ("name", name), "sort": name}
    with tenant_context(firm.tenant):
        for title, state in used.items():
            save_view(actor=firm.ada, query=Query(accounts, **state), name=title, audience="all")
        save_view(actor=firm.ana, query=Query(accounts, columns=("name", name)), name="Of Ana")
        save_view(actor=firm.ada, query=Query(accounts, columns=("name", "city")), name="Plain one")
    for what in ("field_deactivation", "field_deletion"):
        text = " ".join(strip_tags(ada.get(address(firm, what, field)).content.decode()).split())
        assert "4 saved views use this field" in text
        for line in ("Coded (filter)", "By code (order)", "Wide (order, column)", "and 1 of other people"):
            assert line in text, (what, line)
        assert "Of Ana" not in text and "Plain one" not in text
        # The form of a page that knows of fewer
        asked = ada.post(address(firm, what, field), {"views": "3"})
        assert "4 saved views use this field" in asked.content.decode()
        assert field_of(firm, "Code").is_active
    assert "4 saved views use it" in ada.get(address(firm, "field", field)).content.decode()
    assert ada.post(address(firm, "field_deactivation", field), {"views": "4"}).status_code == 303
    assert not field_of(firm, "Code").is_active
    assert ada.post(address(firm, "field_deletion", field), {"views": "4"}).status_code == 303


def test_who_lets_lists_no_longer_filter_by_a_field_is_told_which_views_do(firm: Firm) -> None:
    """It was saved without a question, and the views were in another order without a word."""
    ada = client_of(firm.ada)
    name = add_field(ada, firm, "text", "Code")
    field, accounts = field_of(firm, "Code"), catalogue.record_type("accounts")
    used: dict[str, Any] = {"Coded": {"conditions": (Condition(name, "is", ("x",)),)}, "By code": {"sort": f"-{name}"}}
    with tenant_context(firm.tenant):
        for title, state in (used | {"Wide": {"columns": ("name", name)}}).items():
            save_view(actor=firm.ada, query=Query(accounts, **state), name=title, audience="all")
        ids = {view.name: view.pk for view in SavedView.objects.all()}
    form = form_of(ada, address(firm, "field", field))
    asked = form.send(is_filterable=None)
    text = " ".join(strip_tags(asked.content.decode()).split())
    assert asked.status_code == 422 and field_of(firm, "Code").is_filterable
    assert "2 saved views use this field" in text and "Wide" not in text
    assert "Coded (filter)" in text and "By code (order)" in text and "Save once more" in text
    assert form.send(help="Of ours").status_code == 303, "nothing is lost by another change"
    assert form.again(asked).send().status_code == 303
    assert not field_of(firm, "Code").is_filterable
    words = {
        "Coded": "Lists cannot be filtered by this field.",
        "By code": "Not sorted by “Code”: lists cannot be sorted by it.",
    }
    for title, said in words.items():
        assert said in ada.get(f"/acme/accounts/?view={ids[title]}").content.decode(), title


def test_columns_and_order_of_a_field_that_is_put_away_stay_in_a_view_and_are_named(firm: Firm) -> None:
    """They went out of the view without a word when anything else of it was saved."""
    ada = client_of(firm.ada)
    name = add_field(ada, firm, "text", "Code")
    field, accounts = field_of(firm, "Code"), catalogue.record_type("accounts")
    query = Query(accounts, columns=("name", name, "city"), sort=f"-{name}")
    with tenant_context(firm.tenant):
        view = save_view(actor=firm.ada, query=query, name="Wide", audience="all")
    assert ada.post(address(firm, "field_deactivation", field), {"views": "1"}).status_code == 303
    lost = ("Columns left out, as there are no such fields now: “Code”.", "Not sorted by “Code”")
    listed, query = f"/acme/accounts/?view={view.pk}", f"?view={view.pk}"

    def told(path: str) -> bool:
        page = ada.get(path).content.decode()
        return [words in page for words in lost] == [True, True]

    assert told(listed) and told(f"/acme/views/accounts/{query}")
    dialog = ada.get(f"/acme/accounts/columns/{query}").content.decode()
    assert f'name="columns" value="{name}" checked' in dialog, "to be left out for good"
    changed = ada.get(f"/acme/accounts/columns/{query}&show=1&columns=name&columns=phone&columns={name}").url
    assert told(changed), "with other columns"
    path = f"/acme/views/accounts/{view.pk}/state/?{changed.partition('?')[2]}"
    assert told(path) and form_of(ada, path).send().status_code == 303
    with tenant_context(firm.tenant):
        view.refresh_from_db()
    assert view.state["columns"] == ["name", "phone", name] and view.state["sort"] == f"-{name}"
    new = f"/acme/views/accounts/new/{query}"
    assert told(new) and form_of(ada, new).send(name="Mine").status_code == 303
    client_of(firm.ada).post(address(firm, "field_deactivation", field), {"_method": "DELETE"})
    with tenant_context(fresh(firm)):
        mine = query_of_view(accounts, SavedView.objects.get(name="Mine"))
        assert [spec.name for spec in mine.specs] == ["name", "phone", name] and mine.sort_spec.name == name


def test_deleting_an_empty_field_takes_one_click(firm: Firm) -> None:
    ada = client_of(firm.ada)
    add_field(ada, firm, "text", "Code")
    deletion = address(firm, "field_deletion", field_of(firm, "Code"))
    assert "No record has a value" in ada.get(deletion).content.decode()
    assert ada.post(deletion).status_code == 303
    with tenant_context(fresh(firm)):
        assert custom_fields("accounts") == []


def test_a_field_becomes_a_filter_when_its_rows_are_there(firm: Firm) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    name = add_field(ada, firm, "number", "Size", is_filterable="")
    new_account(ana, firm, **{name: "7"})
    with tenant_context(fresh(firm)):
        assert not CustomValue.objects.exists()
        for number in range(505):  # more than a batch
            make.account(firm.ana, name=f"Firm {number}", **{name: number})
    assert "The filter" in ana.get(f"{firm.url('accounts:list')}?{name}=7").content.decode()
    assert save(firm, field_of(firm, "Size"), is_filterable="on") == 303
    assert f"edit={name}#" not in ana.get(firm.url("accounts:list")).content.decode()
    new_account(ana, firm, **{name: "7"})
    with tenant_context(fresh(firm)):
        deliver_all()
        assert CustomValue.objects.count() == 507
    assert f"edit={name}#" in ana.get(firm.url("accounts:list")).content.decode()
    assert sorted(names_in(ana, firm, f"{name}=7")) == ["Firm 7", "With value", "With value"]
    assert save(firm, field_of(firm, "Size"), is_filterable="off") == 303
    with tenant_context(fresh(firm)):
        assert not CustomValue.objects.exists()
        assert Account.objects.filter(name="Firm 7").get().custom == {"size": 7}


def test_choices_are_edited_as_every_list_is(firm: Firm) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    name = add_field(ada, firm, "choice")
    made = new_account(ana, firm, **sent(firm, "choice", name))
    page = ada.get(firm.url("setup:list", key="custom.accounts.my_choice"))
    assert [(row["entry"].label, row["used"].total) for row in page.context["rows"]] == [("Small", 0), ("Large", 1)]
    uses = page.context["rows"][1]["used"].uses
    assert [row.record.name for row in ana.get(uses[0].url).context["rows"]] == ["With value"]
    large, small = word(firm, "$Large"), word(firm, "$Small")
    entry = {"key": "custom.accounts.my_choice", "id": large}
    assert ada.post(firm.url("setup:entry", **entry), {"label": "Big", "tone": "hot"}).status_code == 303
    assert '<span class="status tone-hot">Big</span>' in ana.get(made.url).content.decode()
    with tenant_context(fresh(firm)):
        before = Event.objects.filter(name="account.changed").count()
    assert ada.post(firm.url("setup:entry_deletion", **entry)).status_code == 422
    replaced = {"replacement_id": small, "confirmation": "Big"}
    assert ada.post(firm.url("setup:entry_deletion", **entry), replaced).status_code == 303
    assert names_in(ana, firm, f"{name}={small}") == ["With value"]
    with tenant_context(fresh(firm)):
        assert Account.objects.get(name="With value").custom == {"my_choice": small}
        assert Event.objects.filter(name="account.changed").count() == before
    assert ada.get(firm.url("setup:list", key="custom.accounts.nonsense")).status_code == 404
    assert "My choice: Big" in ada.get(firm.url("setup:changes")).content.decode()


def test_new_records_start_with_the_default_choice(firm: Firm) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    name = add_field(ada, firm, "choice")
    large = word(firm, "$Large")
    entry = firm.url("setup:entry", key="custom.accounts.my_choice", id=large)
    assert ada.post(entry, {"label": "Large", "is_default": "on"}).status_code == 303
    assert ana.get(firm.url("accounts:new")).context["form"][name].value() == large
    with tenant_context(fresh(firm)):
        assert make.account(firm.ana).custom == {"my_choice": large}


def test_a_choice_that_was_put_away_stays_where_it_is(firm: Firm) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    name = add_field(ada, firm, "choice")
    made = new_account(ana, firm, **sent(firm, "choice", name))
    ada.post(firm.url("setup:entry_deactivation", key="custom.accounts.my_choice", id=word(firm, "$Large")))
    form = ana.get(f"{made.url}edit/").context["form"]
    assert [label for _key, label in form.fields[name].choices] == ["—", "Small", "Large"]
    assert "Large" not in ana.get(firm.url("accounts:new")).content.decode()
