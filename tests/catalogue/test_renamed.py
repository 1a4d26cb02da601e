"""A workspace that calls its records otherwise (R12): nobody reads the standard word anywhere in it."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from crm.catalogue.naming import own_names, rename_types
from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.picklists.selectors import choices, stages
from crm.picklists.services import update_stage
from crm.saved_views.models import SavedView
from crm.tenants.context import tenant_context
from crm.users.inviting import invite_member
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of
from tests.permissions.asking import path_of, send
from tests.permissions.samples import Samples
from tests.permissions.table import ROWS

READ = ("title", "alt", "placeholder", "aria-label", "aria-description", "label", "content")
TYPED = ("text", "search", "submit", "button", None)
OLD = re.compile(r"\b(leads?|accounts?|contacts?|opportunit\w+|vendors?)\b", re.I)
NAMES = {
    "leads": ("Enquiry", "Enquiries"),
    "accounts": ("Organisation", "Organisations"),
    "contacts": ("Person", "People"),
    "opportunities": ("R&D deal", "R&D deals"),
    "vendors": ("Supplier", "Suppliers"),
}


class Read(HTMLParser):
    """Gathers what a person reads of a page, or is read to them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.texts += [value for name, value in attrs if name in READ and value]
        if tag == "input" and dict(attrs).get("type") in TYPED:
            self.texts += [value for name, value in attrs if name == "value" and value]

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style", "code"):
            self.texts.append(data)


def read(answer: Any) -> list[str]:
    """What of ``answer`` has the old word in it: of a page, or of a sentence that a script shows."""
    kind = answer.headers.get("Content-Type", "")
    reader = Read()
    if kind.startswith("text/html"):
        reader.feed(answer.content.decode())
    elif kind.startswith("text/plain"):
        reader.texts.append(answer.content.decode())
    texts = [" ".join(text.split()) for text in reader.texts]
    return [text for text in texts if (OLD.search(text) and not DATA.search(text)) or "&amp;" in text]


# What is data: names of the sample records, values that forms send.
DATA = re.compile(r"(Carl|Lena) (Contact|Lead)|x@lead\.example|^(Contact|Lead)( was (saved|created)\.| · Ours)?$")
ITSELF = "setup:names POST"  # the test's sending of the form calls them as usual again


# Pages of another's record say the same as those of one's own.
ASKED = [row for row in ROWS if not any(value.endswith(("_mate", "_west")) for value in row.arguments.values())]


@pytest.mark.long
@pytest.mark.parametrize("role", ["admin", pytest.param("rep", marks=pytest.mark.slow)])
def test_the_old_words_are_nowhere(role: str, samples: Samples) -> None:
    """On no page; and, as an admin, in no answer to a form that was sent."""
    sample = samples.ours
    firm = sample.firm
    firm.tenant.refresh_from_db()  # what another test has kept in it was rolled back
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names=NAMES)
        deliver_all()
    client = client_of(firm.everybody[role])
    found: dict[str, set[str]] = {}
    for row in ASKED:
        if row.statuses[role] not in (200, 303, 422) or str(row) == ITSELF or (role == "rep" and row.method != "GET"):
            continue
        before = transaction.savepoint()
        answer: Any = send(client, row, path_of(row, sample), sample)
        texts = read(answer)
        if row.method != "GET" and answer.status_code == 303:  # where it leads, with what is said there
            texts += read(client.get(answer["Location"], follow=True))
        transaction.savepoint_rollback(before)
        for text in texts:
            found.setdefault(text, set()).add(str(row))
    assert not found, "\n".join(f"{text}  ← {', '.join(sorted(rows)[:2])}" for text, rows in sorted(found.items()))


def test_what_is_no_text_stays(firm: Firm, other_firm: Firm) -> None:
    """Addresses, the headers of files and the names of events are those of every workspace; so it is in others."""
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names=NAMES)
        deal = make.opportunity(owner=firm.ada, name="A sale")
        created = Event.objects.get(record_id=deal.pk)
    assert (created.name, created.record_type) == ("opportunity.created", "opportunities")
    client = client_of(firm.ada)
    assert "<h1>R&D deals</h1>" in unescape(client.get("/acme/opportunities/?filters=none").content.decode())
    header = client.get("/acme/opportunities/export/?filters=none&columns=name,account,contact").content.split(b"\r\n")[
        0
    ]
    assert header.decode("utf-8-sig") == "id,name,account,contact"
    other = client_of(other_firm.ada).get("/globex/opportunities/?filters=none").content
    assert b"<h1>Opportunities</h1>" in other and b"deal" not in other


def test_the_names_are_chosen_in_the_setup(firm: Firm) -> None:
    client = client_of(firm.ada)
    path = firm.url("setup:names")
    sent = form_of(client, path).send(opportunities=" RFP ", opportunities_several="RFPs")
    assert sent.status_code == 303
    firm.tenant.refresh_from_db()
    with tenant_context(firm.tenant):
        deliver_all()
        names = set(SavedView.objects.filter(record_type="opportunities").values_list("name", flat=True))
        assert {"Open RFPs", "All RFPs", "Overdue"} <= names
    assert b"An RFP is one possible sale" in client.get(path).content
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names={"vendors": ("Supplier", "Suppliers")})
        assert own_names()["opportunities"] == ("RFP", "RFPs"), "others stay"
        rename_types(actor=firm.ada, names={"vendors": ("", "")})
    assert b"changed what records are called: RFP / RFPs" in client.get(firm.url("setup:changes")).content
    kept = form_of(client, path).send(leads="iPad Order", leads_several="iPad Orders")
    assert kept.status_code == 303 and form_of(client, path).send().status_code == 303  # as it stands there
    assert 'value="iPad Order"' in client.get(path).content.decode(), "what was typed stays what it is"
    taken = form_of(client, path).send(leads="Account", leads_several="Accounts")
    assert taken.status_code == 422 and "Accounts have this name already" in taken.content.decode()
    usual = form_of(client, path).send(opportunities="", opportunities_several="")
    assert usual.status_code == 303 and b"An opportunity is one possible sale" in client.get(path).content
    firm.tenant.refresh_from_db()
    with tenant_context(firm.tenant):
        deliver_all()
        assert SavedView.objects.filter(name="Open opportunities").exists()


def test_shipped_texts_that_are_kept_as_values_follow(firm: Firm) -> None:
    """Guidance of stages, choices and views, and back again; nothing that somebody has worded otherwise."""
    firm.tenant.refresh_from_db()
    with tenant_context(firm.tenant):
        asked = next(one for one in stages() if one.label == "Requirements gathering")
        checked = next(one for one in stages() if one.label == "Proposal preparation")
        update_stage(stage=checked, actor=firm.ada, values={"guidance": "Ring your contact."})
        deal = make.opportunity(owner=firm.ada, stage=asked)
        other = make.opportunity(owner=firm.ada, stage=checked)
        rename_types(actor=firm.ada, names=NAMES)
        deliver_all()
        assert labels("account_type") >= {"Supplier"} and labels("relationship") >= {"Supplier person"}
    client = client_of(firm.ada)
    page = client.get(f"/acme/opportunities/{deal.pk}/").content.decode()
    assert "Add everybody who has a say to the people." in page
    page = client.get(f"/acme/opportunities/{other.pk}/").content.decode()
    assert "Ring your contact." in page
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names=dict.fromkeys(NAMES, ("", "")))
        deliver_all()
        assert labels("account_type") >= {"Vendor"} and labels("relationship") >= {"Vendor contact"}
    page = client.get(f"/acme/opportunities/{deal.pk}/").content.decode()
    assert "Add everybody who has a say to the contacts." in page


def test_a_choice_does_not_take_the_name_of_another(firm: Firm) -> None:
    firm.tenant.refresh_from_db()
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names={"vendors": ("partner", "partners")})
        deliver_all()
        assert labels("account_type") >= {"Vendor", "Partner"} and labels("relationship") >= {"Partner contact"}
        rename_types(actor=firm.ada, names={"vendors": ("Supplier", "Suppliers")})
        deliver_all()
        assert labels("account_type") >= {"Supplier", "Partner"}, "what stayed behind once follows the next time"
        rename_types(actor=firm.ada, names={"vendors": ("VENDOR", "VENDORS")})
        deliver_all()
        assert labels("account_type") >= {"VENDOR", "Partner"} and labels("relationship") >= {"VENDOR contact"}


def labels(picklist: str) -> set[str]:
    return {one.label for one in choices(picklist)}


PLAIN = 'A name cannot contain < > " { } %, and needs a letter.'
FAULTS = {
    "a quotation mark": ('Ab" zz="q', "Deals", "One opportunity", PLAIN),
    "a tag": ("Deal", "a<b", "Several opportunities", PLAIN),
    "a place of a text": ("50%", "{x}", "Several opportunities", PLAIN),
    "no letter": ("—", "Deals", "One opportunity", PLAIN),
    "a number": ("1", "8", "Several opportunities", PLAIN),
    "an entity": ("R&lt;D", "Deals", "One opportunity", "Pages would show “R&lt;D” as “R<D”: write it otherwise."),
    "half an entity": ("R&copy", "Deals", "One opportunity", "Pages would show “R&copy” as “R©”: write it otherwise."),
    "only one": ("Deal", "", "Several opportunities", "Give the name of several, too."),
    "only one changed": ("Deal", "Opportunities", "Several opportunities", "Give the name of several, too."),
    "only several": ("", "Deals", "One opportunity", "Give the name of one, too."),
    "too long": ("x" * 41, "Deals", "One opportunity", "Ensure this value has at most 40 characters"),
    "that of another type": ("Lead", "Deals", "One opportunity", "Leads have this name already: two types cannot"),
    "that of a place": ("Deal", "tasks", "Several opportunities", "The menu has “tasks” already, for something else."),
    "that of a thing": ("Task", "Deals", "One opportunity", "The menu has “Task” already, for something else."),
    "home": ("Home", "Homes", "One opportunity", "The menu has “Home” already, for something else."),
    "setup": ("Setup", "Setups", "One opportunity", "The menu has “Setup” already, for something else."),
}


@pytest.mark.parametrize(("one", "several", "field", "said"), FAULTS.values(), ids=FAULTS)
def test_a_name_that_nobody_could_read_is_refused(firm: Firm, one: str, several: str, field: str, said: str) -> None:
    """Names stand in texts, those in pages as they are, and in the menu: it says what is wrong with which of them."""
    client = client_of(firm.ada)
    path = firm.url("setup:names")
    refused = form_of(client, path).send(opportunities=one, opportunities_several=several)
    page = unescape(refused.content.decode())
    assert refused.status_code == 422 and f">{field}: {said}" in page.replace("\u2068", "").replace("\u2069", "")
    firm.tenant.refresh_from_db()
    with tenant_context(firm.tenant):
        assert own_names() == {}
    sent = form_of(client, path).send(opportunities="R&D’s “deal”", opportunities_several="O'Hara deals")
    assert sent.status_code == 303


def test_only_what_was_changed_is_told(firm: Firm) -> None:
    firm.tenant.refresh_from_db()
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names={"leads": ("Prospect", "Prospects")})
        rename_types(actor=firm.ada, names={"vendors": ("Supplier", "Suppliers")})
        told = [one.data["names"] for one in Event.objects.filter(name="workspace.types_renamed").order_by("at", "id")]
    assert told == ["Prospect / Prospects", "Supplier / Suppliers"]


def test_the_page_says_who_has_renamed_what(firm: Firm) -> None:
    client, path = client_of(firm.ada), firm.url("setup:names")
    assert "Renamed last by" not in client.get(path).content.decode()
    form = form_of(client, path)
    firm.tenant.refresh_from_db()
    firm.max.role = firm.ada.role
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names={"leads": ("Prospect", "Prospects")})
        rename_types(actor=firm.max, names={"leads": ("", ""), "vendors": ("Supplier", "Suppliers")})
        rename_types(actor=firm.ada, names={"vendors": ("Source", "Sources")})
    page = client.get(path).content.decode()
    told = [re.findall(r"Renamed last by .{0,3}?(\w+ \w+)", part) for part in page.split("<legend>")[1:]]
    assert told == [["Max Manager"], [], [], [], ["Ada Admin"]]
    late = form.send(vendors="Supply", vendors_several="Supplies")
    assert late.status_code == 422 and "You, in another tab" in late.content.decode()


def test_a_mail_says_none_of_the_old_words(firm: Firm) -> None:
    firm.tenant.refresh_from_db()
    with tenant_context(firm.tenant):
        rename_types(actor=firm.ada, names=NAMES)
        invite_member(actor=firm.ada, email="nora@new.example", name="Nora", role=firm.ana.role, team=firm.east)
        deliver_all()
    (sent,) = mail.outbox
    assert "Acme" in sent.subject and not OLD.search(f"{sent.subject} {sent.body}")
