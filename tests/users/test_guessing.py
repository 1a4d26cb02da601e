"""H6: guessers are slowed, wherever they come from; the owner of the account gets in meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from crm.users.guessing import ADDRESS, COOKIE, FREE_GUESSES, LONGEST_DELAY, _digest, _guesses, delay_after
from tests.people import PASSWORD, Firm
from tests.users.caches import clean_cache  # noqa: F401 (a fixture)

ANA = "ana@acme.example"
OFFICE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def attempt(password: str, *, ip: str, client: Client | None = None, email: str = ANA, **more: str) -> HttpResponse:
    client = client or Client()
    return client.post("/auth/login/", {"login": email, "password": password}, REMOTE_ADDR=ip, **more)  # type: ignore[return-value]


def is_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302


def is_refused(answer: HttpResponse) -> bool:
    """Turned away without a look at the password."""
    page = answer.content.decode()
    assert answer.status_code == 200
    return "Too many attempts" in page or "Somebody tried many wrong passwords" in page


def guess_from_many_addresses(number: int, clock: time_machine.Traveller) -> None:
    """Wrong guesses, each from an address of its own and after the wait that the one before has caused."""
    for ip in (f"192.0.2.{last}" for last in range(1, number + 1)):
        assert not is_refused(attempt("guess", ip=ip))
        clock.shift(LONGEST_DELAY)


def test_guessing_from_one_address_is_stopped(firm: Firm) -> None:
    for _ in range(5):
        assert not is_refused(attempt("guess", ip=ELSEWHERE))
    assert is_refused(attempt(PASSWORD, ip=ELSEWHERE))  # even a right guess
    assert is_in(attempt(PASSWORD, ip=ELSEWHERE, email="max@acme.example"))


def test_one_persons_slips_do_not_lock_the_office_out(firm: Firm) -> None:
    """Many more than are let through, by several people, at one address."""
    for email in (ANA, "max@acme.example", "sam@acme.example"):
        for _ in range(12):
            attempt("a slip", ip=OFFICE, email=email)
    assert is_in(attempt(PASSWORD, ip=OFFICE, email="rita@acme.example"))
    assert is_refused(attempt(PASSWORD, ip=OFFICE))


def test_an_address_that_guesses_for_many_accounts_is_stopped(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ADDRESS == {"login_failed": "100/5m/ip"}
    monkeypatch.setitem(ADDRESS, "login_failed", "6/5m/ip")
    for number in range(6):
        assert not is_refused(attempt("guess", ip=ELSEWHERE, email=f"{number}@acme.example"))
    assert is_refused(attempt(PASSWORD, ip=ELSEWHERE))
    assert is_in(attempt(PASSWORD, ip=OFFICE))


def test_a_refused_try_uses_up_no_limit(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the address's, when the account's delay refuses it, nor the account's, when the address's limit does."""
    monkeypatch.setitem(ADDRESS, "login_failed", "3/5m/ip")
    cache.set(_guesses(_digest("sam@acme.example")), (FREE_GUESSES + 2, time.time() + 50), 3600)
    for _ in range(3):
        assert is_refused(attempt("guess", ip=OFFICE, email="sam@acme.example"))
    assert is_in(attempt(PASSWORD, ip=OFFICE))
    for number in range(3):
        attempt("guess", ip=ELSEWHERE, email=f"{number}@acme.example")
    for _ in range(6):
        assert is_refused(attempt(PASSWORD, ip=ELSEWHERE))
    monkeypatch.setitem(ADDRESS, "login_failed", "100/5m/ip")
    assert is_in(attempt(PASSWORD, ip=ELSEWHERE))


def test_after_five_minutes_it_goes_on(firm: Firm, clock: time_machine.Traveller) -> None:
    for _ in range(6):
        answer = attempt("guess", ip=ELSEWHERE)
    assert is_refused(answer)
    clock.shift(timedelta(minutes=5, seconds=1))
    assert is_in(attempt(PASSWORD, ip=ELSEWHERE))


def test_another_port_in_the_host_header_is_no_way_round(firm: Firm) -> None:
    for port in range(2000, 2005):
        assert not is_refused(attempt("guess", ip=ELSEWHERE, HTTP_HOST=f"localhost:{port}"))
    for host in ("localhost:2005", "localhost", "127.0.0.1:9", "testserver"):
        assert is_refused(attempt(PASSWORD, ip=ELSEWHERE, HTTP_HOST=host))


@pytest.mark.parametrize("email", ["ANA@acme.example", " ana@acme.example "])
def test_another_spelling_of_the_address_is_no_way_round(firm: Firm, email: str) -> None:
    for _ in range(5):
        attempt("guess", ip=ELSEWHERE)
    assert is_refused(attempt(PASSWORD, ip=ELSEWHERE, email=email))


def test_a_network_of_ipv6_is_one_address(firm: Firm) -> None:
    for last in range(5):
        attempt("guess", ip=f"2001:db8:1:2::{last + 1}")
    assert is_refused(attempt(PASSWORD, ip="2001:db8:1:2:ffff::9"))
    assert is_in(attempt(PASSWORD, ip="2001:db8:1:3::1"))


def test_a_stranger_does_not_lock_the_owner_out(firm: Firm) -> None:
    for _ in range(8):
        attempt("guess", ip=ELSEWHERE)
    assert is_in(attempt(PASSWORD, ip=OFFICE))


def test_the_owners_browser_works_though_the_guesser_sits_beside_it(firm: Firm) -> None:
    """At one address (an office, a café), and with a wrong one of the owner's own first."""
    browser = Client()
    assert is_in(attempt(PASSWORD, ip=OFFICE, client=browser))
    browser.cookies.pop("sessionid")
    assert COOKIE in browser.cookies
    for _ in range(12):
        attempt("guess", ip=OFFICE)
    assert is_refused(attempt(PASSWORD, ip=OFFICE))
    assert not is_refused(attempt("a slip", ip=OFFICE, client=browser))
    assert is_in(attempt(PASSWORD, ip=OFFICE, client=browser))


def test_a_known_browser_guesses_no_more_than_others(firm: Firm) -> None:
    browser = Client()
    attempt(PASSWORD, ip=OFFICE, client=browser)
    browser.cookies.pop("sessionid")
    answers = [attempt("guess", ip=f"192.0.2.{last}", client=browser) for last in range(1, 12)]
    assert [is_refused(answer) for answer in answers] == [False] * 10 + [True]


def test_the_cookie_of_one_account_says_nothing_of_another(firm: Firm) -> None:
    browser = Client()
    assert is_in(attempt(PASSWORD, ip=OFFICE, client=browser, email="max@acme.example"))
    browser.cookies.pop("sessionid")
    for _ in range(5):
        attempt("guess", ip=OFFICE, client=browser)
    assert is_refused(attempt(PASSWORD, ip=OFFICE, client=browser))


def test_a_made_up_cookie_is_none(firm: Firm) -> None:
    browser = Client()
    browser.cookies[COOKIE] = "eyJhIjoiYiJ9:1abcde:forged"
    for _ in range(5):
        attempt("guess", ip=ELSEWHERE, client=browser)
    assert is_refused(attempt(PASSWORD, ip=ELSEWHERE, client=browser))


def test_guesses_from_many_addresses_are_slowed(firm: Firm, clock: time_machine.Traveller) -> None:
    guess_from_many_addresses(FREE_GUESSES + 3, clock)
    assert not is_refused(attempt("guess", ip="192.0.2.101"))
    assert is_refused(attempt("guess", ip="192.0.2.102"))
    assert is_refused(attempt(PASSWORD, ip="192.0.2.103"))
    clock.shift(delay_after(FREE_GUESSES + 4) + 1)
    assert not is_refused(attempt("guess", ip="192.0.2.104"))


def test_meanwhile_the_owner_waits_for_seconds_and_not_for_ever(firm: Firm, clock: time_machine.Traveller) -> None:
    guess_from_many_addresses(40, clock)
    attempt("guess", ip="192.0.2.99")
    refused = attempt(PASSWORD, ip=OFFICE)
    assert f"Wait {LONGEST_DELAY} seconds" in refused.content.decode()
    for ip in ("192.0.2.201", "192.0.2.202"):  # who does not wait makes nobody wait longer
        assert is_refused(attempt("guess", ip=ip))
    clock.shift(LONGEST_DELAY)
    assert is_in(attempt(PASSWORD, ip=OFFICE))


def test_meanwhile_the_owner_comes_in_from_a_known_address(firm: Firm, clock: time_machine.Traveller) -> None:
    assert is_in(attempt(PASSWORD, ip=OFFICE))
    guess_from_many_addresses(FREE_GUESSES + 5, clock)
    attempt("guess", ip="192.0.2.99")
    assert is_refused(attempt(PASSWORD, ip=ELSEWHERE))
    assert is_in(attempt(PASSWORD, ip=OFFICE))


def test_unknown_accounts_meet_the_same(firm: Firm, clock: time_machine.Traveller) -> None:
    nobody = "nobody@acme.example"
    for ip in (f"192.0.2.{last}" for last in range(1, FREE_GUESSES + 3)):
        assert not is_refused(attempt("guess", ip=ip, email=nobody))
        clock.shift(LONGEST_DELAY)
    attempt("guess", ip="192.0.2.98", email=nobody)
    assert is_refused(attempt("guess", ip="192.0.2.99", email=nobody))


def test_the_delay_grows_and_is_bounded() -> None:
    assert [delay_after(FREE_GUESSES + more) for more in (-1, 0, 1, 2, 5, 6, 7, 1000)] == [0, 1, 2, 4, 32, 60, 60, 60]


def test_a_right_password_takes_its_own_try_back(firm: Firm, clock: time_machine.Traveller) -> None:
    numbers = count(1)
    for _ in range(FREE_GUESSES * 2):
        assert is_in(attempt(PASSWORD, ip=f"192.0.2.{next(numbers)}"))
    assert is_in(attempt(PASSWORD, ip=ELSEWHERE))


def test_a_new_password_ends_the_wait(firm: Firm) -> None:
    from django.core import mail

    for _ in range(6):
        answer = attempt("guess", ip=ELSEWHERE)
    assert is_refused(answer)
    client = Client(REMOTE_ADDR=ELSEWHERE)
    client.post("/auth/password/reset/", {"email": ANA})
    link = next(word for word in str(mail.outbox[-1].body).split() if word.startswith("http"))
    action = client.get(link.removeprefix("http://localhost:8000"), follow=True).request["PATH_INFO"]
    new = "a wholly different one"
    assert client.post(action, {"password1": new, "password2": new}).status_code == 302
    assert is_in(attempt(new, ip=ELSEWHERE))


def test_resets_for_one_address_are_limited(firm: Firm) -> None:
    answers = [Client().post("/auth/password/reset/", {"email": ANA}, REMOTE_ADDR=f"192.0.2.{n}") for n in range(1, 7)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert Client().post("/auth/password/reset/", {"email": "max@acme.example"}).status_code == 302


def test_without_redis_a_guesser_still_hears_no(firm: Firm) -> None:
    nowhere = {"default": {"BACKEND": "crm.ground.cache.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=nowhere):
        assert cache.get("anything", "away") == "away"
        assert not is_in(attempt("guess", ip=ELSEWHERE))
        assert is_in(attempt(PASSWORD, ip=ELSEWHERE))
