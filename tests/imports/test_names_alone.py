"""People and deals that a file names by little: nobody is taken for another of the same name without a word."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from crm.tenants.context import tenant_context
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import bring_in, finished, told, upload
from tests.imports.test_known import counts, page_of
from tests.imports.test_words import Page
from tests.people import Firm

NAMED_ONLY = 'first name,last name,phone,city,tags\nAnn,Cox,1,Ulm,"vip, old"\nBob,Fox,2,Bonn,\nBob,Fox,2,Bonn,\n'


@pytest.mark.parametrize(("key", "firm_field"), [("contacts", "account"), ("leads", "company")])
def test_a_name_alone_is_sure_only_where_all_else_is_the_same(firm: Firm, key: str, firm_field: str) -> None:
    """The same file changes nothing; another person of that name is made, and told of the first."""
    first = bring_in(firm, key, NAMED_ONLY)
    assert (first.created_count, first.updated_count, first.refused_count) == (2, 0, 0)
    again = bring_in(firm, key, NAMED_ONLY)
    assert (again.created_count, again.updated_count, again.refused_count) == (0, 0, 0)
    others = [
        f"first name,last name,phone,city,email,{firm_field}\nAnn,Cox,3,Kiel,,\n",
        f"first name,last name,phone,city,email,{firm_field}\nAnn,Cox,3,Ulm,ann@k.example,\n",
        f"first name,last name,phone,city,email,{firm_field}\nAnn,Cox,3,Ulm,,New Works\n",
    ]
    for other in others:
        run = finished(firm, upload(firm, key, other, dry_run="1"))
        assert counts(run) == (1, 0, 0, 0, 0)
        assert "Perhaps there already: Ann Cox." in page_of(firm, run), other
    with tenant_context(firm.tenant):
        rows = (Contact if key == "contacts" else Lead).objects.filter(last_name="Cox")
        rows.update(email="ann@falcon.example", email_key="ann@falcon.example")
    run = finished(firm, upload(firm, key, others[1], dry_run="1"))
    assert counts(run) == (1, 0, 0, 0, 0) and "Perhaps" not in page_of(firm, run), "the address speaks against it"


@pytest.mark.parametrize("key", ["contacts", "opportunities"])
def test_what_has_no_account_is_not_that_of_a_new_company(firm: Firm, key: str) -> None:
    """None was taken for the company that was still to be made, and what the record said was written over."""
    with tenant_context(firm.tenant):
        ann = make.contact(firm.ada, first_name="Ann", last_name="Cox", city="Boston")
        make.opportunity(firm.ada, name="Website", contact=ann)
    text = {
        "contacts": "name,account,city\nAnn Cox,Co7 GmbH,Ulm\n",
        "opportunities": "name,account,next step\nWebsite,Co7 GmbH,Call\n",
    }[key]
    run = finished(firm, upload(firm, key, text, dry_run="1"))
    assert counts(run) == (1, 0, 0, 0, 0)
    assert f"Perhaps there already: {'Ann Cox' if key == 'contacts' else 'Website'}." in page_of(firm, run)
    two = {
        "contacts": "name,account,city\nAnn Fox,Co7 GmbH,Ulm\nAnn Fox,Co8 GmbH,Kiel\nAnn Fox,Co7 GmbH,Rome\n",
        "opportunities": "name,account,product\nShop,Co7 GmbH,Call\nShop,Co8 GmbH,Mail\nShop,Co7 GmbH,Fax\n",
    }[key]
    run = bring_in(firm, key, two)
    assert run.created_count == 2
    with tenant_context(firm.tenant):
        found = (
            Contact.objects.filter(last_name="Fox") if key == "contacts" else Opportunity.objects.filter(name="Shop")
        )
        assert sorted(found.values_list("account__name", flat=True)) == ["Co7 GmbH", "Co8 GmbH"]


def test_a_person_is_the_one_at_the_account_of_the_row(firm: Firm) -> None:
    """Two rows with one name each link to the person of their own account; only of others it is asked."""
    with tenant_context(firm.tenant):
        owl, elk = (make.account(firm.ada, name=name) for name in ("Owl", "Elk"))
        people = [
            make.contact(firm.ada, first_name="Jörg", last_name="Müller", account=account) for account in (owl, elk)
        ]
        make.account(firm.ada, name="Jay")
    text = "name,account,main contact\nRoof,Owl,Jörg Müller\nWall,Elk,jörg müller\n"
    page = Page(firm, "opportunities", text)
    assert not page.questions.words
    for data in ({"dry_run": "1"}, {}):
        run = bring_in(firm, "opportunities", text, **data)
        assert counts(run)[0] == 2
    with tenant_context(firm.tenant):
        linked = dict(Opportunity.objects.values_list("name", "contact"))
    assert linked == {"Roof": people[0].pk, "Wall": people[1].pk}
    page = Page(firm, "opportunities", f"{text}Gate,Jay,Jörg Müller\n")
    assert "Where the account of a row has one contact of the name" in told(page.answer)
    [word] = page.question("contact").words
    assert sorted(label for _answer, label in word.meant) == ["Jörg Müller (Elk)", "Jörg Müller (Owl)"]
    data = page.columns() | {"word_contact": ["Jörg Müller"], "answer_contact": [f"use:{people[1].pk}"]}
    finished(firm, page.send(data))
    with tenant_context(firm.tenant):
        linked = dict(Opportunity.objects.values_list("name", "contact"))
    assert linked == {"Roof": people[0].pk, "Wall": people[1].pk, "Gate": people[1].pk}
