"""Moments come from the database as Django's own reader brings them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader

MOMENTS = (
    "0001-01-01 00:00:00",
    "1969-12-31 23:59:59.999999",
    "2026-03-29 01:00:00.1",
    "2026-11-28 02:35:00.012",
    "9999-12-31 23:59:59.000001",
)


class Django(BaseTzLoader):
    timezone = UTC


def read(text: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamp AT TIME ZONE 'UTC'", [text])
        [moment] = cursor.fetchone()
    return moment


@pytest.mark.django_db
@pytest.mark.parametrize("text", MOMENTS)
def test_a_moment_is_read_to_the_microsecond(text: str) -> None:
    found = read(text)
    assert found == datetime.fromisoformat(text).replace(tzinfo=UTC)
    assert found.tzinfo is UTC
    assert found == Django(1184).load(f"{text}+00".encode())


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["infinity", "10000-01-01", "0044-03-15 BC"])
def test_what_no_calendar_here_holds_is_refused_as_before(text: str) -> None:
    with pytest.raises(DataError, match="timestamp too"):
        read(text)
