"""No request fills the server: files beyond the limit of all are read past, and every form says so."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of

CSV = b"name\nKestrel\n"


def test_an_import_that_is_too_large_is_told_so(firm: Firm, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 2000
    client, url = client_of(firm.ada), firm.url("imports:new", key="accounts")
    answer = client.post(url, {"file": SimpleUploadedFile("big.csv", CSV.ljust(2000))})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The file is larger than 50 MB" in page
    assert "This field is required" not in page
    assert client.post(url, {"file": SimpleUploadedFile("small.csv", CSV)}).status_code == 303


@pytest.mark.parametrize("form", ["import", "note"])
def test_a_file_name_is_not_cut(firm: Firm, form: str) -> None:
    """12d: Django makes 255 characters of a longer one without a word."""

    def sent(length: int) -> Any:
        file = io.BytesIO(CSV)
        file.name = "n" * (length - 4) + ".csv"
        if form == "import":
            return client_of(firm.ada).post(firm.url("imports:new", key="accounts"), {"file": file})
        with tenant_context(firm.tenant):
            lead = make.lead(firm.ada, last_name="Lost")
        note = {"record_type": "leads", "record_id": lead.pk, "kind": "note", "body": "My note", "files": [file]}
        return client_of(firm.ada).post(firm.url("activities:new"), note)

    answer = sent(256)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "has 256 characters" in page
    assert "This field is required" not in page
    assert sent(255).status_code == 303
