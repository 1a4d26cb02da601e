"""Fixtures that every test may use: a database in the app's role, and two workspaces with their people."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from itertools import count

import pytest
from django.test import override_settings

from crm.events.models import Event
from crm.tenants import memo
from crm.tenants.context import tenant_context
from tests.database import create_database, drop_database
from tests.drawn import tell_what_is_drawn
from tests.people import Firm, make_firm
from tests.permissions.samples import Samples, make_samples
from tests.prepared import compare_each_call

_firms: dict[str, Firm] = {}
_numbers = count(1)
DEMO = {"seeded", "afresh"}  # fixtures that need it


@pytest.fixture(scope="session", autouse=True)
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder of this process's own for the files that tests add."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Of workspaces' setups, so that a test that counts statements may come first or last."""
    memo.forget_setups()


@pytest.fixture(scope="session", autouse=True)
def prepared_statements() -> Iterator[None]:
    with compare_each_call():
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes, or all of a machine, runs only when asked for with ``-m slow``; what is long runs first."""
    if "slow" not in config.getoption("-m"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        items[:] = [item for item in items if item not in slow]
        config.hook.pytest_deselected(items=slow)
    # Those that share the demo stand side by side: on another worker they would wait until it is made
    items.sort(
        key=lambda item: (not item.get_closest_marker("long"), not DEMO & set(getattr(item, "fixturenames", ())))
    )


def pytest_collection_finish() -> None:
    """Modules and thousands of tests live to the end: no garbage collection shall walk through them each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def context_of_pages() -> Iterator[None]:
    with tell_what_is_drawn():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A database of this process's own, in which the workspaces "acme" and "globex" already stand."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        name = create_database()
        _firms["acme"] = make_firm("acme", "Acme")
        _firms["globex"] = make_firm("globex", "Globex")
        before = _events()
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        after = _events()
        drop_database(name)
    assert after == before, "a test committed to a workspace that all tests share: take fresh_firm, and no job for all"


def _events() -> dict[str, int]:
    """How many events each of the workspaces has that all tests share."""
    found = {}
    for slug, firm in _firms.items():
        with tenant_context(firm.tenant):
            found[slug] = Event.objects.count()
    return found


@pytest.fixture
def firm(db: None) -> Firm:
    """The workspace "acme"; what a test does to it is rolled back. Not entered: see ``inside``.

    A copy of the objects, since a test sets roles, settings and memos on them too.
    """
    return deepcopy(_firms["acme"])


@pytest.fixture
def other_firm(db: None) -> Firm:
    """The workspace "globex", across the wall."""
    return deepcopy(_firms["globex"])


@pytest.fixture
def inside(firm: Firm) -> Iterator[Firm]:
    """The workspace "acme", entered, for tests that call services."""
    with ExitStack() as stack:
        stack.enter_context(tenant_context(firm.tenant))
        yield firm


@pytest.fixture
def fresh_firm(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Firm]:
    """A workspace of this test's own with real commits: for threads, browsers and workers.

    Nothing needs cleaning up: the tenant wall keeps it apart from every other test.
    """
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        number = next(_numbers)
        yield make_firm(f"firm-{number}", f"Firm {number}")


@pytest.fixture(scope="session")
def committed_samples(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Samples:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return make_samples()


@pytest.fixture
def samples(db: None, committed_samples: Samples) -> Samples:
    """One of each thing that a URL can name, in the workspaces "ours" and "theirs"; what a test does is rolled back."""
    for sample in (committed_samples.ours, committed_samples.theirs):
        sample.firm.tenant.__dict__.pop("_memo", None)
    return committed_samples
