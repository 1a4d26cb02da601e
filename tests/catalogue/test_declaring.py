"""What a declared type of record must keep to: it is refused when the product starts, not where it breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm.catalogue import record_type, register
from crm.catalogue.declaring import refuse_unfit
from crm.catalogue.types import Board
from crm.picklists.selectors import choices

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
    refuse_unfit(replace(record_type("accounts"), key=key))


@pytest.mark.parametrize("key", REFUSED.values(), ids=REFUSED)
def test_another_is_refused_where_the_type_is_registered(key: str) -> None:
    """``migrate`` failed on it, after ``makemigrations`` had written it down."""
    with pytest.raises(ValueError, match="cannot have the key"):
        register(replace(record_type("accounts"), key=key))


def test_a_board_has_a_column_for_every_record() -> None:
    """One over a field that can be empty would lose the records without: on the list, nowhere on the board."""
    of_types = Board(column="type", columns=lambda: choices("account_type", active_only=False))
    refuse_unfit(replace(record_type("accounts"), board=of_types))
    of_industries = Board(column="industry", columns=lambda: choices("industry", active_only=False))
    with pytest.raises(ValueError, match="those without 'industry' would stand in no column"):
        register(replace(record_type("accounts"), board=of_industries))
