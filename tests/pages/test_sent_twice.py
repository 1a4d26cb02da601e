"""The same form twice makes one record; another form under the same key is another act (H2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.activities.models import Activity
from crm.bulk.models import BulkRun
from crm.imports.models import Import
from crm.saved_views.models import SavedView
from crm.tenants.context import tenant_context
from crm.users.models import Team
from leads.models import Lead
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of

KEY = {"idempotency_key": "8f14e45fceea167a5a36dedd4bea2543"}


def person(last_name: str, **more: str) -> dict[str, str]:
    return {"first_name": "Idem", "last_name": last_name, "email": f"{last_name.lower()}@idem.example", **more, **KEY}


def made(firm: Firm, **values: Any) -> int:
    with tenant_context(firm.tenant):
        return Lead.objects.filter(first_name="Idem", **values).count()


def test_another_form_under_the_same_key_is_not_swallowed(firm: Firm) -> None:
    client = client_of(firm.ana)
    first = client.post("/acme/leads/new/", person("One"))
    second = client.post("/acme/leads/new/", person("Two"))
    assert first.status_code == second.status_code == 303
    assert first["Location"] != second["Location"]
    assert made(firm) == 2
    assert client.post("/acme/leads/new/", person("One"))["Location"] == first["Location"]
    assert client.post("/acme/leads/new/", person("Two"))["Location"] == second["Location"]
    assert made(firm) == 2


def test_the_same_key_on_another_page_makes_what_that_page_makes(firm: Firm) -> None:
    client = client_of(firm.ana)
    lead = client.post("/acme/leads/new/", person("One", anyway="1"))["Location"]
    contact = client.post("/acme/contacts/new/", person("One", anyway="1"))["Location"]
    assert lead.startswith("/acme/leads/")
    assert contact.startswith("/acme/contacts/")


def test_which_button_sent_it_makes_no_second_record(firm: Firm) -> None:
    client = client_of(firm.ana)
    client.post("/acme/leads/new/", person("One"))
    client.post("/acme/leads/new/", person("One", again="1"))
    client.post("/acme/leads/new/", person("One", anyway="1", csrfmiddlewaretoken="another"))
    assert made(firm) == 1


@pytest.mark.parametrize("key", ["x" * 5000, "ü🎣", "' OR 1=1"])
def test_any_key_will_do(firm: Firm, key: str) -> None:
    client = client_of(firm.ana)
    for _time in range(2):
        assert client.post("/acme/leads/new/", person("One") | {"idempotency_key": key}).status_code == 303
    client.post("/acme/leads/new/", person("One") | {"idempotency_key": f"{key}y", "anyway": "1"})
    assert made(firm) == 2


def test_another_note_under_the_same_key_is_logged_too(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    where = {"record_type": "leads", "record_id": str(lead.pk), "kind": "note", **KEY}
    for text in ("First", "First", "Second"):
        client_of(firm.ana).post("/acme/activities/new/", where | {"body": text})
    with tenant_context(firm.tenant):
        assert sorted(Activity.objects.values_list("body", flat=True)) == ["First", "Second"]


def test_another_file_of_the_same_name_is_kept_too(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    where = {"record_type": "leads", "record_id": str(lead.pk), "kind": "file", **KEY}
    for content in (b"%PDF-1.7 one", b"%PDF-1.7 one", b"%PDF-1.7 two"):
        file = SimpleUploadedFile("offer.pdf", content)
        client_of(firm.ana).post("/acme/activities/new/", where | {"body": "", "files": file})
    with tenant_context(firm.tenant):
        assert Activity.objects.filter(kind="file").count() == 2


def test_another_choice_for_the_same_rows_is_done_too(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    action = {"action": "owner", "id": str(lead.pk), "go": "1", **KEY}
    for owner in (firm.sam, firm.sam, firm.max):
        client_of(firm.ada).post("/acme/bulk/leads/new/", action | {"to-owner": str(owner.pk)})
    with tenant_context(firm.tenant):
        lead.refresh_from_db()
        assert BulkRun.objects.count() == 2
    assert lead.owner_id == firm.max.pk


def test_the_browser_is_told_which_key_was_answered(firm: Firm) -> None:
    client = client_of(firm.ana)
    refused = client.post("/acme/leads/new/", person("One") | {"email": "nonsense"})
    assert "angler_made" not in refused.cookies
    cookie = client.post("/acme/leads/new/", person("One")).cookies["angler_made"]
    assert cookie.value == KEY["idempotency_key"]
    assert cookie["path"] == "/acme/"


@pytest.mark.parametrize(
    ("page", "typed"),
    [("setup/teams/new/", {"name": "South"}), ("views/leads/new/?company=R%26D", {"name": "R&D", "audience": "own"})],
)
def test_what_is_no_record_is_made_once_too(firm: Firm, page: str, typed: dict[str, str]) -> None:
    """A second press neither makes another nor says that the name is taken."""
    client = client_of(firm.ada)
    sent = form_of(client, f"/acme/{page}", like=f"/acme/{page}")
    first, second = sent.send(**typed), sent.send(**typed)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    with tenant_context(firm.tenant):
        assert SavedView.objects.filter(name="R&D").count() + Team.objects.filter(name="South").count() == 1


@pytest.mark.parametrize("in_memory", [1, 2**20])
def test_a_file_sent_twice_is_one_import(firm: Firm, settings: Any, in_memory: int) -> None:
    """Large files take longer than the page waits before it lets one press again."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = in_memory
    form = form_of(client_of(firm.ada), "/acme/imports/new/leads/")
    one, same, other = (
        form.send(file=SimpleUploadedFile("p.csv", f"last_name,email\n{name},{name}@k.example\n".encode()))
        for name in ("Ann", "Ann", "Bo")
    )
    assert (one.status_code, same.status_code, other.status_code) == (303, 303, 303)
    assert one["Location"] == same["Location"] != other["Location"]
    with tenant_context(firm.tenant):
        assert [job.total for job in Import.objects.all()] == [1, 1]
