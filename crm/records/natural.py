"""Parts of natural keys: what tells that two sets of values are about the same person or firm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.catalogue.files import Shared, Where
from crm.ground.addresses import email_key
from crm.ground.text import sort_key
from crm.keys.names import join_name
from crm.keys.phones import phone_key

FIRST_AND_LAST = ("first_name", "last_name")  # of a person's name, which can come as one
NAMES = ("name", *FIRST_AND_LAST)


def email_of(values: Mapping[str, Any]) -> str:
    return email_key(values.get("email") or "")


def name_of(values: Mapping[str, Any]) -> str:
    """A person's or firm's name as compared, whether it comes as one or as first and last name."""
    return sort_key(whole_name(values))


def whole_name(values: Mapping[str, Any]) -> str:
    return values.get("name") or join_name(values.get("first_name") or "", values.get("last_name") or "")


def same_person(values: Mapping[str, Any], record: Any) -> bool | None:
    """Whether somebody with the same address is the same: a mailbox may be that of two people.

    A name may have grown or shrunk, and a last name may change.
    """
    given, known = set(name_of(values).split()), set(record.sort_name.split())
    if not given or not known or given <= known or known <= given:
        return True
    first = sort_key(record.first_name)
    return True if first and name_of(values).startswith(f"{first} ") else None


_SAME_NAME = """(
    string_to_array(sort_name, ' ') <@ string_to_array(wanted.b[1], ' ')
    OR string_to_array(wanted.b[1], ' ') <@ string_to_array(sort_name, ' ')
    OR (first_name_key <> '' AND starts_with(wanted.b[1], first_name_key || ' '))
)"""


def with_such_a_name(values: Mapping[str, Any]) -> list[Where]:
    """``same_person``, as the database can tell it."""
    name = name_of(values)
    return [Where(_SAME_NAME, (name,))] if name else [Where()]


def with_such_a_phone(values: Mapping[str, Any], condition: str) -> Where:
    """``SHARED_PHONE``, with another ``condition``, as the database can tell it."""
    phone = phone_key(values.get("phone") or "")
    by_phone = " AND phone_key = wanted.b[1] AND phone_key <> ''"  # which the partial index needs to be told
    return Where(f"{condition}{by_phone}", (phone,)) if phone else Where(condition)


def unless_it_says(others: Mapping[str, Any], columns: tuple[str, ...]) -> Where:
    """Those that do not contradict: they say nothing of what is given, or the same. It is given by ``columns`` of
    ``hit``, or expressions of them."""
    given = [(one, str(value)) for one, value in others.items() if value]
    same = (f"COALESCE({one}::text, '') IN ('', wanted.b[{place}])" for place, (one, _value) in enumerate(given, 1))
    return Where(" AND ".join(same) or "TRUE", tuple(value for _one, value in given), columns)


def _words_of_row(values: Mapping[str, Any]) -> list[Any]:
    words = name_of(values).split()
    return [*((one, "its first") for one in words), *((one, "any") for one in words[:1])]


def _words_of_record(record: Any) -> list[Any]:
    words = record.sort_name.split()
    return [*((one, "its first") for one in words[:1]), *((one, "any") for one in words)]


# ``same_person``: the first word of the one name is a word of the other.
SHARED_NAME = Shared(_words_of_row, _words_of_record)
SHARED_PHONE = Shared(
    lambda values: [key] if (key := phone_key(values.get("phone") or "")) else [], lambda record: [record.phone_key]
)


def contradicts(given: Any, known: Any) -> bool:
    """Whether both are there and differ."""
    return bool(given and known and given != known)
