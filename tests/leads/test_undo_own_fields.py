"""Undoing where fields of the workspace's own, tags and choices are concerned: each by itself, not all as one."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from accounts.services import update_account
from contacts.models import Contact
from contacts.services import update_contact
from crm import catalogue
from crm.fields.custom.selectors import custom_fields
from crm.fields.custom.services import create_field, delete_field
from crm.picklists.selectors import choice_meaning, choices
from crm.picklists.services import create_choice, replace_and_delete, update_choice
from crm.tenants.memo import forget
from leads.conversion import (
    BlockedError,
    ConversionPlan,
    blockers,
    convert_lead,
    existing,
    new,
    undo_conversion,
    what_undoing_does,
)
from leads.field_map import current_map, set_field_map
from leads.models import Conversion, Lead
from leads.services import meaning_of, set_lead_status
from tests import make
from tests.leads.dump import living_rows
from tests.people import Firm


@pytest.fixture
def fields(inside: Firm) -> None:
    """A size and a region, of leads and of contacts, one mapped to the other; the last one only on contacts."""
    for key in ("leads", "contacts"):
        create_field(actor=inside.ada, record_type=key, kind="choice", label="Size", choices=("Small", "Large"))
        create_field(actor=inside.ada, record_type=key, kind="text", label="Region", is_filterable=True)
    create_field(actor=inside.ada, record_type="contacts", kind="text", label="Hobby", is_filterable=True)
    forget()
    pairs = [(one.source, one.target, one.field) for one in current_map()]
    own = [(name, "contacts", name) for name in ("custom_size", "custom_region")]
    set_field_map(actor=inside.ada, pairs=[*pairs, *own])
    forget()


def size(key: str, label: str) -> Any:
    return next(one for one in choices(f"custom.{key}.size") if one.label == label)


def now(contact: Contact) -> dict[str, Any]:
    """The contact's own fields and tags by name."""
    forget()
    contacts = catalogue.record_type("contacts")
    fresh = Contact.objects.get(pk=contact.pk)
    return {name: contacts.spec(name).text(fresh) for name in ("custom_size", "custom_region", "custom_hobby", "tags")}


def link(firm: Firm, contact: Contact, **values: Any) -> Conversion:
    given = {"custom_region": "North", "custom_size": size("leads", "Large"), "tags": ("Fair", "Hot")}
    lead = make.lead(firm.ana, **given | values)
    return convert_lead(lead_id=lead.pk, actor=firm.ana, plan=ConversionPlan(contact=existing(contact.pk)))


def test_own_fields_and_tags_come_along_and_go_back_exactly(inside: Firm, fields: None) -> None:
    contact = make.contact(inside.ana, custom_hobby="Golf", tags=("Old",))
    lead = make.lead(inside.ana, custom_region="North", custom_size=size("leads", "Large"), tags=("Fair", "Hot"))
    before, rows = now(contact), living_rows()
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=existing(contact.pk)))
    assert now(contact) == {
        "custom_size": "Large", "custom_region": "North", "custom_hobby": "Golf", "tags": "Fair, Hot, Old",
    }  # fmt: skip
    assert set(what_undoing_does(done, inside.ada)[0].fields) >= {"Region", "Size", "Tags"}
    undo_conversion(conversion=done, actor=inside.ana)
    assert now(contact) == before
    assert living_rows() == rows


def test_what_others_write_into_other_fields_and_tags_does_not_block_and_stays(inside: Firm, fields: None) -> None:
    contact = make.contact(inside.ana, tags=("Old",))
    done = link(inside, contact)
    forget()
    fresh = Contact.objects.get(pk=contact.pk)
    update_contact(fresh, actor=inside.ana, values={"custom_hobby": "Golf", "tags": ("Fair", "Hot", "Old", "VIP")})
    assert blockers(done) == []
    undo_conversion(conversion=done, actor=inside.ana)
    assert now(contact) == {"custom_size": "", "custom_region": "", "custom_hobby": "Golf", "tags": "Old, VIP"}


@pytest.mark.parametrize(
    ("values", "label"), [({"custom_region": "South"}, "Region"), ({"tags": ("Fair", "Old")}, "Tags")]
)
def test_what_the_conversion_wrote_blocks_when_changed_and_is_named(
    inside: Firm, fields: None, values: dict[str, Any], label: str
) -> None:
    contact = make.contact(inside.ana, tags=("Old",))
    done = link(inside, contact)
    forget()
    update_contact(Contact.objects.get(pk=contact.pk), actor=inside.ana, values=values)
    assert [one.sentence for one in blockers(done)] == [f"Contact “{contact.name}” was changed: {label}."]
    with pytest.raises(BlockedError):
        undo_conversion(conversion=done, actor=inside.ana)


def test_own_fields_of_what_was_created_block_by_their_names(inside: Firm, fields: None) -> None:
    lead = make.lead(inside.ana, custom_region="North")
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))
    assert blockers(done) == []
    contact = Contact.objects.get()
    update_contact(contact, actor=inside.ana, values={"custom_hobby": "Golf", "tags": ("VIP",)})
    assert [one.sentence.partition(": ")[2] for one in blockers(done)] == ["Hobby, Tags."]


def test_derived_columns_are_named_by_what_they_follow_from(inside: Firm) -> None:
    lead = make.lead(inside.ana, company="Kestrel", website="https://kestrel.example")
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(account=new()))
    values = {"website": "https://kestrel.test", "external_id": "K1"}
    update_account(Account.objects.get(), actor=inside.ana, values=values)
    assert [one.sentence.partition(": ")[2] for one in blockers(done)] == ["External id, Website."]


def test_a_field_that_was_deleted_since_does_not_block(inside: Firm, fields: None) -> None:
    contact = make.contact(inside.ana)
    done = link(inside, contact)
    region = next(one for one in custom_fields("contacts") if one.label == "Region")
    delete_field(field=region, actor=inside.ada)
    forget()
    assert blockers(done) == []
    undo_conversion(conversion=done, actor=inside.ana)
    assert Contact.objects.get(pk=contact.pk).custom == {}


def test_choices_that_were_replaced_since_do_not_block(inside: Firm, fields: None) -> None:
    contact = make.contact(inside.ana, custom_size=size("contacts", "Small"))
    lead = make.lead(inside.ana, custom_size=size("leads", "Large"))
    part = existing(contact.pk, frozenset({"custom_size"}))
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=part))
    huge = create_choice(actor=inside.ada, picklist="custom.contacts.size", values={"label": "Huge"})
    tiny = create_choice(actor=inside.ada, picklist="custom.contacts.size", values={"label": "Tiny"})
    forget()
    replace_and_delete(entry=size("contacts", "Large"), replacement=huge, actor=inside.ada)
    replace_and_delete(entry=size("contacts", "Small"), replacement=tiny, actor=inside.ada)
    forget()
    done = Conversion.objects.get(pk=done.pk)
    assert blockers(done) == []
    undo_conversion(conversion=done, actor=inside.ana)
    assert now(contact)["custom_size"] == "Tiny"


@pytest.mark.parametrize("replaced", [True, False], ids=["replaced", "deleted"])
def test_the_status_before_may_be_gone_by_then(inside: Firm, replaced: bool) -> None:
    lead = make.lead(inside.ana)
    status = create_choice(actor=inside.ada, picklist="lead_status", values={"label": "Warm", "meaning": "qualified"})
    set_lead_status(lead=lead, status=status, actor=inside.ana)
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))
    update_choice(choice=choice_meaning("lead_status", "working"), actor=inside.ada, values={"label": "At it"})
    other = choice_meaning("lead_status", "qualified") if replaced else None
    replace_and_delete(entry=status, replacement=other, actor=inside.ada)
    forget()
    undo_conversion(conversion=Conversion.objects.get(pk=done.pk), actor=inside.ana)
    assert meaning_of(Lead.objects.get(pk=lead.pk)) == ("qualified" if replaced else "working")
    forget()
    assert convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new())).pk != done.pk
