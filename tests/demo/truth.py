"""What is true of a firm, and so of the one that the demo shows. Each function fails on what cannot have been."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from accounts.look import life_line
from accounts.models import Account
from contacts.models import Contact
from crm.demo import words
from crm.events.models import Event
from crm.mailing_lists.models import MailingListMember
from crm.picklists.selectors import ids_meaning, stage_ids_meaning
from crm.tenants.clock import day_of, today
from crm.users.models import Membership
from leads.matching import find_candidates
from leads.models import Lead
from leads.vetting.models import VettingAnswer
from opportunities.models import Opportunity, OpportunityContact
from tests.reports.reading import ask


def nothing_is_won_before_the_account_existed() -> None:
    for deal in Opportunity.objects.select_related("account"):
        assert deal.account
        known = day_of(deal.account.created_at)
        assert known <= day_of(deal.created_at) and known <= deal.opened_on, deal.name
        if deal.closed_on:
            assert deal.opened_on <= deal.closed_on <= today(), deal.name
    won = Opportunity.objects.filter(stage__in=stage_ids_meaning("won"))
    for account in Account.objects.filter(type__in=ids_meaning("account_type", "customer")):
        days = [deal.closed_on for deal in won.filter(account=account)]
        assert account.type_since in days, account.name


def no_event_is_of_this_minute_or_of_before_its_record() -> None:
    assert not Event.objects.filter(at__gt=timezone.now() - timedelta(minutes=30)).exists()
    by_people = Event.objects.filter(actor__isnull=False).order_by("-at").first()
    assert by_people and by_people.at < timezone.now() - timedelta(hours=2)
    of_records = Event.objects.filter(record_type__in=("leads", "accounts", "contacts", "opportunities"))
    made = dict(of_records.filter(name__endswith=".created").values_list("record_id", "at"))
    for name, record_id, at in of_records.values_list("name", "record_id", "at"):
        assert made[record_id] <= at, name


def evidence_says_what_the_answer_says() -> None:
    answers = VettingAnswer.objects.select_related("criterion").exclude(evidence="")
    seen = Counter(answer.answer for answer in answers)
    assert seen["yes"] > seen["no"] > 0
    for one in answers:
        assert one.evidence in words.EVIDENCE[one.answer][one.criterion.key], (one.answer, one.evidence)
    assert not {line for lines in words.EVIDENCE["yes"].values() for line in lines if line} & {
        line for lines in words.EVIDENCE["no"].values() for line in lines if line
    }


def nobody_shares_a_telephone() -> None:
    for model in (Contact, Account):
        keys = Counter(model.objects.exclude(phone_key="").values_list("phone_key", flat=True))  # type: ignore[attr-defined]
        assert keys and max(keys.values()) == 1, keys.most_common(3)


def people_of_customers_are_clients() -> None:
    kinds = defaultdict(Counter)  # type: ignore[var-annotated]
    for contact in Contact.objects.select_related("account__type", "relationship"):
        if contact.account:
            kinds[contact.account.type.meaning][contact.relationship.meaning if contact.relationship else ""] += 1
    assert set(kinds["customer"]) == {"client"}, kinds
    assert "client" not in kinds["prospect"], kinds


def comparisons_are_with_whole_periods(admin: Membership) -> None:
    for key in ("close-ratio", "funnel", "failures"):
        for period in ("last_12_months", "last_year", "this_year", "this_quarter"):
            for figure in ask(key, admin, f"period={period}").figures:
                assert figure.data_from is None, (key, period)
                if figure.cell.kind == "count" and figure.before and figure.before.value >= 10:
                    assert figure.cell.value < 3 * figure.before.value, (key, period, str(figure.label))


def some_leads_are_known_already(admin: Membership) -> None:
    found: Counter[str] = Counter()
    for lead in Lead.objects.filter(converted_at=None).order_by("-created_at")[:12]:
        candidates = find_candidates(lead, admin)
        for part in ("accounts", "contacts", "opportunities"):
            found[part] += bool(candidates.of(part))
    assert found["accounts"] >= 4 and found["contacts"] >= 1 and found["opportunities"] >= 1, found


def there_are_a_list_two_pipelines_and_two_currencies() -> None:
    assert MailingListMember.objects.count() > 20
    deals = Opportunity.objects
    for name, least in (("currency", 25), ("pipeline_id", 15)):
        counts = Counter(deals.values_list(name, flat=True))
        assert len(counts) == 2 and min(counts.values()) >= least, counts
    for meaning in ("open", "won", "lost"):
        assert deals.filter(pipeline__is_default=False, stage__in=stage_ids_meaning(meaning)).exists(), meaning
    for part in OpportunityContact.objects.select_related("opportunity", "contact"):
        assert part.contact.account_id == part.opportunity.account_id


def every_life_line_can_be_told(admin: Membership) -> None:
    for account in Account.objects.select_related("type", "type_because")[:60]:
        chapters = life_line(account, admin)
        assert "a reason that is not known" not in "".join(one.why for one in chapters), account.name
        assert [one.since for one in chapters] == sorted((one.since for one in chapters), reverse=True), account.name


def check_story() -> None:
    """What holds of a story of any length."""
    _check(
        nothing_is_won_before_the_account_existed,
        no_event_is_of_this_minute_or_of_before_its_record,
        evidence_says_what_the_answer_says,
        nobody_shares_a_telephone,
        people_of_customers_are_clients,
    )


def check_all(admin: Membership) -> None:
    check_story()
    _check(
        lambda: comparisons_are_with_whole_periods(admin),
        lambda: some_leads_are_known_already(admin),
        there_are_a_list_two_pipelines_and_two_currencies,
        lambda: every_life_line_can_be_told(admin),
    )


def _check(*checks: Callable[[], None]) -> None:
    failed = []
    for check in checks:
        try:
            check()
        except AssertionError as error:  # seeding takes long: all that is wrong is told at once
            failed.append(str(error))
    assert not failed, "\n".join(failed)
