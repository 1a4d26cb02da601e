"""Forms that could not be taken: what was typed is kept for a day, and given back to who typed it.

Nothing is ever done with it here. The page that the form stood on is drawn anew (by GET), filled in, and waits for its
button to be pressed. A body is kept only of a form that we have drawn for the very person (``crm.ui.form_marks``), so
that no other site can put words into anybody's form.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from crm.pages.models import KeptForm
from crm.tenants.context import tenant_context
from crm.tenants.urls import workspace_url
from crm.ui.form_marks import FORM_OF, person_of
from crm.users.models import Membership
from crm.users.selectors import member_of_user, tenant_of_slug

KEPT = timedelta(days=1)
MOST = 20  # of one person
LARGEST = 1_000_000  # characters
SIGNED_OUT, STALE, GONE = "signed_out", "stale", "gone"
_NOT_KEPT = frozenset({"csrfmiddlewaretoken", FORM_OF})


def body_of(request: HttpRequest) -> list[tuple[str, list[str]]]:
    """What was typed, without what nobody typed, and without passwords."""
    names = [name for name in request.POST if name not in _NOT_KEPT and "password" not in name.lower()]
    return [(name, request.POST.getlist(name)) for name in names]


def keep_form(request: HttpRequest, member: Membership, why: str) -> KeptForm | None:
    """Keep what ``member`` has sent; None when it cannot be kept."""
    body = body_of(request)
    text = "".join(value for _name, values in body for value in values)
    if len(text) > LARGEST or "\x00" in text or not body:
        return None
    files = [file.name for name in request.FILES for file in request.FILES.getlist(name)]
    kept = KeptForm.objects.create(member=member, path=request.get_full_path(), body=body, files=files, why=why)
    older = KeptForm.objects.filter(member=member).order_by("-at").values_list("pk", flat=True)[MOST:]
    KeptForm.objects.filter(pk__in=list(older)).delete()
    return kept


def keep_for_person(request: HttpRequest, why: str) -> str:
    """Keep the form for the person that it was drawn for; return where they find it, or ""."""
    slug: str = request.workspace_slug or ""  # type: ignore[attr-defined]
    person = person_of(request.POST.get(FORM_OF, ""), slug)
    tenant = tenant_of_slug(slug) if slug and person else None
    if tenant is None:
        return ""
    with tenant_context(tenant):
        member = member_of_user(person)
        kept = keep_form(request, member, why) if member else None
    return workspace_url(slug, "kept:form", kept_id=kept.pk) if kept else ""


def kept_form(actor: Membership, kept_id: Any) -> KeptForm | None:
    """Return what ``actor`` has typed, as long as it is kept."""
    return KeptForm.objects.filter(pk=kept_id, member=actor, at__gte=timezone.now() - KEPT).first()


def forget_kept_forms() -> int:
    """Drop what nobody came back for; return how many."""
    return KeptForm.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
