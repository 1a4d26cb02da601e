"""What guessers of passwords meet, and how the owner of an account still gets in meanwhile.

* A browser in which the owner signed in before carries a signed cookie. Its attempts are counted by themselves, so
  that nothing that strangers do keeps the owner out there.
* Everybody else has five wrong guesses in five minutes for one account from one address. For all accounts together an
  address has a hundred, so that one person's slips do not keep an office out that shares it.
* Guesses for one account from many addresses meet a delay that doubles from the eleventh on, up to a minute. From an
  address where the owner signed in lately it does not hold.

Neither the Host header nor whether there is such an account plays any part.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from allauth.core.internal.ratelimit import RateLimitUsage, cache_lock, clear, consume, get_ip
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.ground.addresses import email_key
from crm.users.models import User

STRANGER = {"login_failed": "5/5m/key"}
ADDRESS = {"login_failed": "100/5m/ip"}
KNOWN_BROWSER = {"login_failed": "10/5m/key"}
FREE_GUESSES = 10  # for one account, from anywhere
LONGEST_DELAY = 60
FORGOTTEN_AFTER = 3600
COOKIE = "angler_browser"
COOKIE_DAYS = 400
MOST_IN_COOKIE = 5
ADDRESS_DAYS = 90


@dataclass
class Attempt:
    """One try to sign in, counted before the password is looked at; ``take_back`` when it was right."""

    usage: RateLimitUsage
    account: str = ""  # "" = not counted among those from anywhere
    before: tuple[int, float] = field(default=(0, 0.0))

    def take_back(self) -> None:
        self.usage.rollback()
        if self.account:
            cache.set(_guesses(self.account), self.before, FORGOTTEN_AFTER)


def begin(request: HttpRequest, email: str) -> Attempt:
    """Count a try, or refuse it (``ValidationError``) without looking at the password."""
    account = _digest(email)
    if nonce := _browser(request).get(account):
        return Attempt(_within(request, KNOWN_BROWSER, f"{account}:{nonce}"))
    attempt = Attempt(_within(request, STRANGER, f"{account}:{get_ip(request)}"))
    try:
        attempt.usage.usage += _within(request, ADDRESS).usage
        if not cache.get(_address(request, account)):
            attempt.account, attempt.before = account, _wait_for_turn(account)
    except ValidationError:  # a refused try uses up none of the limits
        attempt.usage.rollback()
        raise
    return attempt


def is_password(request: HttpRequest, user: User, password: str) -> bool:
    """Whether it is the password of ``user``, as one more try to sign in: False for who has tried too often."""
    try:
        attempt = begin(request, user.email)
    except ValidationError:
        return False
    is_right = user.is_active and user.check_password(password)
    if is_right:
        attempt.take_back()
    return is_right


def _within(request: HttpRequest, limits: dict[str, str], key: str = "") -> RateLimitUsage:
    usage = consume(request, app="allauth.account", action="login_failed", config=limits, key=key)
    if usage is None:
        raise ValidationError(
            _("Too many attempts with a wrong password. Wait five minutes and try again, or set a new password."),
            code="too_many_login_attempts",
        )
    return usage


def _wait_for_turn(account: str) -> tuple[int, float]:
    """Take the account's next turn, and return how things stood before it."""
    with cache_lock(_guesses(account)):
        before: tuple[int, float] = tuple(cache.get(_guesses(account), (0, 0.0)))
        count, free_at = before
        now = time.time()
        if now < free_at:
            seconds = ceil(free_at - now)
            raise ValidationError(
                ngettext(
                    "Somebody tried many wrong passwords for this address. Wait %(seconds)d second and try again.",
                    "Somebody tried many wrong passwords for this address. Wait %(seconds)d seconds and try again.",
                    seconds,
                ),
                code="too_many_login_attempts",
                params={"seconds": seconds},
            )
        cache.set(_guesses(account), (count + 1, now + delay_after(count + 1)), FORGOTTEN_AFTER)
    return before


def delay_after(guesses: int) -> int:
    """Return for how many seconds the next try has to wait, after so many wrong ones within an hour."""
    over = guesses - FREE_GUESSES
    return 0 if over < 0 else int(min(2.0 ** min(over, 30), LONGEST_DELAY))


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Note that ``user`` signed in, here and from this address."""
    account = _digest(user.email)
    cache.set(_address(request, account), True, ADDRESS_DAYS * 24 * 3600)
    known = _browser(request)
    nonce = known.pop(account, None) or secrets.token_hex(16)
    latest = dict([*known.items(), (account, nonce)][-MOST_IN_COOKIE:])
    response.set_cookie(
        COOKIE,
        signing.dumps(latest, salt=COOKIE),
        max_age=COOKIE_DAYS * 24 * 3600,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def forgive(request: HttpRequest, email: str) -> None:
    """Forget the wrong guesses for an account whose owner has just set a new password, from this address and in all."""
    account = _digest(email)
    key = f"{account}:{get_ip(request)}"
    clear(request, app="allauth.account", action="login_failed", config=STRANGER, key=key)
    cache.delete(_guesses(account))


def _browser(request: HttpRequest) -> dict[str, str]:
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=COOKIE_DAYS * 24 * 3600)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _digest(email: str) -> str:
    return hashlib.sha256((email_key(email) or email.strip().lower()).encode()).hexdigest()


def _guesses(account: str) -> str:
    return f"guesses:{account}"


def _address(request: HttpRequest, account: str) -> str:
    return f"signed-in-from:{account}:{get_ip(request)}"
