"""A person's own page: name, language, time zone, look."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from crm.events.models import Event
from crm.fields.money import Money
from crm.tenants.context import tenant_context
from crm.ui import format as formats
from crm.users.choices import places
from crm.users.models import Membership, User
from tests import make
from tests.people import Firm, client_of

MINE = {"name": "Ana O.", "language": "en-de", "time_zone": "Europe/Berlin"}


@pytest.mark.parametrize("who", ["ada", "max", "ana", "rita"])
def test_everybody_has_a_page_of_their_own(firm: Firm, who: str) -> None:
    member: Membership = getattr(firm, who)
    page = client_of(member).get("/acme/me/").content.decode()
    assert member.email in page
    for link in ("/auth/password/change/?next=/acme/me/", "/auth/sessions/", "/workspaces/"):
        assert f'href="{link}"' in page


def test_what_one_says_counts_from_the_next_page_on(firm: Firm) -> None:
    ana = client_of(firm.ana)
    assert ana.get("/acme/me/").headers["Content-Language"] == "en"
    answer = ana.post("/acme/me/", MINE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/acme/me/")
    assert answer.cookies["django_language"].value == "en-de"
    page = ana.get("/acme/me/")
    assert page.headers["Content-Language"] == "en-de"
    assert 'value="Ana O."' in page.content.decode()
    user = User.objects.get(pk=firm.ana.user_id)
    assert (user.name, user.language, user.time_zone) == ("Ana O.", "en-de", "Europe/Berlin")
    with tenant_context(firm.tenant):
        member = Membership.objects.get(pk=firm.ana.pk)
        assert (member.name, member.name_key) == ("Ana O.", "ana o.")
        assert Event.objects.get(name="member.changed").actor_id == firm.ana.pk


def test_dates_and_numbers_follow_the_place_and_words_stay_english(firm: Firm) -> None:
    ana = client_of(firm.ana)
    choices = dict(ana.get("/acme/me/").context["form"].fields["language"].choices)
    assert "Germany: 31 Dec 2026, 1.234,5" in choices["en-de"]
    ana.post("/acme/me/", MINE)
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana, amount=Money(1_234_50, "EUR"), expected_close_on=date(2026, 12, 31))
    page = ana.get("/acme/opportunities/?filters=none").content.decode()
    assert "1.234,50\xa0€" in page and "31 Dec 2026" in page
    assert "This field is required." in ana.post("/acme/me/", {**MINE, "name": ""}).content.decode()


@pytest.mark.parametrize("code", [code for code, _name in places()])
def test_every_place_has_all_formats(code: str) -> None:
    moment = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    with translation.override(code):
        assert translation.gettext("This field is required.") == "This field is required."
        for text in (
            formats.money(1_234_50, "EUR"),
            formats.number(1234.5),
            formats.percent(0.5),
            formats.date(moment.date()),
            formats.day_short(moment.date()),
            formats.moment(moment),
            str(formats.relative(moment - timedelta(hours=2), moment)),
        ):
            assert any(character.isdigit() for character in text)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "A\nB"}, {"language": "xx"}, {"time_zone": "Mars"}])
def test_what_cannot_be_is_refused(firm: Firm, wrong: dict[str, str]) -> None:
    ana = client_of(firm.ana)
    answer = ana.post("/acme/me/", {**MINE, **wrong})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)
    assert User.objects.get(pk=firm.ana.user_id).language == ""
    assert ana.post("/acme/me/", MINE).status_code == 303


def test_the_look_is_kept_by_the_browser(firm: Firm) -> None:
    ana = client_of(firm.ana)
    assert ana.post("/acme/me/look/", {"theme": "dark"}).headers["Location"] == "/acme/me/"
    assert 'data-theme="dark"' in ana.get("/acme/me/").content.decode()
    ana.post("/acme/me/look/", {"theme": ""})
    assert "data-theme=" not in ana.get("/acme/me/").content.decode().split("<head>")[0]
    ana.post("/acme/me/look/", {"theme": "pink"})
    assert "pink" not in ana.get("/acme/me/").content.decode()


@pytest.mark.parametrize(
    ("name", "taken"),
    [("ada@acme.example", False), ("Ana @ work", False), ("ana@acme.example", True), ("Ana O.", True)],
)
def test_nobody_is_called_like_the_address_of_somebody_else(firm: Firm, name: str, taken: bool) -> None:
    """On one's own page, on the page about a person, and in an invitation."""
    assert client_of(firm.ana).post("/acme/me/", MINE | {"name": name}).status_code == (303 if taken else 422)
    ada = client_of(firm.ada)
    place = {"role": str(firm.ana.role_id), "team": ""}
    answer = ada.post(f"/acme/setup/people/{firm.ana.pk}/", {"name": name, **place})
    assert (answer.status_code == 303) == taken
    answer = ada.post("/acme/setup/people/new/", {"name": name, "email": "new@acme.example", **place})
    assert (answer.status_code == 303) == (taken and "@" not in name)


def test_who_takes_the_name_of_somebody_else_is_told(firm: Firm) -> None:
    ana = client_of(firm.ana)
    told = "Somebody else here is called Sam Seller too (sam@acme.example)."
    assert told in ana.post("/acme/me/", MINE | {"name": "sam  SELLER"}, follow=True).content.decode().replace(
        "sam  SELLER", "Sam Seller"
    )
    assert "Somebody else here" not in ana.post("/acme/me/", MINE, follow=True).content.decode()
