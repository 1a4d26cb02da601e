"""What happens to a lead of the demo workspace, from its capture to a won, lost or still open deal."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile

from accounts.models import Account
from accounts.services import create_account, update_account
from accounts.vendors.moving import move_account
from accounts.vendors.services import create_vendor
from contacts.services import create_contact
from crm.activities.models import ActivityKind
from crm.activities.selectors import open_tasks
from crm.activities.services import complete_task, create_activity
from crm.demo import words
from crm.demo.paper import page
from crm.demo.story import Story, choice_called, company_facts, person_facts
from crm.picklists.models import Meaning
from crm.picklists.selectors import choice_meaning, pipelines, stages
from crm.tenants.clock import today
from crm.ui.format import date, money
from crm.users.models import Membership
from leads.conversion import convert_lead
from leads.conversion.defaults import plan_for
from leads.picklists import LeadStatus
from leads.services import close_as_unqualified, create_lead, set_lead_status, update_lead
from leads.vetting.rule import criteria
from leads.vetting.services import record_answer
from opportunities.services import add_contact_role, create_opportunity, move_to_stage, update_opportunity

LEADS = 400
KNOWN_COMPANIES = 40
STILL_ACCOUNTS = 4  # of the first so many vendors and partners
RENEWALS = "Renewals"
WIN_RATES = {"ana": 0.62, "sam": 0.5, "julia": 0.55, "ben": 0.48, "yuki": 0.6, "lea": 0.4, "david": 0.35}


class Funnel:
    """The leads of the story and what becomes of them."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.taken: set[str] = set()
        self.told: list[dict[str, Any]] = []  # the facts of each deal that is still open
        self.deals: set[UUID] = set()
        self.owners = story.cast.sellers
        self.weights = [{"rep": 9, "manager": 2, "admin": 6}[one.role.key] for one in self.owners]

    def plan(self) -> None:
        """Spread the capture of all leads over the time of the story, denser towards today."""
        for _number in range(KNOWN_COMPANIES):
            self.story.at(self.story.start, self.known_company)
        span = (self.story.now - self.story.start).total_seconds()
        for number in range(LEADS):
            share = ((number + self.story.random.random()) / LEADS) ** 0.6
            self.story.at(self.story.start + timedelta(seconds=span * share), self.capture)

    # Leads

    def capture(self) -> None:
        story = self.story
        company = company_facts(story, self.taken)
        person = person_facts(story, company)
        source = story.weighted({name: share for name, (share, _quality) in words.SOURCES.items()})
        in_pool = story.chance(0.12)
        owner = None if in_pool else story.random.choices(self.owners, weights=self.weights)[0]
        product, price, least, most = story.one_of(words.PRODUCTS)
        amount = price * story.random.randint(least, most)
        values: dict[str, Any] = {
            "first_name": person["first_name"],
            "last_name": person["last_name"],
            "company": company["name"],
            "job_title": person["job_title"],
            "email": person["email"],
            "phone": person["phone"] if story.chance(0.8) else "",
            "website": f"https://www.{company['domain']}" if story.chance(0.6) else "",
            "source": choice_called("lead_source", source),
            "campaign": story.one_of(words.CAMPAIGNS[source]) if source in words.CAMPAIGNS else "",
            "rating": choice_called("rating", story.weighted({"Hot": 15, "Warm": 45, "Cold": 40})),
            "product_interest": product,
            "estimated_value": story.money(amount, company["currency"]) if story.chance(0.5) else None,
            "employees": company["employees"],
            "city": company["city"],
            "region": company["region"],
            "country": company["country"],
            "owner": owner,
        }
        lead = create_lead(actor=owner or story.cast.admin, values=values)
        facts = {"company": company, "person": person, "source": source, "product": product, "amount": amount}
        if owner is None and story.chance(0.6):
            story.after(6, lambda: self.take(lead, facts))
        elif owner is not None:
            story.after(2, lambda: self.contact(lead, facts))

    def take(self, lead: Any, facts: dict[str, Any]) -> None:
        """Somebody takes it from the pool."""
        owner = self.story.random.choices(self.owners, weights=self.weights)[0]
        update_lead(lead, actor=owner, values={"owner": owner, "team": owner.team})
        self.contact(lead, facts)

    def contact(self, lead: Any, facts: dict[str, Any]) -> None:
        story = self.story
        set_lead_status(lead=lead, status=choice_meaning("lead_status", LeadStatus.WORKING), actor=lead.owner)
        self.talk(lead.owner, [lead], facts)
        if story.chance(0.35):
            task = self.task(lead.owner, [lead], facts)
            story.after(4, lambda: complete_task(task=task, actor=task.owner))
        quality = words.SOURCES[facts["source"]][1]
        if story.chance(quality):
            story.after(9, lambda: self.qualify(lead, facts))
        elif story.chance(0.75):
            story.after(14, lambda: self.close(lead))

    def qualify(self, lead: Any, facts: dict[str, Any]) -> None:
        story = self.story
        self.talk(lead.owner, [lead], facts)
        self.vet(lead)
        set_lead_status(lead=lead, status=choice_meaning("lead_status", LeadStatus.QUALIFIED), actor=lead.owner)
        if story.chance(0.93):
            story.after(12, lambda: self.convert(lead, facts))

    def vet(self, lead: Any) -> None:
        """Answer what is asked of a lead: mostly yes with evidence, sometimes not known."""
        for criterion in criteria():
            if self.story.chance(0.85):
                answer = "yes" if self.story.chance(0.9) else "no"
                evidence = self.story.one_of(words.EVIDENCE[answer].get(criterion.key, ("",)))
                record_answer(lead=lead, criterion=criterion, answer=answer, evidence=evidence, actor=lead.owner)

    def close(self, lead: Any) -> None:
        reason = choice_called("unqualified_reason", self.story.weighted(words.UNQUALIFIED))
        follow_up = today() + timedelta(days=180) if self.story.chance(0.3) else None
        close_as_unqualified(
            lead=lead, reason=reason, actor=lead.owner, task_subject="Ask again about budget", task_due_on=follow_up
        )
        self.story.after(180, lambda: self.finish_tasks(lead))

    def finish_tasks(self, lead: Any) -> None:
        for task in open_tasks(lead):
            complete_task(task=task, actor=lead.owner)

    def convert(self, lead: Any, facts: dict[str, Any]) -> None:
        conversion: Any = convert_lead(lead_id=lead.pk, actor=lead.owner, plan=plan_for(lead, lead.owner))
        account = conversion.account
        industry = choice_called("industry", facts["company"]["industry"])
        update_account(account, actor=lead.owner, values={"industry": industry})
        for _number in range(self.story.one_of((0, 1, 1, 1, 2))):
            self.colleague(account, conversion.opportunity, facts)
        if conversion.opportunity and conversion.opportunity.pk not in self.deals:
            self.open_deal(conversion.opportunity, facts, first=True)

    # Contacts

    def colleague(self, account: Any, opportunity: Any, facts: dict[str, Any]) -> None:
        person = person_facts(self.story, facts["company"])
        role = choice_called("contact_role", person.pop("role"))
        values = {**person, "account": account, "owner": account.owner, "city": facts["company"]["city"]}
        contact = create_contact(actor=account.owner, values=values)
        if opportunity:
            add_contact_role(opportunity=opportunity, contact=contact, role=role, actor=account.owner)

    # Opportunities

    def open_deal(self, deal: Any, facts: dict[str, Any], *, first: bool) -> None:
        story = self.story
        self.deals.add(deal.pk)
        self.told.append(facts | {"deal": deal})
        expected = today() + timedelta(days=story.random.randrange(40, 130))
        values = {
            "name": f"{facts['product']} for {deal.account.name}",
            "amount": story.money(facts["amount"], facts["company"]["currency"]),
            "product": facts["product"],
            "expected_close_on": expected,
            "next_step": story.one_of(words.NEXT_STEPS),
            "next_step_on": today() + timedelta(days=story.random.randrange(2, 12)),
        }
        update_opportunity(deal, actor=deal.owner, values=values)
        pace = story.random.uniform(9, 30)
        story.after(pace, lambda: self.advance(deal, facts, pace, first))

    def advance(self, deal: Any, facts: dict[str, Any], pace: float, first: bool) -> None:
        """The next stage, or the end: won or lost."""
        story = self.story
        open_stages = [one for one in stages(deal.pipeline) if one.meaning == Meaning.OPEN]
        at = [one.pk for one in open_stages].index(deal.stage_id)
        self.talk(deal.owner, [deal, *([deal.contact] if deal.contact else [])], facts)
        rate = WIN_RATES.get(deal.owner.email.partition("@")[0], 0.5) + (0.0 if first else 0.2)
        if story.chance(0.04 + 0.05 * (1 - rate)):
            return self.lose(deal)
        if at == len(open_stages) - 1:
            return self.win(deal, facts) if story.chance(rate + 0.12) else self.lose(deal)
        if story.chance(0.06):  # goes quiet: an open deal that nobody touches for a while
            return story.after(70, lambda: self.lose(deal))
        step = 2 if at + 2 < len(open_stages) and story.chance(0.2) else 1
        move_to_stage(opportunity=deal, stage=open_stages[at + step], actor=deal.owner)
        if open_stages[at + step].label == "Proposal submitted":
            self.send_offer(deal)
        values: dict[str, Any] = {
            "next_step": story.one_of(words.NEXT_STEPS),
            "next_step_on": today() + timedelta(days=story.random.randrange(1, 12)),
        }
        if story.chance(0.25) and deal.amount_minor:
            values["amount"] = story.money(
                int(deal.amount_minor / 100 * story.random.uniform(0.75, 1.25)), deal.currency
            )
        if deal.expected_close_on and deal.expected_close_on < today() and story.chance(0.85):
            values["expected_close_on"] = today() + timedelta(days=story.random.randrange(14, 60))
        update_opportunity(deal, actor=deal.owner, values=values)
        story.after(pace, lambda: self.advance(deal, facts, pace, first))
        return None

    def send_offer(self, deal: Any) -> None:
        price = money(deal.amount_minor, deal.currency)
        lines = (f"Offer for {deal.account.name}", deal.product, price, date(today()))
        offer = ContentFile(page(lines), f"Offer {deal.name}.pdf")
        records = [deal, deal.account]
        create_activity(kind=ActivityKind.FILE, records=records, actor=deal.owner, body="As sent today.", files=[offer])

    def win(self, deal: Any, facts: dict[str, Any]) -> None:
        won = next(one for one in stages(deal.pipeline) if one.meaning == Meaning.WON)
        move_to_stage(opportunity=deal, stage=won, actor=deal.owner)
        if self.story.chance(0.85):
            self.story.after(self.story.random.uniform(30, 150), lambda: self.sell_again(deal, facts))

    def lose(self, deal: Any) -> None:
        lost = next(one for one in stages(deal.pipeline) if one.meaning == Meaning.LOST)
        reason = choice_called("loss_reason", self.story.weighted(words.LOSSES))
        move_to_stage(opportunity=deal, stage=lost, loss_reason=reason, actor=deal.owner)

    def known_company(self) -> None:
        """A company that was known when the story began: an account with a contact, and soon a first opportunity."""
        story = self.story
        company = company_facts(story, self.taken)
        person = person_facts(story, company)
        owner = story.random.choices(self.owners, weights=self.weights)[0]
        account = create_account(
            actor=owner,
            values={
                "name": company["name"],
                "industry": choice_called("industry", company["industry"]),
                "website": f"https://{company['domain']}",
                "phone": company["phone"],
                "employees": company["employees"],
                "annual_revenue": story.money(company["employees"] * story.random.randrange(90, 240) * 1000),
                "city": company["city"],
                "region": company["region"],
                "country": company["country"],
                "owner": owner,
            },
        )
        person.pop("role")
        contact = create_contact(actor=owner, values={**person, "account": account, "owner": owner})
        facts = {"company": company, "person": person}
        story.after(story.random.uniform(2, 25), lambda: self.sell(account, contact, owner, facts))

    def sell(self, account: Any, contact: Any, owner: Membership, facts: dict[str, Any], **more: Any) -> None:
        """An opportunity without a lead."""
        story = self.story
        product, price, least, most = story.one_of(words.PRODUCTS)
        facts = {**facts, "product": product, "amount": price * story.random.randint(least, most)}
        values = {"name": f"{product} for {account.name}", "account": account, "contact": contact, "owner": owner}
        deal = create_opportunity(actor=owner, values=values | more)
        self.open_deal(deal, facts, first=False)

    def sell_again(self, before: Any, facts: dict[str, Any]) -> None:
        """A customer buys more, or goes on with what it has."""
        renewals = next((one for one in pipelines() if one.name == RENEWALS), None)
        more: dict[str, Any] = {"source": before.source}
        if renewals is not None and self.story.chance(0.45):
            more["stage"] = stages(renewals)[0]
        self.sell(before.account, before.contact, before.owner, facts, **more)

    # Talk

    def talk(self, who: Membership, records: list[Any], facts: dict[str, Any]) -> None:
        story = self.story
        kind = story.weighted({"call": 50, "email": 25, "meeting": 15, "note": 10})
        lines = {"meeting": words.MEETING_NOTES}.get(kind, words.CALL_NOTES)
        subject = story.one_of(words.EMAIL_SUBJECTS) if kind == "email" else ""
        body = story.line(lines, first=facts["person"]["first_name"], city=facts["company"]["city"])
        create_activity(kind=kind, records=records, actor=who, subject=subject, body=body)

    def task(self, who: Membership, records: list[Any], facts: dict[str, Any]) -> Any:
        return create_activity(
            kind=ActivityKind.TASK,
            records=records,
            actor=who,
            subject=self.story.line(words.TASKS, first=facts["person"]["first_name"]),
            due_on=today() + timedelta(days=self.story.random.randrange(1, 9)),
        )


def make_vendors(story: Story, taken: set[str]) -> None:
    """Companies that are no customers and never will be: vendors and partners, with a contact each.

    The first two vendors are accounts: one is moved in the end, the other not yet.
    """
    for number, (kind, relationship) in enumerate((("Vendor", "Vendor contact"), ("Partner", "Partner")) * 6):
        company = company_facts(story, taken)
        owner = story.one_of(story.cast.sellers)
        facts = {
            "name": company["name"],
            "website": f"https://{company['domain']}",
            "city": company["city"],
            "country": company["country"],
            "owner": owner,
        }
        employer: dict[str, Any] = {}
        if kind == "Vendor" and number >= STILL_ACCOUNTS:
            employer["vendor"] = create_vendor(actor=owner, values=facts)
        else:
            of_kind = {"type": choice_called("account_type", kind)}
            employer["account"] = create_account(actor=owner, values=facts | of_kind)
        if number == 0:  # somebody has just moved it
            story.at(story.last_day, partial(_move_to_vendors, employer["account"].pk))
        person = person_facts(story, company)
        person.pop("role")
        values = {**person, **employer, "relationship": choice_called("relationship", relationship)}
        create_contact(actor=owner, values=values | {"owner": owner})


def _move_to_vendors(account_id: UUID) -> None:
    account = Account.objects.select_related("owner__team").get(pk=account_id)
    move_account(account, actor=account.owner)
