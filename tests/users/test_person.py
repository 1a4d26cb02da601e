"""A person's own page: name, language, time zone, look."""

from __future__ import annotations

import pytest

from crm.events.models import Event
from crm.tenants.context import tenant_context
from crm.users.models import Membership, User
from tests.people import Firm, client_of

MINE = {"name": "Ana O.", "language": "de", "time_zone": "Europe/Berlin"}


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
    assert answer.cookies["django_language"].value == "de"
    page = ana.get("/acme/me/")
    assert page.headers["Content-Language"] == "de"
    assert 'value="Ana O."' in page.content.decode()
    user = User.objects.get(pk=firm.ana.user_id)
    assert (user.name, user.language, user.time_zone) == ("Ana O.", "de", "Europe/Berlin")
    with tenant_context(firm.tenant):
        member = Membership.objects.get(pk=firm.ana.pk)
        assert (member.name, member.name_key) == ("Ana O.", "ana o.")
        assert Event.objects.get(name="member.changed").actor_id == firm.ana.pk


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
