"""Normalised forms of what people type, kept in columns of their own.

Row-level security switches off indexes for ``lower()`` and the like, so lookups compare these keys with ``=`` or
as prefixes. All keys are plain code-point order (``COLLATE "C"``).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import Leniency

from crm.tenants.regions import phone_region

# Firms' legal forms, dropped from the end of a name when names are compared: written without dots and spaces, as
# "S. A." or "Sp. z o.o." may have them. Group, Holding or Company are none: they tell one firm from another.
_LEGAL_FORMS = frozenset(
    "ab ag aps as asa bv bvba cokg coltd corp corporation doo eg ek ev gbr ggmbh gmbh haftungsbeschrankt inc"
    " incorporated kft kg kgaa kk ks limited llc llp lp ltd ltda mbh nv nyrt og ohg ooo ou oy oyj pbc plc pllc pte pty"
    " pvt sa sab sarl sas sasu scs sdnbhd se sia sl slu snc spa spj spk spzoo srl sro tov uab ug ulc vof zrt"
    " ао зао оао ооо пао".split()
)
_LONGEST_FORM = 5  # words: "s.a.r.l." and "sp. z o.o."
_AT_THE_START = frozenset("the ab ooo pt sia uab ао зао оао ооо пао".split())  # "The Acme", "AB Volvo", "ООО Ромашка"
# A name is typed with one of these on one keyboard and with another on the next.
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻ‛′´＇", "'"))
# Letters with a stroke, a hook or a partner, which Unicode does not take apart. (ß is ss by its case-folding.)
PLAIN_LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ĸ": "k", "ƀ": "b", "ɓ": "b", "ɖ": "d", "ɗ": "d", "ɠ": "g", "ɨ": "i", "ƙ": "k", "ƚ": "l", "ɲ": "n", "ɵ": "o",
    "ƥ": "p", "ɍ": "r", "ƭ": "t", "ʉ": "u", "ʋ": "v", "ƴ": "y", "ƶ": "z", "ə": "e", "ɛ": "e", "ɔ": "o", "ⱥ": "a",
}  # fmt: skip
_PLAIN = str.maketrans(PLAIN_LETTERS)
TAKEN_FOR_ANOTHER = "".join(map(chr, (*_PLAIN, *_APOSTROPHES)))  # keys that were made earlier may still hold these


# What is longer is no name, host or number. Taking letters apart, reading hosts and numbers takes far longer for each
# letter of a long text than of a short one, so nothing longer is looked at: a cell of a file may hold 100,000.
LONGEST_NAME, LONGEST_HOST, LONGEST_ADDRESS, LONGEST_PHONE = 2_000, 253, 2_000, 250


def sort_key(text: str) -> str:
    """Case-folded, without accents (Ørsted as orsted, Łódź as lodz), white space collapsed, one kind of apostrophe: to
    sort and find by."""
    return _sort_key(" ".join(text.split())[:LONGEST_NAME] if len(text) > LONGEST_NAME else text)


@lru_cache(maxsize=4096)  # an import asks for each name many times: what it is called, and whom it may be
def _sort_key(text: str) -> str:
    if text.isascii():  # most is, and then there is nothing to take apart
        return " ".join(text.lower().split())[:300]
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    plain = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join(plain.casefold().translate(_PLAIN).split())[:300]


# White space, but for the separators U+001C to U+001F, which ``str.strip`` takes for it: nobody sees them, so they stay
# like other control characters, or are refused with them.
_BLANKS = "".join(one for one in map(chr, range(0x3001)) if one.isspace() and not "\x1c" <= one <= "\x1f")


def trimmed(text: str) -> str:
    """``text`` without the blanks around it: the one rule for what is typed and what comes in files."""
    return text.strip(_BLANKS)


_LINE_BREAKS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    """``text`` with a space for each line break and the blanks around it, as it stands in a field of one line."""
    text = trimmed(text)
    lines = _LINE_BREAKS.split(text)
    return text if len(lines) == 1 else " ".join(filter(None, (line.strip(" \t") for line in lines)))


LONGEST_EMAIL = 254  # letters: what mail systems take


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


def phone_key(phone: str, region: str = "") -> str:
    """E.164 when the number can be read, otherwise its digits.

    Without a country code it is one of ``region``, by default the workspace's country. ``00`` and ``011`` before a code
    stand for ``+`` wherever one is.
    """
    if len(phone) > LONGEST_PHONE:
        return re.sub(r"\D", "", phone)[:20]
    return _phone_key(phone, region or phone_region()) if phone.strip() else ""


@lru_cache(maxsize=4096)  # an import asks for each number twice, and reading one takes long
def _phone_key(phone: str, region: str) -> str:
    number = _one_number(phone, region)
    if number is None or not phonenumbers.is_valid_number(number):
        listed = _numbers_in(phone, region)
        if len(listed) > 1 or (listed and not (number and phonenumbers.is_possible_number(number))):
            number = listed[0]  # of "030 901820, 21" the one that is whole
    return _e164(number) if number is not None else re.sub(r"\D", "", phone)[:20]


def phone_keys(phone: str) -> tuple[str, ...]:
    """The keys of all the numbers that ``phone`` holds: a cell may have two. The first is its ``phone_key``."""
    if len(phone) > LONGEST_PHONE:
        return (key,) if (key := phone_key(phone)) else ()
    return _phone_keys(phone, phone_region()) if phone.strip() else ()


@lru_cache(maxsize=4096)
def _phone_keys(phone: str, region: str) -> tuple[str, ...]:
    key = phone_key(phone, region)
    several = tuple(_e164(one) for one in _numbers_in(phone, region))
    return several if key in several else (key,) if key else ()


_BETWEEN_PHONES = re.compile(r"[/;,|\r\n]")  # a slash may also stand after an area code: 0171/1234567


def _numbers_in(phone: str, region: str) -> list[phonenumbers.PhoneNumber]:
    """The numbers of a text that may be a list of them; none that lacks its area code, or is an extension."""
    if len(phone) > LONGEST_PHONE or not _BETWEEN_PHONES.search(phone):
        return []
    found = {one.start: one for one in _matches(phone, region, Leniency.POSSIBLE) if one.raw_string[0] == "+"}
    found |= {one.start: one for one in _matches(phone, region, Leniency.VALID)}
    return [found[start].number for start in sorted(found)]


def _matches(phone: str, region: str, leniency: int) -> phonenumbers.PhoneNumberMatcher:
    return phonenumbers.PhoneNumberMatcher(phone, region, leniency=leniency, max_tries=_MOST_TRIES)


_MOST_TRIES = 20  # far more than a cell holds


def _one_number(phone: str, region: str) -> phonenumbers.PhoneNumber | None:
    number = _read_phone(phone, region)
    if number is None or not phonenumbers.is_possible_number(number):
        digits = re.sub(r"\D", "", phone)
        prefix = next((one for one in ("00", "011") if digits.startswith(one)), "")
        abroad = _read_phone(f"+{digits.removeprefix(prefix)}", region) if prefix else None
        if abroad is not None and phonenumbers.is_possible_number(abroad):
            return abroad
    return number


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[:20]


def national_number(key: str) -> str:
    """The number of a ``phone_key`` without its country code; "" when the key is no number that can be read."""
    number = _read_phone(key, "ZZ") if key.startswith("+") else None
    return phonenumbers.national_significant_number(number) if number else ""


def _read_phone(phone: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return None


def company_key(name: str) -> str:
    """A company's name as compared for likeness: ``The Acme Group, Inc.`` → ``acme group``."""
    return _company_key(sort_key(name))


@lru_cache(maxsize=4096)
def _company_key(key: str) -> str:
    return " ".join(_without_legal_forms(_company_words(key)))


def company_start(text: str) -> tuple[str, str]:
    """What the ``company_key`` of a name that starts with ``text`` starts with; and the whole of that key, or "",
    if its end is, or may turn out to be, a legal form: ``The Acme Lt`` → ``acme lt``, ``acme``.
    """
    words = _company_words(sort_key(text))
    for count in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
        last = "".join(words[-count:])
        if any(form.startswith(last) for form in _LEGAL_FORMS):
            return " ".join(words), " ".join(_without_legal_forms(words[:-count]))
    return " ".join(words), ""


def _company_words(key: str) -> list[str]:
    """The words of a name's ``sort_key``, without what only stands at its start."""
    words = re.sub(r"[^\w\s]", " ", key.replace("'", "").replace("&", " ")).split()
    return words[1:] if len(words) > 1 and words[0] in _AT_THE_START else words


def _without_legal_forms(words: list[str]) -> list[str]:
    """At least one word is left: a firm may be called Limited."""
    while True:
        for count in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
            if "".join(words[-count:]) in _LEGAL_FORMS:
                words = words[:-count]
                break
        else:
            return words
