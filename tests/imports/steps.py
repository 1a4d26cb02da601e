"""What a person does to bring a file in, and what the worker does then."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from crm.imports.kind import IMPORT
from crm.imports.models import Import
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from tests.people import Firm, client_of
from tests.working import work_alone


def tenant_of(firm: Firm) -> Tenant:
    return Tenant.objects.get(pk=firm.tenant.pk)


def upload(
    firm: Firm, key: str, text: str | bytes, member: Any = None, *, unknown: str = "add", **extra: str
) -> Import:
    """Upload as a person does, with the guessed columns; start, but do not run.

    What is asked is answered by accepting what is proposed, else by ``unknown`` ("add" where that can be, or "refuse").
    """
    client = client_of(member or firm.ada)
    content = text if isinstance(text, bytes) else text.encode()
    base = f"/{firm.tenant.slug}"
    answer = client.post(f"{base}/imports/new/{key}/", {"file": SimpleUploadedFile("rows.csv", content)})
    assert answer.status_code == 303, answer.content.decode()
    page = client.get(answer["Location"])
    answer = client.post(answer["Location"], {**sent(page, unknown), **extra})
    assert answer.status_code == 303, answer.content.decode()
    with tenant_context(tenant_of(firm)):
        return Import.objects.order_by("-made_at", "-id")[0]


def sent(page: HttpResponse, unknown: str = "add") -> dict[str, Any]:
    """What the columns page would send with its button "Import", with an answer to all that it asks."""
    form, questions = page.context["form"], page.context["questions"]
    data: dict[str, Any] = {name: form[name].initial or "" for name in form.fields if name.startswith("column_")}
    data["import"] = "1"
    data |= {question.name: question.options[0][0] for question in questions.encodings}
    for question in questions.kinds:
        data[f"kind_{question.index}"] = question.kind
    for question in questions.words:
        values = [value for value, _label in question.actions]
        general = next((value for value in values if value.startswith(unknown)), "refuse")
        data[f"word_{question.name}"] = [word.text for word in question.words]
        proposed = [word.proposal[0] if word.proposal else "" for word in question.words]
        data[f"answer_{question.name}"] = [
            word.answer or one or ("refuse" if word.is_several else general)
            for word, one in zip(question.words, proposed, strict=True)
        ]
        data[f"others_{question.name}"] = general
    for question in questions.styles:
        data[f"style_{question.name}"] = question.options[0].key if question.options else ""
        data |= {f"sign_{question.name}_{place}": codes[0][0] for place, _sign, codes, _chosen in question.signs}
    data |= {"*totals": "take"} if page.context["totals"] else {}
    for question in questions.gaps:
        can = dict(question.options)
        data[f"gap_{question.name}"] = "unknown" if unknown == "add" and "unknown" in can else "refuse"
    return data


def told(page: HttpResponse) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(page.content.decode())).split())


def run_import(tenant: Tenant, run_id: Any, *, batches: int | None = None) -> bool:
    """Let a worker do its part, or so many batches of it; whether there is more to do."""
    return work_alone(IMPORT, tenant, run_id, batches=batches)


def finished(firm: Firm, run: Import) -> Import:
    """Let the worker do its part."""
    run_import(tenant_of(firm), run.pk)
    with tenant_context(tenant_of(firm)):
        run.refresh_from_db()
    assert run.state == RunState.DONE, run.problem
    return run


def bring_in(firm: Firm, key: str, text: str | bytes, member: Any = None, **extra: str) -> Import:
    """From the upload to the end."""
    return finished(firm, upload(firm, key, text, member, **extra))


def download(firm: Firm, run: Import, member: Any = None, query: str = "") -> str:
    """The file of the refused rows, without its byte order mark."""
    answer = client_of(member or firm.ada).get(f"/{firm.tenant.slug}/imports/{run.pk}/refused/{query}")
    assert answer.status_code == 200
    return answer.content.decode("utf-8-sig")
