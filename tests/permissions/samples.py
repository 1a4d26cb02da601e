"""One of each thing that a URL can name, in two workspaces that know nothing of each other.

They are committed once for each test process and never changed for good: a test that writes rolls back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from crm.fields.money import Money
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, make_firm

CSV = b"name,industry,owner\nImported One,Software,Ana Owner\nImported Two,Retail,Ana Owner\n"
NAMELESS = b"name,industry,owner\n,Software,Ana Owner\n"  # is refused


@dataclass
class Sample:
    """A workspace and the ids of what is in it, by name. ``…_west`` is of another team than ``firm.ana``."""

    firm: Firm
    ids: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # what a URL or a form names by other means than an id

    def keep(self, **rows: Any) -> None:
        self.ids |= {name: str(row.pk) for name, row in rows.items()}

    def value(self, text: str) -> str:
        """``$lead`` means the id of the lead, anything else itself."""
        if not text.startswith("$"):
            return text
        name = text.removeprefix("$")
        return self.ids[name] if name in self.ids else self.words[name]


@dataclass(frozen=True)
class Samples:
    ours: Sample
    theirs: Sample


def make_samples() -> Samples:
    return Samples(_make("ours", "Ours"), _make("theirs", "Theirs"))


def _make(slug: str, name: str) -> Sample:
    from crm.events.delivery import deliver_all
    from crm.imports.models import DeferredLink
    from tests.imports.steps import run_import

    sample = Sample(make_firm(slug, name))
    tenant = sample.firm.tenant
    with tenant_context(tenant):
        _people(sample)
        _lists(sample)
        _records(sample)
        _funnel(sample)
        _activities(sample)
        _views(sample)
        _bulk_run(sample)
        deliver_all()
        _failed_message(sample)
        _vetting(sample)
        _rest(sample)
        jobs = _imports(sample)
    for job in jobs:
        run_import(tenant, job.pk)
    with tenant_context(tenant):  # as a worker that was killed leaves one
        link = {"field": "parent", "text": "Later Ltd", "cells": [], "record_id": sample.ids["account"]}
        DeferredLink.objects.create(run=jobs[-1], number=1, **link)
    return sample


def _people(sample: Sample) -> None:
    from crm.users import invitations, inviting, passwords, services
    from crm.users.selectors import roles

    firm = sample.firm
    sample.keep(ada=firm.ada, max=firm.max, ana=firm.ana, sam=firm.sam, rita=firm.rita, east=firm.east, west=firm.west)
    role = next(one for one in roles() if one.key == "rep")
    invited = inviting.invite_member(actor=firm.ada, email=f"new@{firm.tenant.slug}.example", name="New", role=role)
    invitation = inviting.resend_invitation(actor=firm.ada, member=invited)
    sample.words["token"] = invitations.url_of(invitation).rstrip("/").rpartition("/")[2]
    sample.words["slug"] = firm.tenant.slug
    link = passwords.make_password_link(actor=firm.ada, member=firm.sam)
    sample.words["password_token"] = link.rstrip("/").rpartition("/")[2]
    spare_role = services.create_role(actor=firm.ada, name="Spare", access={})
    sample.keep(invited=invited, role=role, spare_role=spare_role)
    sample.keep(spare_team=services.create_team(actor=firm.ada, name="Spare"))


def _lists(sample: Sample) -> None:
    from crm.fields.custom.services import create_field
    from crm.fields.tags import ensure_tags
    from crm.picklists import selectors, services

    ada = sample.firm.ada
    spare = services.create_pipeline(actor=ada, name="Spare")
    used = selectors.default_pipeline()
    sample.keep(pipeline=used, spare_pipeline=spare)
    sample.keep(stage=make.stage("open"), stage_won=make.stage("won"), stage_lost=make.stage("lost"))
    sample.keep(spare_stage=services.create_stage(actor=ada, pipeline=used, values={"label": "Spare"}))
    sample.keep(spare_source=services.create_choice(actor=ada, picklist="lead_source", values={"label": "Spare"}))
    sample.keep(
        own_field=create_field(actor=ada, record_type="leads", kind="choice", label="Size", choices=("Small", "Large")),
        spare_field=create_field(actor=ada, record_type="leads", kind="text", label="Spare"),
        tag=ensure_tags(("VIP",))[0],
        spare_tag=ensure_tags(("Spare",))[0],
    )
    sample.keep(
        source=selectors.choices("lead_source")[0],
        status_working=selectors.choice_meaning("lead_status", "working"),
        reason=selectors.choices("unqualified_reason")[0],
        prospect=selectors.choice_meaning("account_type", "prospect"),
        customer=selectors.choice_meaning("account_type", "customer"),
        contact_part=selectors.choices("contact_role")[0],
    )


def _records(sample: Sample) -> None:
    """Of each type one of Ana's, one of her team mate Max's, one of team West's, and one in the recycle bin."""
    from crm import catalogue
    from crm.events.models import Event

    firm = sample.firm
    for record_type in catalogue.record_types():
        key, one = record_type.key, record_type.noun
        maker = getattr(make, one)
        sample.keep(**{one: maker(firm.ana), f"{one}_mate": maker(firm.max), f"{one}_west": maker(firm.sam)})
        sample.keep(**{f"{one}_event": Event.objects.filter(record_id=sample.ids[one]).earliest("at")})
        deleted = maker(firm.ana)
        catalogue.record_type(key).delete(deleted, actor=firm.ana)
        sample.keep(**{f"{one}_deleted": deleted})
        sample.words[f"{one}_name"] = catalogue.record_type(key).model.objects.get(pk=sample.ids[one]).name


def _funnel(sample: Sample) -> None:
    """What came of leads, and people who play a part in a deal."""
    from crm.picklists.selectors import choice
    from leads.conversion import convert_lead, plan_for
    from leads.services import close_as_unqualified
    from opportunities.services import add_contact_role, move_to_stage

    firm = sample.firm
    closed, converted = make.lead(firm.ana), make.lead(firm.ana, company="Converted Ltd")
    close_as_unqualified(lead=closed, reason=choice(_uuid(sample, "reason")), actor=firm.ana)
    convert_lead(lead_id=converted.pk, actor=firm.ana, plan=plan_for(converted, firm.ana))
    sample.keep(lead_closed=closed, lead_converted=converted, lead_pool=make.lead(None))
    customer = make.account(firm.ana, name="Customer Ltd")
    deal = make.opportunity(firm.ana, account=customer, amount=Money(5_000_00, "USD"))
    move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana)
    person = make.contact(firm.ana, account=customer)
    add_contact_role(opportunity=deal, contact=person, role=None, is_primary=True, actor=firm.ana)
    sample.keep(customer_account=customer, deal_won=deal, person=person)


def _uuid(sample: Sample, name: str) -> Any:
    from uuid import UUID

    return UUID(sample.ids[name])


def _activities(sample: Sample) -> None:
    from crm.activities.files.services import delete_file
    from crm.activities.services import create_activity, delete_activity
    from leads.models import Lead

    firm, today = sample.firm, timezone.localdate()
    ours = [Lead.objects.get(pk=sample.ids["lead"])]
    west = [Lead.objects.get(pk=sample.ids["lead_west"])]
    task = create_activity(kind="task", records=ours, actor=firm.ana, subject="Call back", due_on=today)
    task_west = create_activity(kind="task", records=west, actor=firm.sam, subject="Call them", due_on=today)
    note = create_activity(kind="note", records=ours, actor=firm.ana, body="Wants a demo")
    deleted = create_activity(kind="note", records=ours, actor=firm.ana, body="Written in error")
    delete_activity(activity=deleted, actor=firm.ana)
    sample.keep(task=task, task_west=task_west, note=note, note_deleted=deleted)
    given = [make.file(ours[0], firm.ana), make.file(west[0], firm.sam), make.file(ours[0], firm.ana)]
    sample.keep(file=given[0], file_west=given[1], file_deleted=given[2])
    delete_file(file=given[2], actor=firm.ana)


def _views(sample: Sample) -> None:
    from crm.saved_views.models import SavedView

    def view(name: str, owner: Any, audience: str, **more: Any) -> Any:
        return SavedView.objects.create(
            record_type="leads", name=name, state={}, owner=owner, audience=audience, **more
        )

    sample.keep(
        view_shipped=SavedView.objects.filter(record_type="leads", owner=None).order_by("order", "id")[0],
        view_ana=view("Ana's own", sample.firm.ana, "own"),
        view_shared=view("Ada's, for all", sample.firm.ada, "all"),
        view_deleted=view("Ana's, deleted", sample.firm.ana, "all", deleted_at=timezone.now()),
    )


def _bulk_run(sample: Sample) -> None:
    """A deletion of Ana's, of a row that is no other sample."""
    from crm.bulk.models import BulkMemory
    from crm.bulk.rows import keep_rows, packed
    from crm.bulk.selectors import bulk_action
    from crm.bulk.services import start_run
    from leads.record import LEAD

    ana = sample.firm.ana
    action = bulk_action("leads", "delete", ana)
    assert action is not None
    run = start_run(actor=ana, record_type=LEAD, action=action, data={}, rows=packed([make.lead(ana).pk]))
    keep_rows(run, packed([run.pk]))  # as one that is under way has them
    BulkMemory.objects.create(run=run, data=[])  # as a dry run that is under way has it
    sample.keep(bulk_run=run)


def _failed_message(sample: Sample) -> None:
    from crm.events.models import Event, OutboxMessage

    failed = timezone.now() - timedelta(minutes=1)
    event = Event.objects.filter(name="opportunity.won").first()
    message = OutboxMessage.objects.create(
        event=event, handler="account-life", attempts=8, due_at=failed, failed_at=failed, last_error="away"
    )
    sample.keep(message=message, event=event)


def _vetting(sample: Sample) -> None:
    """A criterion that was answered and one that was not, lists with and without people, and something told."""
    from crm.events.delivery import deliver_all
    from crm.mailing_lists.services import create_list, put_on_lists
    from crm.notices.models import Notification
    from leads.models import Lead
    from leads.services import update_lead
    from leads.vetting import criteria
    from leads.vetting.services import record_answer
    from leads.vetting.setup import create_criterion

    firm, criterion = sample.firm, criteria()[0]
    mate = Lead.objects.get(pk=sample.ids["lead_mate"])
    record_answer(lead=mate, criterion=criterion, answer="yes", evidence="40,000 set aside", actor=firm.max)
    news = create_list(actor=firm.ada, name="Newsletter")
    put_on_lists(record=mate, lists=[news], actor=firm.max)
    sample.keep(criterion=criterion, mailing_list=news, spare_list=create_list(actor=firm.ada, name="Spare"))
    sample.keep(spare_criterion=create_criterion(actor=firm.ada, values={"label": "Spare"}))
    given = make.lead(firm.max)
    update_lead(given, actor=firm.max, values={"owner": firm.ana})
    deliver_all()
    sample.keep(notice_ana=Notification.objects.get(member=firm.ana, record_id=given.pk))


def _rest(sample: Sample) -> None:
    """What no URL names, so that every table has a row that the walls can be tried on."""
    from crm.bulk.models import BulkFinding, BulkOutcome, BulkRun
    from crm.catalogue import record_type
    from crm.pages.models import KeptForm, MadeOnce
    from crm.picklists.selectors import choices
    from crm.saved_views.models import SavedView
    from crm.saved_views.services import pin_view

    firm = sample.firm
    own = next(spec for spec in record_type("leads").specs_now() if str(spec.label) == "Size")
    make.lead(firm.max, tags=("VIP",), **{own.name: choices(own.kind.picklist)[0]})
    pin_view(actor=firm.sam, view=SavedView.objects.get(pk=sample.ids["view_shared"]))
    path, body = f"/{firm.tenant.slug}/leads/new/", [["last_name", ["Kept"]]]
    sample.keep(kept_ana=KeptForm.objects.create(member=firm.ana, path=path, body=body, why="signed_out"))
    MadeOnce.objects.create(member=firm.sam, key="sent-once", url="/somewhere/")
    run = BulkRun.objects.get(pk=sample.ids["bulk_run"])
    BulkFinding.objects.create(run=run, record_id=sample.ids["lead_west"], name="Refused", reasons=["Out of reach"])
    BulkOutcome.objects.create(run=run, record_id=sample.ids["lead_west"], name="Converted", became=[])


def _imports(sample: Sample) -> tuple[Any, ...]:
    """One whose columns are to be set, and two that have gone through a dry run; of the second a row was refused."""
    from accounts.record import ACCOUNT
    from crm.imports.services import start_import
    from crm.imports.uploading import upload_import

    ada = sample.firm.ada
    waiting = upload_import(actor=ada, record_type=ACCOUNT, file_name="waiting.csv", content=CSV)
    tried = upload_import(actor=ada, record_type=ACCOUNT, file_name="tried.csv", content=CSV)
    refused = upload_import(actor=ada, record_type=ACCOUNT, file_name="refused.csv", content=NAMELESS)
    for job in (tried, refused):
        start_import(run=job, actor=ada, dry_run=True)
    sample.keep(import_waiting=waiting, import_tried=tried)
    return tried, refused
