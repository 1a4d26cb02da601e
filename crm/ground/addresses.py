"""E-mail and web addresses: what is one, and the keys by which they are looked up."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

LONGEST_EMAIL = 254  # letters: what mail systems take
# What is longer is no host or address, and reading it would take long: a cell of a file may hold 100,000 letters.
LONGEST_HOST, LONGEST_ADDRESS = 253, 2_000

# Unicode's controls, format signs, private and unused characters, and its blanks. What has no picture, or a blank
# one, though its category says letter, mark or symbol: fillers, joiners, selectors of variants.
_UNSEEN_CATEGORIES = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"))
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffc\U00016fe4\U000e0100-\U000e01ef]"
)


def refuse_unseen(text: str) -> None:
    """Refuse an address with a character that nobody sees: it is not the one that people read."""
    if unseen := next((one for one in text if one != " " and _is_unseen(one)), ""):
        raise ValidationError(
            _("“%(text)s” holds a character that cannot be seen (U+%(code)s). Write it without.")
            % {"text": text[:100], "code": f"{ord(unseen):04X}"}
        )


def refuse_unseen_host(text: str) -> None:
    """The same of the host of a web address; what follows may be in any script, with the joiners that it needs."""
    refuse_unseen(re.split(r"[/?#]", text.split("://", 1)[-1], maxsplit=1)[0])


def _is_unseen(one: str) -> bool:
    return unicodedata.category(one) in _UNSEEN_CATEGORIES or _UNSEEN.match(one) is not None


def validate_address(text: str) -> None:
    """Refuse what is no e-mail address; also one with a character that nobody sees, which no mail reaches."""
    refuse_unseen(text)
    validate_email(text)


def email_key(email: str) -> str:
    """The address in lower case, its host as ``host_key`` has it; empty when it is not one."""
    name, at, host = email.strip().rpartition("@")
    return f"{name.casefold()}@{host_key(host)}" if at else ""


def in_own_letters(email: str) -> str:
    """The address as people write it: its host not as ``xn--``, where that says the same."""
    name, at, host = email.rpartition("@")
    return f"{name}@{host_key(host)}" if at and "xn--" in host.lower() else email


def host_key(host: str) -> str:
    """The host in lower case and in its own letters: ``xn--mnchen-3ya.example`` → ``münchen.example``.

    A host whose letters mail systems read in two ways (``straße`` also as ``strasse``) has its ``xn--`` form instead.
    """
    if len(host) > LONGEST_HOST or (host.isascii() and "xn--" not in host.lower()):
        return host.lower()
    plain = unicodedata.normalize("NFKC", host).lower().replace("。", ".")
    return ".".join(label if label.isascii() and label[:4] != "xn--" else _label(label) for label in plain.split("."))


def _label(label: str) -> str:
    try:
        letters = label[4:].encode().decode("punycode") if label.startswith("xn--") else label
        is_clear = not letters.isascii() and letters.encode("idna").decode("idna") == letters
        return letters if is_clear else "xn--" + letters.encode("punycode").decode()
    except UnicodeError:  # no name that a host can have
        return label


def email_domain(email: str) -> str:
    return email_key(email).rpartition("@")[2]


def domain_key(url_or_domain: str) -> str:
    """The host of a web address without ``www.``: ``https://www.Acme.com/x`` → ``acme.com``."""
    address = url_or_domain.strip()[:LONGEST_ADDRESS]
    host = re.sub(r"^[a-z]+://", "", address, flags=re.IGNORECASE).split("/")[0].split("?")[0]
    host = host.rpartition("@")[2].split(":")[0]
    key = host_key(host) if len(host) <= LONGEST_HOST else ""
    return key.removeprefix("www.") if "." in key else ""
