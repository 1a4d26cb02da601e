"""Days of business are those of the file; what it does not tell is empty, and never the day of the import."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Account
from crm.activities.services import create_activity
from crm.events.delivery import deliver_all
from crm.imports.models import ImportRow
from crm.picklists.selectors import stages
from crm.tenants.clock import day_of, today
from crm.tenants.context import tenant_context
from crm.users.models import User
from leads.conversion import undo_conversion
from leads.models import Conversion, Lead
from leads.selectors import leads_that_became
from opportunities.models import Opportunity, StageVisit
from opportunities.selectors import stage_history
from opportunities.services import move_to_stage
from opportunities.services.lapsing import lapse_customers
from opportunities.services.stages import leave_and_enter
from tests import make
from tests.imports.steps import bring_in, download, tenant_of, told
from tests.people import Firm, client_of

DEALS = """Name,Account,Stage,Opened,Closed,Loss reason
Old win,Kestrel,Won,2017-01-10,2017-03-05,
Later win,Kestrel,Won,,2018-03-05,
Undated win,Merlin,Won,,,
Old loss,Osprey,Lost,2016-12-01,2017-02-01,Price
Running,Heron,Negotiation,2026-02-03,,
Undated,Heron,Negotiation,,,
"""


@pytest.fixture
def firm_with_deals(fresh_firm: Firm) -> Firm:
    run = bring_in(fresh_firm, "opportunities", DEALS)
    assert (run.created_count, run.refused_count) == (6, 0)
    with tenant_context(tenant_of(fresh_firm)):
        deliver_all()
    return fresh_firm


def page(firm: Firm, path: str) -> str:
    answer = client_of(firm.ada).get(f"/{firm.tenant.slug}/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def deals(firm: Firm) -> dict[str, Any]:
    return {one.name: one for one in Opportunity.objects.all()}


def test_an_account_is_a_customer_since_its_first_win(firm_with_deals: Firm) -> None:
    firm = firm_with_deals
    with tenant_context(tenant_of(firm)):
        kestrel, merlin = Account.objects.get(name="Kestrel"), Account.objects.get(name="Merlin")
        assert [one.type.meaning for one in (kestrel, merlin)] == ["customer", "customer"]
        assert (kestrel.type_since, merlin.type_since) == (date(2017, 3, 5), None)
        assert Account.objects.get(name="Heron").type_since is None
    assert "Customer since Mar 5, 2017" in page(firm, f"accounts/{kestrel.pk}/")
    of_merlin = page(firm, f"accounts/{merlin.pk}/")
    assert "Customer (start unknown)" in of_merlin and "on a day that is not known" in of_merlin
    assert "Prospect since" not in of_merlin, "nor is it known since when it was a prospect"


def test_opened_and_closed_stay_unknown(firm_with_deals: Firm) -> None:
    firm = firm_with_deals
    with tenant_context(tenant_of(firm)):
        found = deals(firm)
        assert found["Old win"].opened_on == date(2017, 1, 10)
        assert [found[name].opened_on for name in ("Later win", "Undated win", "Undated")] == [None] * 3
        assert (found["Undated win"].closed_on, found["Undated"].closed_on) == (None, None)
        day = today()
    listed = page(firm, f"opportunities/export/?filters=none&opened_on__from={day}")
    assert len(listed.splitlines()) == 1
    listed = page(firm, "opportunities/export/?filters=none&opened_on__empty=1&sort=name&columns=name")
    assert [row["name"] for row in csv.DictReader(io.StringIO(listed))] == ["Later win", "Undated", "Undated win"]


def test_days_in_stage_begin_where_the_file_says(firm_with_deals: Firm) -> None:
    firm = firm_with_deals
    with tenant_context(tenant_of(firm)):
        since = {name: one.stage_since and day_of(one.stage_since) for name, one in deals(firm).items()}
        assert since == {
            "Old win": date(2017, 3, 5),
            "Later win": date(2018, 3, 5),
            "Undated win": None,
            "Old loss": date(2017, 2, 1),
            "Running": None,  # it was opened then; since when it is negotiated, the file does not say
            "Undated": None,
        }
        entered = {one.opportunity.name: one.entered_at for one in StageVisit.objects.select_related("opportunity")}
        assert entered == {name: one.stage_since for name, one in deals(firm).items()}
        assert [visit.days for visit in stage_history(deals(firm)["Undated"])] == [None]


@pytest.mark.parametrize("name", ["Undated", "Undated win", "Running", "Old win"])
def test_every_page_of_it_says_what_is_not_known(firm_with_deals: Firm, name: str) -> None:
    firm = firm_with_deals
    with tenant_context(tenant_of(firm)):
        deal = deals(firm)[name]
    address = f"/{firm.tenant.slug}/opportunities/{deal.pk}/"
    shown = page(firm, f"opportunities/{deal.pk}/")
    assert ("start unknown" in shown) == (name != "Old win")
    assert ("age not known" in shown) == name.startswith("Undated")
    assert "since today" not in shown and "opened today" not in shown
    assert ("unknown: " in page(firm, f"opportunities/{deal.pk}/stages/")) == name.startswith("Undated")
    page(firm, f"opportunities/{deal.pk}/history/")
    client = client_of(firm.ada)
    form = client.get(f"{address}edit/").context["form"]
    assert (form["opened_on"].value() or None) == deal.opened_on
    for view in ("?filters=none&columns=name,opened_on,closed_on,days_in_stage&sort=days_in_stage", "?view=board"):
        assert name in page(firm, f"opportunities/{view}&filters=none")


def test_who_is_a_customer_since_nobody_knows_when_does_not_lapse_the_first_night(fresh_firm: Firm) -> None:
    bring_in(fresh_firm, "accounts", "Name,Type\nKestrel,Customer\n")
    with tenant_context(tenant_of(fresh_firm)):
        assert Account.objects.get(name="Kestrel").type_since is None
        assert lapse_customers() == 0
    run = bring_in(fresh_firm, "opportunities", "Name,Account,Stage,Closed\nFirst,Osprey,Won,2017-03-05\n")
    assert "Accounts are still being made customers" in page(fresh_firm, f"imports/{run.pk}/")
    with tenant_context(tenant_of(fresh_firm)):
        deliver_all()
    said = page(fresh_firm, f"imports/{run.pk}/")
    assert "1 customer becomes a past customer tonight" in said and "still being made customers" not in said


def test_a_person_who_says_nothing_means_today(fresh_firm: Firm) -> None:
    from tests import make

    noon = datetime(2026, 3, 4, 12, tzinfo=tenant_of(fresh_firm).zone)
    with time_machine.travel(noon, tick=False), tenant_context(tenant_of(fresh_firm)):
        deal = make.opportunity(fresh_firm.ada)
        assert (deal.opened_on, day_of(deal.stage_since)) == (today(), today())
        assert make.account(fresh_firm.ada, name="New").type_since == today()


HEAD_WITHOUT = "Last name,Email,Converted date\n"
LEADS = """Last name,Email,Status,Status since,Created,Converted date,Reason
Told,told@a.example,Working,2019-05-06 10:00,2019-05-01,,
New,new@a.example,New,,2020-02-03,,
Unknown,unknown@a.example,Working,,,,
Closed,closed@a.example,Unqualified,2018-03-04,2018-03-01,,No fit
Bought,bought@a.example,Converted,,2017-01-02,2017-02-03,
Somehow,somehow@a.example,Converted,,,,
Early,early@a.example,Working,2999-01-01,,,
Confused,confused@a.example,Working,,,2017-02-03,
"""


@pytest.mark.parametrize(
    ("own", "shown"),
    [("", "Apr 3, 2026, 12:00\u202fAM"), ("America/New_York", "Apr 2, 2026, 6:00\u202fPM")],
)
def test_a_dry_run_tells_moments_by_the_clock_of_the_person(firm: Firm, own: str, shown: str) -> None:
    """What the file tells is by the workspace's clock; what pages tell by the person's, if that is another one."""
    firm.tenant.time_zone = "Europe/Berlin"
    firm.tenant.save(update_fields=["time_zone"])
    User.objects.filter(pk=firm.ada.user_id).update(time_zone=own)
    text = "name,email,created\nOwl,owl@a.example,03.04.2026\n"
    answers = {"style_created_at": "day"}
    tried = bring_in(firm, "leads", text, dry_run="1", **answers)
    with tenant_context(tenant_of(firm)):
        changes = {label: new for label, _old, new in ImportRow.objects.get(run=tried).changes}
    assert changes["Created"] == changes["Status since"] == shown
    bring_in(firm, "leads", text, **answers)
    with tenant_context(tenant_of(firm)):
        [owl] = Lead.objects.all()
    assert shown in page(firm, f"leads/{owl.pk}/")


def test_what_a_file_does_not_tell_of_a_lead_s_times_is_empty(fresh_firm: Firm) -> None:
    firm = fresh_firm
    tried = bring_in(firm, "leads", LEADS, dry_run="1")
    with tenant_context(tenant_of(firm)):
        told = {row.name: [label for label, _old, _new in row.changes] for row in ImportRow.objects.filter(run=tried)}
    assert {"Created", "Status since"} <= set(told["Told"]) and not {"Created", "Status since"} & set(told["Unknown"])
    run = bring_in(firm, "leads", LEADS)
    assert (run.created_count, run.refused_count) == (6, 2)
    refused = download(firm, run)
    assert "Status since: This date is in the future." in refused
    assert "Only a converted lead can have a conversion date." in refused
    with tenant_context(tenant_of(firm)):
        found = {one.last_name: one for one in Lead.objects.all()}
        days = {name: one.status_since and day_of(one.status_since) for name, one in found.items()}
        assert days == {
            "Told": date(2019, 5, 6),
            "New": date(2020, 2, 3),  # it has been new since it came in
            "Unknown": None,
            "Closed": date(2018, 3, 4),
            "Bought": date(2017, 2, 3),
            "Somehow": None,
        }
        assert day_of(found["Told"].created_at) == date(2019, 5, 1)
        bought, somehow = found["Bought"], found["Somehow"]
        assert bought.converted_at and day_of(bought.converted_at) == date(2017, 2, 3)
        assert (somehow.converted_at, somehow.is_converted) == (None, True)
        somehow.refresh_from_db()
        assert somehow.contact_id is not None
    for view in ("?view=board&filters=none", "?filters=none&columns=name,status_since,converted_at&sort=-status_since"):
        assert "Unknown" in page(firm, f"leads/{view}")
    for lead in found.values():
        assert "today" not in page(firm, f"leads/{lead.pk}/").split('class="stages"')[-1].split("</ol>")[0]
        page(firm, f"leads/{lead.pk}/history/")
    answer = client_of(firm.ada).get(f"/{firm.tenant.slug}/leads/{somehow.pk}/edit/", follow=True)
    assert "This lead was converted and is read-only." in answer.content.decode()
    # A file changes a status: since when it is so, only the file knows.
    again = bring_in(firm, "leads", "Last name,Email,Status\nTold,told@a.example,Qualified\n")
    assert again.updated_count == 1
    with tenant_context(tenant_of(firm)):
        assert Lead.objects.get(last_name="Told").status_since is None
        assert Lead.objects.get(last_name="Told").created_at == found["Told"].created_at


def test_days_since_which_something_is_so_come_from_their_columns(fresh_firm: Firm) -> None:
    firm = fresh_firm
    run = bring_in(
        firm, "accounts", "Name,Type,Customer since\nKestrel,Customer,2016-07-08\nHeron,Customer,2999-01-01\n"
    )
    assert (run.created_count, run.refused_count) == (1, 1)
    deals = "Name,Account,Stage,Last stage change date\nOne,Kestrel,Negotiation,{}\n"
    bring_in(firm, "opportunities", deals.format("2026-01-02"))
    with tenant_context(tenant_of(firm)):
        assert Account.objects.get(name="Kestrel").type_since == date(2016, 7, 8)
    for day in (date(2026, 1, 2), date(2026, 1, 3)):
        assert bring_in(firm, "opportunities", deals.format(day)).updated_count == (day.day == 3)
        with tenant_context(tenant_of(firm)):
            deal = Opportunity.objects.get()
            assert deal.stage_since and day_of(deal.stage_since) == day
            assert StageVisit.objects.get(opportunity=deal).entered_at == deal.stage_since


@pytest.mark.parametrize("says_status", [True, False])
def test_when_a_lead_was_converted_can_be_told_later_and_once(fresh_firm: Firm, says_status: bool) -> None:
    firm = fresh_firm
    bring_in(firm, "leads", "Last name,Email,Status\nBell,bell@a.example,Converted\n")
    with tenant_context(tenant_of(firm)):
        lead = Lead.objects.get()
    result = f"leads/{lead.pk}/conversion/"
    told = page(firm, result).split("page-lead")[1].split("</p>")[0]
    assert "Brought in by Ada" in told and "ago" not in told and "converted" not in told
    head, cell = ("Last name,Email,Status,Converted date\n", "Converted,") if says_status else (HEAD_WITHOUT, "")
    for day, counts in (("2017-02-03", (1, 0)), ("2017-02-03", (0, 0)), ("2018-02-03", (0, 1))):
        run = bring_in(firm, "leads", f"{head}Bell,bell@a.example,{cell}{day}\n")
        assert (run.updated_count, run.refused_count) == counts, day
    assert "This lead was converted on Feb 3, 2017 and is read-only." in download(firm, run)
    assert "Feb 3, 2017" in page(firm, result).split("page-lead")[1].split("</p>")[0]
    with tenant_context(tenant_of(firm)):
        lead.refresh_from_db()
        assert [at and day_of(at) for at in (lead.converted_at, lead.status_since)] == [date(2017, 2, 3)] * 2
        undo_conversion(conversion=Conversion.objects.get(), actor=firm.ada)
        lead.refresh_from_db()
        assert (lead.converted_at, lead.status_since) == (None, None)


def test_a_moment_that_is_known_better_stays_where_the_status_changes(fresh_firm: Firm) -> None:
    firm = fresh_firm
    with tenant_context(tenant_of(firm)):
        lead = make.lead(firm.ada, first_name="", last_name="Bell", email="bell@a.example")
        created = lead.created_at.astimezone(tenant_of(firm).zone).strftime("%Y-%m-%d %H:%M:%S")
    assert lead.created_at.microsecond
    run = bring_in(firm, "leads", f"Last name,Email,Status,Created\nBell,bell@a.example,Working,{created}\n")
    assert run.updated_count == 1
    with tenant_context(tenant_of(firm)):
        assert Lead.objects.get().created_at == lead.created_at
        leads = [make.lead(firm.ada, last_name=f"Of {number}") for number in range(2)]
        account = make.account(firm.ada)
        Lead.objects.filter(pk__in=[one.pk for one in leads]).update(account=account)
        Lead.objects.filter(pk=leads[0].pk).update(converted_at=timezone.now())
        assert leads_that_became(firm.ada, account, 9) == leads, "those without a time come last"


def test_two_stays_of_a_deal_do_not_overlap(fresh_firm: Firm) -> None:
    firm = fresh_firm
    with tenant_context(tenant_of(firm)):
        deal = make.opportunity(firm.ada, name="One", account=make.account(firm.ada, name="Kestrel"))
        StageVisit.objects.filter(opportunity=deal).update(entered_at=datetime(2020, 1, 1, tzinfo=UTC))
        negotiation = next(one for one in stages() if one.label == "Negotiation")
        move_to_stage(opportunity=deal, stage=negotiation, actor=firm.ada)
    rows = "Name,Account,Stage,Last stage change date\nOne,Kestrel,{},{}\n"
    run = bring_in(firm, "opportunities", rows.format("Negotiation", "2019-02-03"))
    assert (run.updated_count, run.refused_count) == (0, 1)
    assert "In stage since: It was in “" in download(firm, run)
    with tenant_context(tenant_of(firm)):
        day = today()
    assert bring_in(firm, "opportunities", rows.format("Negotiation", day)).updated_count == 1, "the day alone is known"
    with tenant_context(tenant_of(firm)):
        former, stay = StageVisit.objects.order_by("left_at")
        assert former.left_at == stay.entered_at and stay.left_at is None


def test_a_move_of_a_file_overlaps_no_stay_before_it(firm: Firm) -> None:
    rows = "Name,Account,Stage,Closed,Last stage change date\n{},Kestrel,{},{},{}\n"
    with tenant_context(firm.tenant):
        account = make.account(firm.ada, name="Kestrel")
        for name in ("Early", "Won", "First"):
            deal = make.opportunity(firm.ada, name=name, account=account, opened_on=date(2018, 1, 1))
            StageVisit.objects.filter(opportunity=deal).update(entered_at=datetime(2020, 1, 1, tzinfo=UTC))
            if name != "First":
                negotiation = next(one for one in stages() if one.label == "Negotiation")
                move_to_stage(opportunity=deal, stage=negotiation, actor=firm.ada)
    run = bring_in(firm, "opportunities", rows.format("Early", "Proposal", "", "2019-02-03"))
    assert (run.updated_count, run.refused_count) == (0, 1), "it was in another stage then"
    assert "In stage since: It was in “" in download(firm, run)
    for name, stage, closed, since in (("Won", "Won", "2019-02-03", ""), ("First", "Proposal", "", "2019-02-03")):
        assert bring_in(firm, "opportunities", rows.format(name, stage, closed, since)).updated_count == 1, name
        with tenant_context(tenant_of(firm)):
            deal = Opportunity.objects.get(name=name)
            assert deal.stage_since and day_of(deal.stage_since) == date(2019, 2, 3)
            stays = [(one.entered_at, one.left_at) for one in stage_history(deal)]
        assert all(entered <= left for entered, left in stays[:-1]), name
        assert all(before[1] <= after[0] for before, after in pairwise(stays)) and stays[-1][1] is None, name


def test_of_two_stays_without_a_day_one_is_over(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ada)
        StageVisit.objects.filter(opportunity=deal).update(entered_at=None)
        deal.stage_since = None
        leave_and_enter(deal, next(one for one in stages() if one.label == "Negotiation"), firm.ada, is_told=True)
        former, stay = stage_history(deal)
        assert (former.entered_at, stay.entered_at, stay.left_at) == (None, None, None) and former.left_at is not None


def test_the_last_activity_is_that_of_the_file_or_not_known(firm: Firm) -> None:
    """Nor is it anybody's activity that a file changes an opportunity."""
    head = "Name,Account,Last activity date,Next step\n"
    run = bring_in(
        firm, "opportunities", f"{head}Told,Kestrel,2020-03-04 15:00,\nUntold,Kestrel,,\nYet,Kestrel,2999-01-01,\n"
    )
    assert (run.created_count, run.refused_count) == (2, 1)
    assert "Last activity: This date is in the future." in download(firm, run)
    for row, count in (("Told,Kestrel,,Call", 1), ("Untold,Kestrel,,Call", 1), ("Told,Kestrel,2019-01-01,Call", 0)):
        assert bring_in(firm, "opportunities", f"{head}{row}\n").updated_count == count, row
        with tenant_context(tenant_of(firm)):
            known = {
                one.name: one.last_activity_at and day_of(one.last_activity_at) for one in Opportunity.objects.all()
            }
        assert known == {"Told": date(2020, 3, 4), "Untold": None}, row
    assert bring_in(firm, "opportunities", f"{head}Untold,Kestrel,2020-05-06,\n").updated_count == 1
    bring_in(firm, "opportunities", "Name,Account\nNever,Kestrel\n")
    listed = "opportunities/export/?filters=none&columns=name,last_activity_at&sort=last_activity_at"
    assert [row["name"] for row in csv.DictReader(io.StringIO(page(firm, listed)))] == ["Told", "Untold", "Never"]
    untouched = page(firm, f"{listed}&last_activity_at__to=14_days_ago")
    assert "Never" in untouched and "Told" in untouched, "nobody has touched it for all that is known"
    assert "Never" not in page(firm, f"{listed}&last_activity_at__from=2000-01-01")
    with tenant_context(tenant_of(firm)):
        never = Opportunity.objects.get(name="Never")
    page(firm, f"opportunities/{never.pk}/")
    with tenant_context(tenant_of(firm)):
        create_activity(kind="note", records=[never], actor=firm.ada, body="Said nothing")
        deliver_all()
        never.refresh_from_db()
        assert never.last_activity_at and day_of(never.last_activity_at) == today()


def test_a_lead_of_an_unknown_day_is_in_no_month_of_the_funnel(firm: Firm) -> None:
    text = "Last name,Email,Created\nTold,t@a.example,2019-05-06\nUntold,u@a.example,\nOther,o@a.example,\n"
    bring_in(firm, "leads", text)
    with tenant_context(firm.tenant):
        make.lead(firm.ada, last_name="Typed")

    def leads(query: str) -> tuple[int, str]:
        answer = client_of(firm.ada).get(f"/{firm.tenant.slug}/reports/funnel/?{query}")
        return answer.context["answer"].figures[0].cell.value, told(answer)

    said = "2 leads were imported without the day on which they came in. They count only in “All time”."
    counted, shown = leads("period=last_12_months")
    assert counted == 1 and said in shown
    counted, shown = leads("period=custom&from=2019-01-01&to=2019-12-31")
    assert counted == 1 and said in shown
    counted, shown = leads("period=all")
    assert counted == 4 and said not in shown and "2 leads have no date on which they came in." in shown
    listed = "leads/export/?columns=name,created_at&sort=name"
    for query, names in (
        ("created_at__empty=yes", ["Other", "Untold"]),
        ("created_at__from=2000-01-01", ["Told", "Typed"]),
    ):
        rows = [*csv.DictReader(io.StringIO(page(firm, f"{listed}&{query}")))]
        assert sorted(row["name"].split()[-1] for row in rows) == names
        assert all(bool(row["created_at"]) == (names == ["Told", "Typed"]) for row in rows)
    assert bring_in(firm, "leads", text.replace("a.example,\nOther", "a.example,2018-02-03\nOther")).updated_count == 1
    with tenant_context(tenant_of(firm)):
        assert day_of(Lead.objects.get(last_name="Untold").created_at) == date(2018, 2, 3)
    assert "1 lead was imported without the day on which it came in." in leads("period=last_12_months")[1]
