"""The house stays small, and no module needs one that needs it."""

import pytest

from tests.shape.circles import circles_of
from tests.shape.sizes import LIMITS, Limit


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.of)
def test_nothing_is_larger_than_it_may_be(limit: Limit) -> None:
    assert limit.larger() == limit.beyond, "a row of `beyond` may go; none may come"


def test_circles_are_found() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set(), "f": {"g", "a"}, "g": {"f"}}
    assert circles_of(imports) == [["a", "b", "c"], ["f", "g"]]
