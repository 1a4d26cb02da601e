"""Words, people and companies of a file that nothing here is called by: asked about, never added unseen."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from accounts.models import Account
from contacts.models import Contact
from crm.imports.models import UPLOADED, Import
from crm.picklists.models import Choice, Stage
from crm.picklists.selectors import stages
from crm.picklists.services import create_pipeline
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import bring_in, download, finished, sent, tenant_of
from tests.people import Firm, client_of

CASES = Path(__file__).parent / "cases"
DEALS = "name,account,stage,amount\nOld Deal A,Caseman Ltd,Closed Won,1000\nOld Deal C,Caseman Ltd,Gewonnen,3000\n"


class Page:
    """The columns page of one file, as a person sees and sends it."""

    def __init__(self, firm: Firm, key: str, text: str | bytes, member: Membership | None = None) -> None:
        self.firm = firm
        self.client = client_of(member or firm.ada)
        file = SimpleUploadedFile("rows.csv", text if isinstance(text, bytes) else text.encode())
        self.address = self.client.post(f"/{firm.tenant.slug}/imports/new/{key}/", {"file": file})["Location"]
        self.answer: HttpResponse = self.client.get(self.address)

    @property
    def questions(self) -> Any:
        return self.answer.context["questions"]

    def question(self, field: str) -> Any:
        return next(one for one in self.questions.words if one.name == field)

    def words(self, field: str) -> dict[str, tuple[int, str]]:
        """The unknown words of a field: rows, and the label of the answer, or else of what is proposed."""
        question = self.question(field)
        labels = dict([*question.existing, *question.actions])
        return {
            word.text: (word.rows, dict([*labels.items(), *word.meant]).get((word.proposal or [word.answer])[0], ""))
            for word in question.words
        }

    def columns(self) -> dict[str, Any]:
        """The columns alone, nothing answered."""
        return {name: value for name, value in sent(self.answer).items() if name.startswith("column_")}

    def send(self, data: dict[str, Any]) -> Import:
        answer = self.client.post(self.address, {"import": "1"} | data)
        assert answer.status_code == 303, (answer.context["form"].errors, answer.context["form"].linked_errors)
        return self.run()

    def run(self) -> Import:
        with tenant_context(tenant_of(self.firm)):
            return Import.objects.order_by("-made_at", "-id")[0]

    def refused(self, data: dict[str, Any]) -> HttpResponse:
        self.answer = self.client.post(self.address, {"import": "1"} | data)
        assert self.answer.status_code == 422
        assert self.run().state == UPLOADED
        return self.answer


@pytest.fixture
def caseman(firm: Firm) -> Account:
    with tenant_context(firm.tenant):
        return make.account(firm.ada, name="Caseman Ltd")


@pytest.mark.usefixtures("caseman")
@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("Closed Won", "Won"), ("Closed Lost", "Lost"), ("Gewonnen", "Won"), ("Perdu", "Lost"), ("Ganado", "Won"),
        ("Perdida", "Lost"), ("closed_won", "Won"), ("CLOSED-LOST", "Lost"), ("Negotation", "Negotiation"),
        ("Limbo", ""),
    ],
)  # fmt: skip
def test_stages_of_other_systems_are_proposed_by_meaning(firm: Firm, word: str, meaning: str) -> None:
    page = Page(firm, "opportunities", f"name,account,stage\nA,Caseman Ltd,{word}\nB,Caseman Ltd,{word}\n")
    assert page.words("stage") == {word: (2, meaning)}


@pytest.mark.usefixtures("caseman")
def test_nothing_starts_before_every_word_is_answered(firm: Firm) -> None:
    """A proposal is no answer, however often the page is sent with it, before it is accepted: alone, or with all."""
    page = Page(firm, "opportunities", DEALS)
    for button in ("import", "dry_run"):
        text = page.refused(page.columns() | {button: "1"}).content.decode()
        assert "“Stage”: something is asked below." in text
    words = [word.text for word in page.question("stage").words]
    shown = {"word_stage": words, "proposed_stage": [word.proposal[0] for word in page.question("stage").words]}
    untouched = page.columns() | shown | {"answer_stage": ["", ""]}
    page.client.post(page.address, untouched | {"update": "1"})
    assert not page.run().answers.get("stage")
    page.refused(untouched)
    page.client.post(page.address, untouched | {"accept": "stage:1"})
    assert list(page.run().answers["stage"]) == [words[1].lower()]
    others = untouched | {"answer_stage": ["refuse", ""]}
    answer = page.client.post(page.address, others | {"accept": "stage"})
    assert answer["Location"].endswith("#question-stage")
    assert [one[:4] for one in page.run().answers["stage"].values()] == ["use:", "refu"], "what was chosen stays"
    page.client.post(page.address, untouched | {"accept": "stage"})
    run = finished(firm, page.send(page.columns()))
    assert run.created_count == 2
    with tenant_context(firm.tenant):
        assert {one.stage.meaning for one in Opportunity.objects.select_related("stage")} == {"won"}
        assert not Stage.objects.filter(label__in=["Closed Won", "Gewonnen"]).exists()


@pytest.mark.usefixtures("caseman")
def test_a_word_is_mapped_added_left_out_or_refused(firm: Firm) -> None:
    text = "name,account,stage,source\nA,Caseman Ltd,Limbo,Radio\nB,Caseman Ltd,Ether,Smoke\nC,Caseman Ltd,Won,Drums\n"
    page = Page(firm, "opportunities", text)
    assert page.words("source") == {"Radio": (1, ""), "Smoke": (1, ""), "Drums": (1, "")}
    with tenant_context(firm.tenant):
        won = next(stage for stage in stages() if stage.meaning == "won")
        web = Choice.objects.filter(picklist="lead_source").first()
    data = page.columns() | {
        "word_stage": ["Limbo", "Ether"],
        "answer_stage": ["add", f"use:{won.pk}"],
        "word_source": ["Radio", "Smoke", "Drums"],
        "answer_source": [f"use:{web.pk}", "empty", "refuse"],
    }
    run = finished(firm, page.send(data))
    assert (run.created_count, run.refused_count, run.added) == (2, 1, {"stage": ["Limbo"]})
    with tenant_context(tenant_of(firm)):
        found = {one.name: one for one in Opportunity.objects.select_related("stage", "source")}
        assert {name: (one.stage.label, str(one.source)) for name, one in found.items()} == {
            "A": ("Limbo", str(web)),
            "B": ("Won", "None"),
        }
        assert [stage.meaning for stage in stages()][-3:] == ["open", "won", "lost"], "before Won"
        assert not Choice.objects.filter(label__in=["Radio", "Smoke", "Drums"]).exists()
    assert "“Drums” is not in the list." in download(firm, run)


def test_a_new_status_gets_the_meaning_that_was_chosen(firm: Firm) -> None:
    page = Page(firm, "leads", (CASES / "o03-status-words-of-others.csv").read_bytes())
    assert page.words("status") == {"Working - Contacted": (1, "Working"), "Nurturing": (1, "")}
    values = [value for value, _label in page.question("status").actions]
    assert values == ["add:new", "add:working", "add:qualified", "refuse"], "none becomes converted by being named"
    data = sent(page.answer) | {"answer_status": [page.question("status").words[0].proposal[0], "add:working"]}
    assert finished(firm, page.send(data)).created_count == 2
    with tenant_context(firm.tenant):
        assert Choice.objects.get(label="Nurturing").meaning == "working"


def test_misspelt_owners_and_sources_add_nobody_and_nothing(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        Membership.objects.filter(pk=firm.ana.pk).update(name="Ana Winter", name_key="ana winter")
    page = Page(firm, "leads", "name,email,source,owner\nOwn One,o@case.example,Confrence,Ana Wintr\n")
    assert page.words("source") == {"Confrence": (1, "Conference")}
    text = page.answer.content.decode()
    assert "Owner: who is meant by these names?" in text and "Source: what do these words mean?" in text
    assert page.words("owner") == {"Ana Wintr": (1, f"Ana Winter ({firm.ana.email})")}
    assert page.answer.content.count(b"our proposal") == 2
    page.client.post(page.address, {k: v for k, v in sent(page.answer).items() if k != "import"})
    assert page.client.get(page.address).content.count(b"our proposal") == 2, "it is not the person's answer for that"
    finished(firm, page.send(sent(page.answer)))
    with tenant_context(firm.tenant):
        lead = Lead.objects.select_related("source", "owner").get()
        assert (str(lead.source), lead.owner) == ("Conference", firm.ana)
        assert not Membership.objects.filter(name="Ana Wintr").exists()


def test_a_person_is_added_by_an_admin_who_says_so(firm: Firm) -> None:
    text = "name,owner\nOne,Zelda Seal\nTwo,zelda seal\nThree,Otto Krug\n"
    page = Page(firm, "accounts", text)
    assert page.words("owner") == {"Zelda Seal": (2, ""), "Otto Krug": (1, "")}
    data = sent(page.answer) | {"answer_owner": ["add", "empty"]}
    run = finished(firm, page.send(data))
    assert (run.created_count, run.added) == (3, {"person": ["Zelda Seal"]})
    with tenant_context(firm.tenant):
        zelda = Membership.objects.get(name="Zelda Seal")
        assert not zelda.is_active and Account.objects.filter(owner=zelda).count() == 2
        assert Account.objects.get(name="Three").owner is None


def test_only_admins_make_people_and_words(firm: Firm) -> None:
    """Neither offered, nor taken from a request that says so, nor from what an admin has answered before."""
    page = Page(firm, "accounts", "name,owner,industry\nOne,Zelda Seal,Falconry\n", firm.max)
    for field in ("owner", "industry"):
        assert "add" not in dict(page.question(field).actions)
    forged = page.columns() | {
        "word_owner": ["Zelda Seal"], "answer_owner": ["add"],
        "word_industry": ["Falconry"], "answer_industry": ["add"],
    }  # fmt: skip
    page.refused(forged)
    with tenant_context(firm.tenant):
        answers = {"owner": {"zelda seal": "add"}, "industry": {"falconry": "add"}}
        Import.objects.update(answers=answers, state=RunState.QUEUED)
    run = finished(firm, page.run())
    assert (run.created_count, run.refused_count) == (0, 1)
    refused = download(firm, run, firm.max)
    assert "Only an admin may add “Zelda Seal”." in refused and "Only an admin may add “Falconry”." in refused
    with tenant_context(firm.tenant):
        assert not Membership.objects.filter(name="Zelda Seal").exists()
        assert not Choice.objects.filter(label="Falconry").exists()


def test_two_people_of_one_name_are_asked_about(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        Membership.objects.filter(pk=firm.max.pk).update(name="Sam Seller", name_key="sam seller")
    page = Page(firm, "accounts", "name,owner\nOne,Sam Seller\nTwo,sam@acme.example\n")
    assert [label for _value, label in page.question("owner").words[0].meant] == [
        "Sam Seller (max@acme.example)",
        "Sam Seller (sam@acme.example)",
    ]
    page.refused(page.columns())
    data = page.columns() | {"word_owner": ["Sam Seller"], "answer_owner": [f"use:{firm.max.pk}"]}
    finished(firm, page.send(data))
    with tenant_context(firm.tenant):
        assert dict(Account.objects.values_list("name", "owner__email")) == {
            "One": firm.max.email,
            "Two": firm.sam.email,
        }


def test_hundreds_of_unknown_words_fit_on_a_page_and_are_treated_the_same(firm: Firm) -> None:
    rows = "".join(f"Firm {number},Trade {number % 300}\n" for number in range(3_000))
    page = Page(firm, "accounts", f"name,industry\n{rows}")
    question = page.question("industry")
    assert (len(question.words), question.hidden, question.hidden_rows) == (40, 260, 2600)
    assert len(page.answer.content) < 400_000
    page.refused(page.columns() | {"word_industry": ["Trade 0"], "answer_industry": ["empty"]})
    run = finished(firm, page.send(page.columns() | {"others_industry": "empty"}))
    assert (run.created_count, run.refused_count) == (3_000, 0)


def test_words_far_down_are_asked_about_too(firm: Firm) -> None:
    rows = "".join(f"Firm {number},Software\n" for number in range(1_500))
    assert Page(firm, "accounts", f"name,industry\n{rows}Last,Falconry\n").words("industry") == {"Falconry": (1, "")}


def test_another_field_for_a_column_asks_other_questions(firm: Firm) -> None:
    """Without JavaScript: Update comes back with them, and starts nothing."""
    page = Page(firm, "accounts", "name,colour\nOne,Falconry\n")
    assert not page.questions.words
    data = page.columns() | {"column_1": "industry", "update": "1"}
    answer = page.client.post(page.address, data, follow=True)
    assert answer.redirect_chain == [(page.address, 303)]
    page.answer = answer
    assert page.words("industry") == {"Falconry": (1, "")}
    assert page.run().state == UPLOADED


PEOPLE = """First Name,Last Name,E-mail,Company,City
Ann,Bell,ann@falcon.example,Falcon Works,Ulm
Bo,Fox,bo@falcon.example,falcon works,Ulm
Cy,Hill,cy@acme.example,Acme Inc,Bonn
Di,Moss,di@heron.example,Heron KG,Kiel
"""


def test_one_sheet_of_people_makes_accounts_and_contacts(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        acme = make.account(firm.ada, name="Acme, Inc.", website="https://acme.example")
    page = Page(firm, "contacts", PEOPLE)
    assert page.words("account") == {
        "Falcon Works": (2, ""),
        "Acme Inc": (1, "Acme, Inc. (acme.example)"),
        "Heron KG": (1, ""),
    }
    page.refused(page.columns())
    data = sent(page.answer) | {"answer_account": ["add", f"use:{acme.pk}", "refuse"]}
    tried = finished(firm, page.send(data | {"dry_run": "1"}))
    assert (tried.created_count, tried.refused_count, tried.added) == (3, 1, {"accounts": ["Falcon Works"]})
    with tenant_context(firm.tenant):
        assert not Contact.objects.exists() and Account.objects.count() == 1
    text = page.client.get(f"/acme/imports/{tried.pk}/").content.decode()
    assert "What would be added beside the rows" in text and "Falcon Works" in text
    page.client.post(f"/acme/imports/{tried.pk}/run/", {"import": "1", "tried": f"{tried.tried_at}"})
    run = finished(firm, tried)
    assert (run.created_count, run.refused_count) == (3, 1)
    with tenant_context(firm.tenant):
        accounts = dict(Contact.objects.values_list("first_name", "account__name"))
        assert accounts == {"Ann": "Falcon Works", "Bo": "Falcon Works", "Cy": "Acme, Inc."}
        assert Account.objects.get(name="Falcon Works").owner == firm.ada


def test_a_company_is_not_made_for_a_row_that_is_refused(firm: Firm) -> None:
    text = "name,account,stage,closed on\nDeal,Falcon Works,Qualifying,2026-01-05\nSale,Heron KG,Qualifying,\n"
    run = bring_in(firm, "opportunities", text)
    assert (run.created_count, run.refused_count, run.added) == (1, 1, {"accounts": ["Heron KG"]})
    with tenant_context(firm.tenant):
        assert list(Account.objects.values_list("name", flat=True)) == ["Heron KG"]


def test_who_may_not_make_accounts_is_not_offered_to(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role = firm.max.role
        role.access["accounts"]["create"] = "none"
        role.save()
    page = Page(firm, "contacts", PEOPLE, firm.max)
    assert "add" not in dict(page.question("account").actions)
    page.refused(page.columns() | {"others_account": "add"})


def test_what_the_sheet_tells_of_a_new_company_comes_along(firm: Firm) -> None:
    """Of a company that is there already nothing is changed by it."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Heron KG", website="https://heron.example")
    text = "Last name,E-mail,Company,Web,Town of the company\n"
    text += (
        "Bell,ann@falcon.example,Falcon Works,falcon.example,Ulm\nMoss,di@heron.example,Heron KG,else.example,Kiel\n"
    )
    page = Page(firm, "contacts", text)
    columns = {"column_3": "account.website", "column_4": "account.city"}
    run = finished(firm, page.send(sent(page.answer) | columns))
    assert (run.created_count, run.refused_count) == (2, 0)
    with tenant_context(firm.tenant):
        assert sorted(Account.objects.values_list("name", "domain", "city")) == [
            ("Falcon Works", "falcon.example", "Ulm"),
            ("Heron KG", "heron.example", ""),
        ]


def test_a_typed_name_beside_a_choice_is_asked_about_again(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        heron = make.account(firm.ada, name="Heron KG")
    page = Page(firm, "contacts", "last name,email,account\nBell,ann@f.example,Falcon Works\n")
    assert "Account: which one is meant by each name?" in page.answer.content.decode()
    words = page.columns() | {"word_account": "Falcon Works"}
    for typed, chosen, says in (
        ("Heron KG", "add", "“Falcon Works” has two answers."),
        ("Hern", "", "Nothing is called “Hern”."),
    ):
        text = page.refused(words | {"answer_account": chosen, "typed_account": typed}).content.decode()
        assert says in unescape(text) and f'value="{typed}"' in text
        assert page.question("account").words[0].answer == chosen
    wrong = words | {"answer_account": "", "typed_account": "Heron KG", "fixed_owner": "Nobody"}
    page.refused(wrong)
    assert page.question("account").words[0].answer == f"use:{heron.pk}", "it was right, beside something wrong"
    run = finished(firm, page.send(words | {"answer_account": "", "typed_account": "Heron KG"}))
    assert run.created_count == 1
    with tenant_context(firm.tenant):
        assert Contact.objects.get().account == heron


def test_a_name_typed_where_nothing_has_names_is_nothing(firm: Firm) -> None:
    page = Page(firm, "leads", "name,email,opted out\nAnn Bell,a@k.example,perhaps\n")
    [question] = page.questions.words
    data = {f"word_{question.name}": "perhaps", f"typed_{question.name}": "yes", f"answer_{question.name}": ""}
    page.refused(page.columns() | data)


def test_an_account_can_be_named_by_hand_or_picked(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        one = make.account(firm.ada, name="Falcon", city="Ulm")
        make.account(firm.ada, name="Falcon", city="Kiel")
        heron = make.account(firm.ada, name="Heron Vögel")
    page = Page(firm, "contacts", "last name,account\nBell,Acme East\nFox,Acme West\n")
    html = page.answer.content.decode()
    assert html.count('name="typed_account"') == html.count('name="typed_account_id"') == 2
    assert 'data-url="/acme/lookup/accounts/"' in html
    words = {"word_account": ["Acme East", "Acme West"], "answer_account": ["", ""]}
    for typed, picked, problem in (
        ("Falcon", "", "2 are called “Falcon”"),
        ("Heron Voegel", "", "Similar: Heron Vögel"),
        ("Nobody", "", "Nothing is called “Nobody”"),
    ):
        data = page.columns() | words | {"typed_account": [typed, ""], "typed_account_id": [picked, ""]}
        answer = page.client.post(page.address, data | {"dry_run": "1"})
        assert answer.status_code == 422
        [(anchor, error)] = answer.context["form"].linked_errors
        assert problem in error and anchor == "answer-account-0"
        shown = answer.content.decode()
        assert f'href="#{anchor}"' in shown and f'id="{anchor}"' in shown and f'value="{typed}"' in shown
    data = page.columns() | words | {
        "typed_account": ["Falcon", "heron vögel"], "typed_account_id": [str(one.pk), ""],
    }  # fmt: skip
    finished(firm, page.send(data))
    with tenant_context(firm.tenant):
        found = dict(Contact.objects.values_list("last_name", "account_id"))
    assert found == {"Bell": one.pk, "Fox": heron.pk}


def test_a_word_that_fits_a_stage_of_several_pipelines_is_proposed_for_none(firm: Firm) -> None:
    text = "name,account,stage\nRug,Kestrel,Gewonnen\n"
    assert Page(firm, "opportunities", text).question("stage").words[0].proposal
    with tenant_context(tenant_of(firm)):
        create_pipeline(actor=firm.ada, name="Toptan")
    assert not Page(firm, "opportunities", text).question("stage").words[0].proposal
