"""No request fills the server: files beyond the limit of all are read past, and every form says so."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

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
