"""What the key of a type of record may be: it stands in addresses, in columns and in names of the database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm.catalogue import record_type

REFUSED = {
    "a hyphen": "work-orders",
    "a capital": "Orders",
    "a blank": "work orders",
    "a digit first": "2nd_orders",
    "a marked letter": "aufträge",
    "a line break": "orders\n",
    "a quotation mark": 'orders"',
    "nothing": "",
    "too much": "o" * 31,
}


@pytest.mark.parametrize("key", ["work_orders", "orders2", "o" * 30])
def test_a_key_of_plain_letters_is_taken(key: str) -> None:
    assert replace(record_type("accounts"), key=key).key == key


@pytest.mark.parametrize("key", REFUSED.values(), ids=REFUSED)
def test_another_is_refused_where_the_type_is_declared(key: str) -> None:
    """``migrate`` failed on it, after ``makemigrations`` had written it down."""
    with pytest.raises(ValueError, match="cannot have the key"):
        replace(record_type("accounts"), key=key)
