"""What to know before a conversion is done, though nothing of it keeps anybody from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.ui.bidi import isolate
from crm.users.access import can
from leads.conversion.defaults import owner_of_new
from leads.conversion.plan import Way, existing
from leads.conversion.winning import told_unfit, winning_values
from leads.matching.weighing import Reason
from opportunities.models import Opportunity
from opportunities.selectors import objection_to_main

if TYPE_CHECKING:
    from crm.users.models import Membership
    from leads.conversion.form import ConversionForm
    from leads.models import Lead

_LONGEST_NAME = 60


def remarks_on(form: ConversionForm) -> list[str]:
    return [
        *_of_another_account(form),
        *_main_of_another_account(form),
        *_open_already(form),
        *_owner_has_left(form),
        *_out_of_reach(form),
        *_unfit(form),
    ]


def untaken(lead: Lead, record: Any, made: frozenset[str], actor: Membership) -> dict[str, str]:
    """What the linked ``record`` lacks and would get if ``actor`` could change it: labels by field."""
    if can(actor, "edit", record):
        return {}
    spec = catalogue.type_of(record).spec
    return {name: str(spec(name).label) for name in winning_values(lead, record, existing(record.pk), made)}


def told_untaken(record: Any, labels: Mapping[str, str]) -> str:
    words = {"name": _short(record.name), "fields": ", ".join(labels.values())}
    return _("You may not change “%(name)s”, so it does not get: %(fields)s.") % words


def _out_of_reach(form: ConversionForm) -> list[str]:
    rows = [column.record for column in form.columns.values() if column.record is not None]
    found = [(row, untaken(form.lead, row, form.made, form.actor)) for row in rows]
    return [told_untaken(row, labels) for row, labels in found if labels]


def _unfit(form: ConversionForm) -> list[str]:
    parts = [(key, column.part(), column.record) for key, column in form.columns.items()]
    return [
        told.text
        for key, part, record in parts
        if part.way != Way.EXISTING or record is not None
        for told in told_unfit(form.lead, key, part, form.made, record=record, actor=form.actor)
    ]


def _owner_has_left(form: ConversionForm) -> list[str]:
    if not any(column.way == Way.NEW for column in form.columns.values()):
        return []
    rows = form.extra.fields["owner"].rows  # type: ignore[attr-defined]
    chosen = rows.get(str(form.extra["owner"].value() or ""))
    return departed_owner(form.lead, form.actor, chosen or owner_of_new(form.lead, form.actor))


def departed_owner(lead: Lead, actor: Membership, owner: Membership) -> list[str]:
    """What is said where what is new goes to another than the lead's own owner, as that one is deactivated."""
    if lead.owner is None or lead.owner.is_active:
        return []
    words = {"former": lead.owner.name, "owner": owner.name}
    if owner.pk == actor.pk:
        return [_("%(former)s, who owns the lead, is deactivated: new records will belong to you.") % words]
    return [_("%(former)s, who owns the lead, is deactivated: new records will belong to %(owner)s.") % words]


def _of_another_account(form: ConversionForm) -> list[str]:
    """The chosen contact stays where it is, whatever account is chosen beside it."""
    contact, account = form.columns[Contact.type_key].record, form.columns[Account.type_key]
    company = contact and (contact.account or contact.vendor)
    if contact is None or company is None or account.way == Way.NONE:
        return []
    if account.record is not None and account.record.pk == contact.account_id:
        return []
    words = {
        "contact": _short(contact.name),
        "account": _short(account.record.name if account.record is not None else account.new_name),
    }
    if not can(form.actor, "view", company):
        return [_("%(contact)s belongs to another company and stays there, not at %(account)s.") % words]
    words["theirs"] = _short(company.name)
    if company == contact.vendor:
        return [_("%(contact)s belongs to the vendor %(theirs)s and stays there, not at %(account)s.") % words]
    return [_("%(contact)s belongs to the account %(theirs)s and stays there, not at %(account)s.") % words]


def _main_of_another_account(form: ConversionForm) -> list[str]:
    """Where no account is chosen, the contact may become the main one of an opportunity that is with another."""
    contact, opportunity = form.columns[Contact.type_key].record, form.columns[Opportunity.type_key].record
    if (
        form.columns[Account.type_key].way != Way.NONE
        or contact is None
        or opportunity is None
        or opportunity.contact_id
    ):
        return []
    objection = objection_to_main(form.actor, opportunity, contact)
    return [objection.text] if objection else []


def _open_already(form: ConversionForm) -> list[str]:
    if form.columns[Opportunity.type_key].way != Way.NEW:
        return []
    names = [_short(one.record.name) for one in form.offered(Opportunity.type_key) if Reason.OF_CONTACT in one.reasons]
    text = _("There is an open opportunity with this contact already: %(names)s.")
    return [text % {"names": ", ".join(map(isolate, names))}] if names else []


def _short(name: str) -> str:
    """The whole of it stands above; what is said beside the button leaves room for the rest of the page."""
    return Truncator(name).chars(_LONGEST_NAME)
