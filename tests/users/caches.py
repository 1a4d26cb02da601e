"""A cache of a test's own: throttles that other tests filled are not this one's."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test.utils import override_settings


@pytest.fixture(autouse=True)
def clean_cache() -> Iterator[None]:
    own = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(uuid4())}
    with override_settings(CACHES={"default": own}):
        yield
