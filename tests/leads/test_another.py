"""Converting into a record that the search for candidates does not find: the person names it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crm.tenants.context import tenant_context
from leads.models import Conversion, Lead
from tests import make
from tests.leads.browser_form import form_values
from tests.people import Firm, client_of


@pytest.fixture
def lead(firm: Firm) -> Lead:
    with tenant_context(firm.tenant):
        return make.lead(firm.ana, last_name="Birch", company="Kestrel", email="lena@kestrel.example")


def send(firm: Firm, lead: Lead, **changes: str) -> Any:
    """Send the form as it stands, with ``changes``; and once more what then stands there."""
    client, path = client_of(firm.ana), f"/acme/leads/{lead.pk}/conversion/"
    data = form_values(client.get(path).content.decode(), "convert-page")
    answer = client.post(path, data | {"opportunities": "none"} | changes)
    assert answer.status_code == 422
    page = answer.content.decode()
    if "You chose something else meanwhile" in page:
        return client.post(path, form_values(page, "convert-page"))
    return answer


def test_the_named_account_is_linked(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Quite Otherwise")
    answer = send(firm, lead, accounts="another", **{"accounts-another": "quite otherwise"})
    assert answer.status_code == 303
    with tenant_context(firm.tenant):
        done = Conversion.objects.get()
        assert (done.account_id, done.contact.account_id) == (account.pk, account.pk)


def test_of_two_with_one_name_the_picked_one(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        _first, second = (make.contact(firm.ana, first_name="Kim", last_name="Park") for _number in range(2))
    unsure = send(firm, lead, contacts="another", **{"contacts-another": "Kim Park"})
    assert unsure.status_code == 422 and "2 are called “Kim Park”" in unsure.content.decode()
    picked = {"contacts-another": "Kim Park", "contacts-another_id": str(second.pk)}
    assert send(firm, lead, contacts="another", **picked).status_code == 303
    with tenant_context(firm.tenant):
        assert Conversion.objects.get().contact_id == second.pk


@pytest.mark.parametrize("name", ["", "Nobody", "Hidden"])
def test_one_that_is_not_there_or_out_of_sight_is_refused_at_its_field(firm: Firm, lead: Lead, name: str) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.sam, name="Hidden")  # of another team
        seen = make.opportunity(firm.ana, name="Seen")
    way = {"accounts": "none", "contacts": "new", "opportunities": "another"}
    answer = send(firm, lead, **way, **{"opportunities-another": name})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert ("This field is required" if not name else f"Nothing is called “{name}”") in page
    with tenant_context(firm.tenant):
        assert not Conversion.objects.exists()
    assert send(firm, lead, **way, **{"opportunities-another": "Seen"}).status_code == 303
    with tenant_context(firm.tenant):
        assert Conversion.objects.get().opportunity_id == seen.pk


@pytest.mark.parametrize("key", ["accounts", "contacts", "opportunities"])
def test_a_name_that_is_wrong_leaves_the_choice_as_it_was(firm: Firm, lead: Lead, key: str) -> None:
    """One answer alone is checked: of two the browser would take the last, which is none."""
    page = send(firm, lead, **{key: "another", f"{key}-another": "nonsense"}).content.decode()
    radios = [one for one in re.findall(r"<input[^>]*type=\"radio\"[^>]*>", page) if f'name="{key}"' in one]
    assert [re.findall('value="([^"]*)"', one) for one in radios if " checked" in one] == [["another"]]
