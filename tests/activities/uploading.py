"""Adding files to records as a browser does, and getting them back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from crm.activities.models import StoredFile
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of

PDF = b"%PDF-1.7 an offer"


def lead_of(firm: Firm, owner: Any = None, **values: Any) -> Any:
    with tenant_context(firm.tenant):
        return make.lead(owner or firm.ana, **values)


def sent(firm: Firm, record: Any, *files: tuple[str, bytes], member: Any = None, **data: Any) -> HttpResponse:
    """The answer to a composer with ``files``, sent as a page without JavaScript sends it."""
    given = {"record_type": record.type_key, "record_id": str(record.pk), "kind": "file", **data}
    given["files"] = [SimpleUploadedFile(name, content, "text/html") for name, content in files]
    return client_of(member or firm.ana).post(firm.url("activities:new"), given)


def stored(firm: Firm) -> list[StoredFile]:
    with tenant_context(firm.tenant):
        return list(StoredFile.objects.select_related("activity").order_by("created_at"))


def page_of(firm: Firm, record: Any, member: Any = None) -> str:
    answer = client_of(member or firm.ana).get(f"/{firm.tenant.slug}/{record.type_key}/{record.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def fetched(firm: Firm, file: StoredFile, member: Any = None) -> Any:
    return client_of(member or firm.ana).get(firm.url("activities:file", file_id=file.pk))


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def name_on_disk(file: StoredFile) -> str:
    path = Path(settings.MEDIA_ROOT) / file.key
    assert path.is_file()
    assert path.parent.name == str(file.tenant_id)
    return path.name
