"""A file writes nothing into a field that its maker's role may not see or not change, and says nothing of it (P4)."""

from __future__ import annotations

from datetime import date

import pytest

from contacts.models import Contact
from crm.fields.custom.services import create_field
from crm.runs.models import RunState
from crm.tenants.clock import day_of, today
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, READ_ONLY
from crm.users.services import limit_fields
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import bring_in, run_import, told, upload
from tests.imports.test_words import Page
from tests.people import Firm, client_of

LIMITS = (HIDDEN, READ_ONLY)
DEALS = "External id,Name,Stage,Close date\nd1,Crane,Won,2020-05-05\n"
CUSTOMERS = "Name,Type,Customer since\nCrane,Customer,2020-05-05\n"
NOTED = "Last name,Email,Room\nHill,hill@k.example,Kanarie 7\n"


def keep_from(firm: Firm, key: str, **limits: str) -> None:
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.max.role, key=key, limits=limits)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize(
    ("case", "column"),
    [
        pytest.param(("opportunities", "closed_on", DEALS), "close_day", id="closed"),
        pytest.param(("opportunities", "expected_close_on", DEALS), "close_day", id="expected"),
        pytest.param(("accounts", "type_since", CUSTOMERS), "customer_since", id="customer"),
    ],
)
def test_a_column_of_two_fields_is_none_of_who_may_not_write_both(
    firm: Firm, case: tuple[str, str, str], column: str, limit: str
) -> None:
    key, field, text = case
    keep_from(firm, key, **{field: limit})
    for who, is_offered in ((firm.ada, True), (firm.max, False)):
        page = Page(firm, key, text, who)
        chosen = [name for name, value in page.columns().items() if value == column]
        assert bool(chosen) == is_offered == (f'value="{column}"' in page.answer.content.decode())
        last = f"column_{len(page.columns()) - 1}"
        sent = page.client.post(page.address, page.columns() | {last: column, "update": "1"})
        assert sent.status_code == (303 if is_offered else 422)


@pytest.mark.parametrize("limit", LIMITS)
def test_nothing_is_added_to_a_description_that_is_not_theirs_to_write(firm: Firm, limit: str) -> None:
    """Also where the column was chosen before the limit came: the page says so, and the import does not start."""
    page = Page(firm, "contacts", NOTED, firm.max)
    noted = page.columns() | {"column_2": "+notes"}
    assert page.client.post(page.address, noted | {"update": "1"}).status_code == 303
    assert "+notes" in page.client.get(page.address).content.decode()
    keep_from(firm, "contacts", description=limit)
    answer = page.client.get(page.address)
    assert answer.status_code == 200 and "+notes" not in answer.content.decode()
    refused = page.client.post(page.address, noted | {"import": "1"})
    assert refused.status_code == 422 and "no longer there" in told(refused)
    assert page.client.post(page.address, noted | {"column_2": "", "import": "1"}).status_code == 303


@pytest.mark.parametrize("limit", [*LIMITS, None])
def test_an_import_stops_where_a_role_loses_the_description(firm: Firm, limit: str | None) -> None:
    run = upload(firm, "contacts", NOTED, firm.max, column_2="+notes")
    keep_from(firm, "contacts", **({"description": limit} if limit else {}))
    run_import(firm.tenant, run.pk)
    with tenant_context(firm.tenant):
        run.refresh_from_db()
        assert Contact.objects.filter(description="Room: Kanarie 7").count() == (0 if limit else 1)
    assert run.state == (RunState.FAILED if limit else RunState.DONE)
    page = told(client_of(firm.max).get(f"/acme/imports/{run.pk}/"))
    assert ("The field for “Room” is no longer there" in page) == bool(limit)


@pytest.mark.parametrize("limits", [{}, {"email": HIDDEN}])
def test_a_row_is_about_whom_it_would_be_about_if_all_was_seen(firm: Firm, limits: dict[str, str]) -> None:
    """A namesake who has an address is another person, whether or not the importer may see it."""
    with tenant_context(firm.tenant):
        make.contact(firm.max, first_name="Ann", last_name="Hill", email="kanarie@k.example")
        make.contact(firm.max, first_name="Bea", last_name="Cox", email="", phone="+1 416 555 0101")
    keep_from(firm, "contacts", **limits)
    text = "First name,Last name\nAnn,Hill\nBea,Cox\n"
    run = bring_in(firm, "contacts", text, firm.max, dry_run="1")
    assert (run.created_count, run.unchanged_count) == (1, 1)
    assert "kanarie" not in client_of(firm.max).get(f"/acme/imports/{run.pk}/").content.decode()


@pytest.mark.parametrize("limits", [{}, {"external_id": HIDDEN}])
def test_no_cell_names_a_record_by_an_id_that_is_hidden(firm: Firm, limits: dict[str, str]) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Crane Works", external_id="K-77")
    keep_from(firm, "accounts", **limits)
    bring_in(firm, "contacts", "Last name,Account\nHill,K-77\n", firm.max)
    with tenant_context(firm.tenant):
        assert Contact.objects.get(last_name="Hill").account.name == ("K-77" if limits else "Crane Works")


@pytest.mark.parametrize("since", ["", "2020-05-05"])
@pytest.mark.parametrize("moved_on", ["", "2020-05-05"])
@pytest.mark.parametrize("limit", [*LIMITS, None])
def test_who_may_not_give_a_day_of_closing_closes_today_with_a_file_as_in_the_dialog(
    firm: Firm, limit: str | None, moved_on: str, since: str
) -> None:
    """Nor is a day asked of them; of everybody else a file needs it, and takes it."""
    with tenant_context(firm.tenant):
        known = {"account": make.account(firm.max, name="Kestrel"), "opened_on": date(2020, 1, 5)}
        by_hand = [make.opportunity(firm.max, name=name, **known) for name in ("File", "Hand")][1]
        won = make.stage("won")
    keep_from(firm, "opportunities", **({"closed_on": limit} if limit else {}))
    file = f"Name,Account,Stage,Last stage change\nFile,Kestrel,Won,{since}\n"
    run = bring_in(firm, "opportunities", file, firm.max, moved_on=moved_on)
    client_of(firm.max).post(f"/acme/opportunities/{by_hand.pk}/stage/", {"stage": str(won.pk)})
    is_taken = bool(limit or moved_on or since)
    assert (run.updated_count, run.refused_count) == ((1, 0) if is_taken else (0, 1))
    with tenant_context(firm.tenant):
        days = {one.name: (one.closed_on, day_of(one.stage_since)) for one in Opportunity.objects.filter(stage=won)}
        now, given = (today(), today()), (date(2020, 5, 5), date(2020, 5, 5))
    assert days == {"Hand": now} | ({"File": now if limit else given} if is_taken else {})


@pytest.mark.parametrize("limit", [*LIMITS, None])
def test_of_a_column_that_is_not_theirs_to_write_no_way_to_keep_it_is_told(firm: Firm, limit: str | None) -> None:
    """On the columns page and in the dry run. A hidden field of the workspace's own is a column like any other."""
    with tenant_context(firm.tenant):
        own = create_field(actor=firm.ada, record_type="accounts", kind="text", label="Salary")
    keep_from(firm, "accounts", **({"website": limit, "industry": limit, own.name: limit} if limit else {}))
    text = "Name,Website,Industry,Salary\nCrane,crane.example,Birds,7\n"
    page = Page(firm, "accounts", text, firm.max)
    run = bring_in(firm, "accounts", text, firm.max, dry_run="1")
    tried = client_of(firm.max).get(f"/acme/imports/{run.pk}/")
    fields = {HIDDEN: "Website, Industry", READ_ONLY: "Website, Industry, Salary"}
    for shown, way in ((page.answer, "To keep one, choose a field for it"), (tried, "where they can be kept")):
        assert (f"Your role may not change {fields.get(limit)}." in told(shown)) == bool(limit)
        assert (way in told(shown)) == (limit == HIDDEN), "the column Salary, of which they know no field"
    admins = client_of(firm.ada).get(f"/acme/imports/{run.pk}/")
    assert (f"The role of {firm.max.name} may not change Website" in told(admins)) == bool(limit)


@pytest.mark.parametrize("limit", [*LIMITS, None])
def test_a_description_that_is_not_theirs_to_write_is_no_way_to_keep_a_column(firm: Firm, limit: str | None) -> None:
    keep_from(firm, "contacts", **({"description": limit} if limit else {}))
    shown = told(Page(firm, "contacts", NOTED, firm.max).answer)
    assert "Left out: “ Room ” (1 cell). To keep one, choose a field for it" in shown
    assert ("“Add to the description”" in shown) == (limit is None)
