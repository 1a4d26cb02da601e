"""Parts of natural keys: what tells that two sets of values are about the same person or firm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.tenants.names import join_name
from crm.tenants.text import email_key, sort_key


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


def contradicts(given: Any, known: Any) -> bool:
    """Whether both are there and differ."""
    return bool(given and known and given != known)
