"""Contacts: what one needs, what follows from what was typed, and where they show."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import Contact
from contacts.services import create_contact, update_contact
from crm.keys.names import split_name
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ann Bell", ("Ann", "Bell")),
        ("Ann Marie Bell", ("Ann Marie", "Bell")),
        ("Bell, Ann Marie", ("Ann Marie", "Bell")),
        ("Bell", ("", "Bell")),
        ("Otto Krüll, Jr.", ("Otto", "Krüll Jr.")),
        ("Mia Tanz, PhD", ("Mia", "Tanz PhD")),
        ("Mia Tanz, Ph. D., MBA", ("Mia", "Tanz Ph. D. MBA")),
        ("Smith, Jane, Jr.", ("Jane", "Smith Jr.")),
        ("Smith Jr., Jane", ("Jane", "Smith Jr.")),
        ("Sammy Davis Jr.", ("Sammy", "Davis Jr.")),
        ("Otto Jr.", ("", "Otto Jr.")),
        ("Jr.", ("", "Jr.")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("Ludwig Mies van der Rohe", ("Ludwig Mies", "van der Rohe")),
        ("Vincent Van Gogh", ("Vincent", "Van Gogh")),
        ("Van Morrison", ("Van", "Morrison")),
        ("José María de la Cruz y Pérez", ("José María", "de la Cruz y Pérez")),
        ("José Ortega y Gasset", ("José", "Ortega y Gasset")),
        ("Nguyễn Văn A", ("Nguyễn Văn", "A")),
        ("Dr. Hans Müller", ("Dr. Hans", "Müller")),
        ("Müller, Dr. Hans", ("Dr. Hans", "Müller")),
        ("王小明", ("", "王小明")),
        ("Madonna", ("", "Madonna")),
        ("Seán Ó Briain", ("Seán Ó", "Briain")),
        ("Jack Ma", ("Jack", "Ma")),
        ("Jack Ma, MA", ("Jack", "Ma MA")),
        ("Ma, Jack", ("Jack", "Ma")),
        ("Acme, Inc.", ("", "Acme Inc.")),
        ("Bell, Ann, of Leeds", ("Ann of Leeds", "Bell")),
        (", Bell", ("Bell", "")),
        ("Bell,", ("", "Bell")),
        ("  ", ("", "")),
    ],
)
def test_whole_names_are_split(text: str, parts: tuple[str, str]) -> None:
    assert split_name(text) == parts


@given(st.text(alphabet="AbcÉ王.'-, \n\tJr", max_size=60) | st.text(max_size=40))
def test_no_word_of_a_name_is_dropped(text: str) -> None:
    first, last = split_name(text)
    words = re.sub("[,，،]", " ", text).split()
    assert sorted([*first.split(), *last.split()]) == sorted(words)


def test_the_parts_that_a_person_set_stay_when_the_same_name_comes_as_one(inside: Firm) -> None:
    contact = make.contact(inside.ana, first_name="Ann", last_name="Marie Bell")
    update_contact(contact, actor=inside.ana, values={"name": "Ann  Marie Bell"})
    assert (contact.first_name, contact.last_name) == ("Ann", "Marie Bell")
    update_contact(contact, actor=inside.ana, values={"name": "Ann Marie Bold"})
    assert (contact.first_name, contact.last_name) == ("Ann Marie", "Bold")


def test_a_contact_needs_a_name_or_an_address(inside: Firm) -> None:
    with pytest.raises(ValidationError) as refused:
        create_contact(actor=inside.ana, values={"phone": "555-0100"})
    assert "last_name" in refused.value.message_dict
    assert create_contact(actor=inside.ana, values={"email": "a@b.example"}).name == "a@b.example"
    assert create_contact(actor=inside.ana, values={"name": "Ann Bell"}).last_name == "Bell"


def test_a_name_that_does_not_fit_is_refused_at_its_field(inside: Firm) -> None:
    with pytest.raises(ValidationError) as refused:
        create_contact(actor=inside.ana, values={"name": "x" * 101})
    assert "name" in refused.value.message_dict


def test_keys_follow_every_write(inside: Firm) -> None:
    contact = make.contact(inside.ana, email="Ann@Acme.example", phone="(212) 555-0142", mobile="+49 170 1234567")
    assert (contact.email_key, contact.email_domain) == ("ann@acme.example", "acme.example")
    assert (contact.phone_key, contact.mobile_key) == ("+12125550142", "+491701234567")
    update_contact(contact, actor=inside.ana, values={"first_name": "Zoë", "last_name": "Ångström", "email": ""})
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.name, contact.sort_name) == ("Zoë Ångström", "zoe angstrom")
    assert (contact.email_key, contact.email_domain) == ("", "")


def test_nobody_reports_to_themselves(inside: Firm) -> None:
    boss, contact = make.contact(inside.ana), make.contact(inside.ana)
    with pytest.raises(ValidationError):
        update_contact(contact, actor=inside.ana, values={"reports_to": contact})
    contact = Contact.objects.get(pk=contact.pk)
    update_contact(contact, actor=inside.ana, values={"reports_to": boss})
    assert Contact.objects.get(pk=contact.pk).reports_to == boss


def test_an_account_lists_its_people_and_offers_to_add_one(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account, other = make.account(firm.ana), make.account(firm.ana)
        mine = make.contact(firm.ana, account=account, job_title="Buyer")
        theirs = make.contact(firm.ana, account=other)
        make.contact(firm.ana, reports_to=mine, last_name="Junior")
    client = client_of(firm.ana)
    page = client.get(f"/acme/accounts/{account.pk}/").content.decode()
    assert f"/acme/contacts/{mine.pk}/" in page
    assert f"/acme/contacts/{theirs.pk}/" not in page
    assert f"/acme/contacts/new/?account={account.pk}" in page
    form = client.get(f"/acme/contacts/new/?account={account.pk}").content.decode()
    assert account.name in form
    reader = client_of(firm.rita).get(f"/acme/accounts/{account.pk}/").content.decode()
    assert f"/acme/contacts/{mine.pk}/" in reader
    assert "/acme/contacts/new/" not in reader
    assert "Carl Junior" in client.get(f"/acme/contacts/{mine.pk}/").content.decode()
    narrowed = client.get(f"/acme/contacts/?account={account.pk}").content.decode()
    assert mine.name in narrowed
    assert theirs.name not in narrowed


def test_many_people_are_cut_short_with_a_link_to_all(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
        for number in range(10):
            make.contact(firm.ana, account=account, first_name="A", last_name=f"Person{number}")
    page = client_of(firm.ana).get(f"/acme/accounts/{account.pk}/").content.decode()
    assert page.count(">A Person") == 8
    assert f"/acme/contacts/?account={account.pk}" in page
