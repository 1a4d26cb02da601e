"""The lead as a record type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from crm import catalogue
from crm.catalogue.searched import NAME, Searched, several_numbers
from crm.catalogue.types import Board, DefaultView, RecordType, Section
from crm.fields.currencies import find_currencies_in
from crm.mailing_lists.filters import on_list
from crm.users.roles import grant
from leads.actions import LEAD_ACTIONS
from leads.bulk import lead_actions
from leads.conversion.arriving import ARRIVING, create_or_convert, update_or_convert
from leads.duplicates import LEADS
from leads.fields import LEAD_FIELDS, OPEN_MEANINGS, OPPORTUNITY_STAGE
from leads.headers import HEADERS
from leads.intake.known import objection_to_contact, objections_to_leads
from leads.keys import LEAD_GAPS, LEAD_KEYS, LEAD_MOVES
from leads.models import Lead
from leads.panels import LEAD_PANELS
from leads.picklists import LeadStatus
from leads.selectors import board_statuses, card_facts, successors, unlocked
from leads.services import (
    delete_lead,
    locked,
    prepare_lead,
    restore_lead,
    take_status_back,
)
from leads.vetting.fields import PREFIX, vetting_fields
from leads.vetting.panels import VETTING_PANEL

# company_key leaves out legal forms and accents, lower(company) is what people read.
_COMPANY = "translate(lower(company), '''’', '')"
SEARCHED = Searched(
    parts=(
        NAME,
        _COMPANY,
        "company_key",
        ("email", "email_key"),
        ("phone", "phone_key"),
        ("phone", several_numbers("phone")),
    ),
    emails=(("email", "email_key"),),
    phones=(("phone", "phone_key"),),
    notes=("job_title", "company", "owner"),
    state="status",
)
_COLUMNS = (
    "name",
    "company",
    "status",
    "rating",
    "product_interest",
    "source",
    "last_contacted_at",
    "owner",
    "created_at",
)
_OPEN = ("status", "is", tuple(f"meaning:{one}" for one in OPEN_MEANINGS))

LEAD = RecordType(
    key="leads",
    noun="lead",
    headers=HEADERS,
    model=Lead,
    label=_("Lead"),
    label_plural=_("Leads"),
    icon="user-plus",
    urls="leads.urls",
    order=10,
    shortcut="l",
    phone=True,
    grants={"rep": grant("team", "all", "team", "own")},  # the team's, with the pool of what nobody owns yet
    is_person=True,
    told_apart_by=("account", "city", "email"),
    searched=SEARCHED,
    panels=(*LEAD_PANELS, VETTING_PANEL),
    actions=LEAD_ACTIONS,
    description=_("A lead is a person or a company you hardly know yet. Vet it, then convert it or close it."),
    fields=LEAD_FIELDS,
    sections=(
        Section(_("Person"), ("first_name", "last_name", "job_title", "company")),
        Section(_("Reach"), ("email", "phone", "website", "opted_out", "first_contacted_at", "last_contacted_at")),
        Section(
            _("Interest"),
            (
                "rating",
                "source",
                "campaign",
                "product_interest",
                "estimated_value",
                "employees",
                "unqualified_reason",
            ),
        ),
        Section(_("Address"), ("street", "city", "region", "postal_code", "country")),
        Section(_("More"), ("description", "owner", "team", "tags", "external_id")),
    ),
    columns=_COLUMNS,
    headline=("company", "rating", "source", "estimated_value", "owner", "tags"),
    create=create_or_convert,
    update=update_or_convert,
    delete=delete_lead,
    restore=restore_lead,
    successors=successors,
    sort="-created_at",
    prepare=prepare_lead,
    one_needed=("email", "phone"),
    natural_keys=LEAD_KEYS,
    unknown_in_files=("created_at", "status_since", "converted_at"),
    moves=LEAD_MOVES,
    gaps=LEAD_GAPS,
    ties=ARRIVING,
    set_by_move=("status", "unqualified_reason"),
    move_back=take_status_back,
    objections=objections_to_leads,
    alike=LEADS,
    locked=locked,
    unlocked_among=unlocked,
    views=(
        DefaultView(_("Open leads"), (_OPEN,), _COLUMNS, "-created_at", is_default=True, of_open=True),
        DefaultView(_("My open leads"), (_OPEN, ("owner", "is", ("me",))), _COLUMNS, "-created_at"),
        DefaultView(_("Unassigned"), (_OPEN, ("owner", "empty", ())), _COLUMNS, "-created_at"),
        DefaultView(_("Never contacted"), (_OPEN, ("last_contacted_at", "empty", ())), _COLUMNS, "-created_at"),
        DefaultView(
            _("Unqualified"),
            (("status", "is", (f"meaning:{LeadStatus.UNQUALIFIED}",)),),
            ("name", "company", "unqualified_reason", "source", "owner", "status_since"),
            "-status_since",
        ),
        DefaultView(
            _("Converted"),
            (("status", "is", (f"meaning:{LeadStatus.CONVERTED}",)),),
            ("name", "company", "converted_at", "account", "contact", "opportunity", "source", "owner"),
            "-converted_at",
        ),
        DefaultView(_("All leads"), (), _COLUMNS, "-created_at"),
    ),
    board=Board(
        column="status",
        columns=board_statuses,
        move_url="leads:status",
        card="leads/card.html",
        amount="estimated_value",
        related=("owner",),
        asks=lambda status: status.meaning in (LeadStatus.CONVERTED, LeadStatus.UNQUALIFIED),
        facts=card_facts,
    ),
    fixed_first=("status", "rating", "source", "owner", "created_at", "last_contacted_at", "campaign"),
    derived=(OPPORTUNITY_STAGE, on_list("leads")),
    derived_now={PREFIX: vetting_fields},
)


catalogue.register(LEAD)
find_currencies_in(Lead, per="status")
catalogue.add_objections(Contact.type_key, objection_to_contact)
catalogue.add_bulk_actions(lead_actions)
