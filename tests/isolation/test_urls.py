"""Every URL of a workspace with ids of another one: 404, and the other's rows stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.conf import settings

from crm.tenants.context import tenant_context
from tests.isolation.dump import Dump, dump
from tests.people import client_of
from tests.permissions.asking import path_of, send
from tests.permissions.samples import Sample, Samples
from tests.permissions.table import ROWS, Row


def ids_of(row: Row) -> list[str]:
    return [name for name, text in row.arguments.items() if text.startswith("$")]


def exchanges() -> Iterator[tuple[Row, tuple[str, ...]]]:
    """Each row with each of its ids exchanged, and with all of them."""
    for row in ROWS:
        names = ids_of(row)
        yield from ((row, (name,)) for name in names)
        if len(names) > 1:
            yield row, tuple(names)


@cache
def untouched(slug: str) -> Dump:
    """The committed rows, to which every test's transaction rolls back."""
    from crm.tenants.models import Tenant

    return dump(Tenant.objects.get(slug=slug))


@pytest.fixture(scope="module", autouse=True)
def as_committed_by_now() -> None:
    """Between two tests of this module, a worker may have run others that write to the samples in a browser."""
    untouched.cache_clear()


@pytest.fixture(autouse=True)
def known(samples: Samples) -> None:
    """Reads both workspaces before the first test writes."""
    for sample in (samples.ours, samples.theirs):
        untouched(sample.firm.tenant.slug)


def is_untouched(sample: Sample) -> bool:
    return dump(sample.firm.tenant) == untouched(sample.firm.tenant.slug)


def test_the_dump_sees_a_change(samples: Samples) -> None:
    from crm.users.models import Team

    with tenant_context(samples.theirs.firm.tenant):
        Team.objects.filter(pk=samples.theirs.ids["east"]).update(name="Renamed")
    assert not is_untouched(samples.theirs)
    assert is_untouched(samples.ours)


@pytest.mark.parametrize(
    ("row", "exchanged"), list(exchanges()), ids=lambda value: str(value) if isinstance(value, Row) else "+".join(value)
)
def test_ids_of_another_workspace_do_not_exist(row: Row, exchanged: tuple[str, ...], samples: Samples) -> None:
    others = {name: samples.theirs.value(row.arguments[name]) for name in exchanged}
    path = path_of(row, samples.ours, **others)
    answer = send(client_of(samples.ours.firm.ada), row, path, samples.ours)
    assert answer.status_code == 404
    assert is_untouched(samples.theirs)
    assert is_untouched(samples.ours)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_another_workspaces_admin_opens_nothing(row: Row, samples: Samples) -> None:
    client = client_of(samples.theirs.firm.ada)
    assert send(client, row, path_of(row, samples.ours), samples.ours).status_code == 404
    assert is_untouched(samples.ours)
    assert is_untouched(samples.theirs)


# A lookup goes by its text: the id beside it is only a hint, and one that leads nowhere is passed over.
HINTS = {"account_id", "contact_id"}
NAMED = [
    (row, field)
    for row in ROWS
    for field, text in row.data.items()
    if text.startswith("$") and field not in HINTS and row.statuses["admin"] == 303
]


@pytest.mark.parametrize(("row", "field"), NAMED, ids=str)
def test_a_form_cannot_point_at_another_workspaces_row(row: Row, field: str, samples: Samples) -> None:
    ours, theirs = samples.ours, samples.theirs
    data = {name: ours.value(text) for name, text in row.data.items() if name not in HINTS}
    data[field] = theirs.value(row.data[field])
    path = path_of(row, ours)
    assert client_of(ours.firm.ada).post(path, data).status_code in (404, 422)
    assert is_untouched(theirs)
    assert is_untouched(ours)
    data[field] = ours.value(row.data[field])
    assert client_of(ours.firm.ada).post(path, data).status_code == 303


# Addresses that name a row in their query.
QUERIES = (
    "leads/?owner=$ana",
    "leads/?team=$west",
    "leads/?source=$source",
    "leads/?view=$view_shared",
    "leads/export/?owner=$ana",
    "accounts/?parent=$account",
    "accounts/?type=$customer",
    "contacts/?account=$account",
    "opportunities/?stage=$stage",
    "opportunities/?account=$account",
    "opportunities/board/?owner=$ana",
    "opportunities/new/?account=$account",
    "opportunities/new/?contact=$contact",
    "opportunities/$ours_opportunity/contacts/?contact=$contact",
    "opportunities/$ours_opportunity/stage/?stage=$stage_won",
    "contacts/new/?account=$account",
    "reports/pipeline/?owner=$ana",
    "reports/close-ratio/?team=$east",
    "reports/accounts-by-type/?owner=$ana",
)
QUERIES_THAT_DO_NOT_EXIST = ("activities/new/?record_type=leads&record_id=$lead",)


def with_ids(query: str, samples: Samples) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("ours_"):
            return samples.ours.ids[name.removeprefix("ours_")]
        return samples.theirs.ids[name]

    return "/ours/" + re.sub(r"\$(\w+)", value, query)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_finds_nothing_of_another_workspace(query: str, samples: Samples) -> None:
    answer = client_of(samples.ours.firm.ada).get(with_ids(query, samples))
    assert answer.status_code == 200
    page = answer.content.decode()
    words = [samples.theirs.words[f"{one}_name"] for one in ("lead", "account", "contact", "opportunity")]
    assert not [name for name in [*words, "Theirs", "theirs.example"] if re.search(rf"\b{re.escape(name)}\b", page)]
    if "/new/" not in query:
        own = client_of(samples.theirs.firm.ada).get(with_ids(query, samples).replace("/ours/", "/theirs/", 1))
        assert own.status_code == (404 if "$ours" in query else 200)


@pytest.mark.parametrize("query", QUERIES_THAT_DO_NOT_EXIST)
def test_a_query_that_needs_the_row_does_not_exist(query: str, samples: Samples) -> None:
    path = with_ids(query, samples)
    assert client_of(samples.ours.firm.ada).get(path).status_code == 404
    assert client_of(samples.theirs.firm.ada).get(path.replace("/ours/", "/theirs/", 1)).status_code == 200


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET" and row.statuses["admin"] == 200], ids=str)
def test_no_page_names_a_row_of_another_workspace(row: Row, samples: Samples) -> None:
    page = _text(client_of(samples.ours.firm.ada).get(path_of(row, samples.ours)).getvalue())
    assert not [name for name, text in samples.theirs.ids.items() if text in page]
    assert "/theirs/" not in page


def _text(content: bytes) -> str:
    """What a page says, or a workbook in its parts."""
    if not content.startswith(b"PK"):
        return content.decode()
    with ZipFile(BytesIO(content)) as parts:
        return "".join(parts.read(name).decode() for name in parts.namelist())


def test_search_stays_in_the_workspace(samples: Samples) -> None:
    words = samples.theirs.words
    for name in (words["lead_name"], words["account_name"], words["contact_name"], words["opportunity_name"]):
        for page in ("search/", "search/palette/", "lookup/accounts/", "lookup/contacts/"):
            answer = client_of(samples.ours.firm.ada).get(f"/ours/{page}", {"q": name}).content.decode()
            assert not [one for one in samples.theirs.ids.values() if one in answer]
        own = client_of(samples.theirs.firm.ada).get("/theirs/search/", {"q": name}).content.decode()
        assert [one for one in samples.theirs.ids.values() if one in own]


def test_an_invitation_opens_only_its_own_workspace(samples: Samples) -> None:
    client = client_of(samples.ours.firm.ada)
    token = samples.theirs.words["token"]
    assert client.get(f"/invitations/theirs/{token}/").status_code == 200
    assert client.get(f"/invitations/ours/{token}/").status_code == 404


def test_who_is_in_both_workspaces_still_sees_one_at_a_time(samples: Samples) -> None:
    from crm.users.models import Membership

    theirs = samples.theirs
    with tenant_context(theirs.firm.tenant):
        Membership.objects.filter(pk=theirs.ids["invited"]).update(
            user=samples.ours.firm.ada.user, role=theirs.firm.ada.role
        )
    client = client_of(samples.ours.firm.ada)
    lead = theirs.ids["lead"]
    assert client.get(f"/theirs/leads/{lead}/").status_code == 200
    assert client.get(f"/ours/leads/{lead}/").status_code == 404
    assert settings.LOGIN_URL not in client.get("/ours/").content.decode()
