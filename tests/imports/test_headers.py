"""Columns as other systems name them get their fields."""

from __future__ import annotations

import pytest

from accounts.models import Account
from crm.catalogue import record_type
from crm.catalogue.naming import rename_types
from crm.events.delivery import deliver_all
from crm.imports.guessing import guess_mapping
from crm.tenants.context import tenant_context
from tests.imports.headers_of_others import FILES
from tests.imports.steps import bring_in
from tests.imports.test_words import Page
from tests.people import Firm

CRMS = ("salesforce", "hubspot", "zoho", "pipedrive", "dynamics")


def test_every_system_is_there_in_its_languages() -> None:
    """With all types of record that it exports; of Outlook and Google those are people."""
    shown = {(system.partition("-")[0], language, key) for system, language, key in map(str.split, FILES)}
    crms = {(system, key) for system in CRMS for key in ("leads", "contacts", "accounts", "opportunities")}
    wanted = {(system, language, key) for system, key in crms for language in ("en", "de", "fr", "es")}
    wanted |= {("salesforce", "api", key) for system, key in crms if system == "salesforce"}
    wanted |= {("outlook", language, "contacts") for language in ("en", "de", "fr", "es")}
    assert not (wanted | {("google", "en", "contacts")}) - shown


def test_columns_of_other_systems_are_known(inside: Firm) -> None:
    wrong = {}
    for name, text in FILES.items():
        pairs = [pair.rpartition(">")[::2] for pair in text.split("|")]
        headers = [" ".join(header.split()) for header, _field in pairs]
        guessed = guess_mapping(record_type(name.split()[-1]), headers)
        right = [field.strip() for _header, field in pairs]
        wrong |= {
            (name, header): field for header, field, one in zip(headers, guessed, right, strict=True) if field != one
        }
    assert not wrong


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        (["Homeowner", "Co-owner"], ["", "owner"]),
        (["Organization - Name", "Deal - Title"], ["account", "name"]),
        (["Title"], ["name"]),
    ],
)
def test_a_name_that_begins_with_that_of_a_record_is_of_that_record(
    inside: Firm, headers: list[str], right: list[str]
) -> None:
    assert guess_mapping(record_type("opportunities"), headers) == right


@pytest.mark.parametrize(
    ("key", "headers", "right"),
    [
        ("contacts", ["Tél. fixe", "Tél. portable"], ["phone", "mobile"]),
        ("leads", ["Tél. portable"], ["phone"]),
        ("accounts", ["Tél. fixe"], ["phone"]),
    ],
)
def test_columns_as_people_shorten_them(inside: Firm, key: str, headers: list[str], right: list[str]) -> None:
    assert guess_mapping(record_type(key), headers) == right


NAMES = {
    "leads": ("Enquiry", "Enquiries"),
    "accounts": ("Household", "Households"),
    "contacts": ("Person", "People"),
    "opportunities": ("Deal", "Deals"),
    "vendors": ("Supplier", "Suppliers"),
}


@pytest.mark.parametrize("key", ["contacts", "opportunities"])
def test_labels_are_known_in_standard_words_and_in_those_of_the_workspace(firm: Firm, key: str) -> None:
    """Each that a column can be given; a file may come from a workspace that calls its records as usual."""
    firm.tenant.refresh_from_db()
    shipped = offered(firm, key)
    right = guessed(firm, key, shipped)
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names=NAMES)
    own = offered(firm, key)
    assert own != shipped
    assert guessed(firm, key, shipped) == right, "as the product calls it"
    assert guessed(firm, key, own) == right, "as the workspace calls it"


def offered(firm: Firm, key: str) -> dict[str, str]:
    """The fields of the type, and what else a column can be, by name, as the page of columns calls them."""
    choices = Page(firm, key, "qqq,rrr\n1,2\n").answer.context["form"].fields["column_0"].choices
    return {name: str(label) for name, label in choices if name}


def guessed(firm: Firm, key: str, labels: dict[str, str]) -> dict[str, str]:
    """What a column of each label is taken for, in a file with all."""
    rows = [",".join(f'"{label}"' for label in labels.values()), ",".join("x" for _label in labels)]
    columns = Page(firm, key, "\n".join(rows)).columns()
    return {name: columns[f"column_{index}"] for index, name in enumerate(labels)}


@pytest.mark.parametrize("word", ["Vendor", "vendor", "Supplier"])
def test_a_choice_is_known_by_the_standard_word_where_records_are_renamed(firm: Firm, word: str) -> None:
    firm.tenant.refresh_from_db()
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names=NAMES)
        deliver_all()
    assert not Page(firm, "accounts", f"name,type\nBolts Ltd,{word}\n").questions.words
    assert Page(firm, "accounts", "name,type\nBolts Ltd,Seller\n").questions.words
    run = bring_in(firm, "accounts", f"name,type\nBolts Ltd,{word}\n", firm.max)
    with tenant_context(firm.tenant):
        assert run.created_count == 1 and Account.objects.get(name="Bolts Ltd").type.label == "Supplier"
