"""Pages that give back what was typed: after signing in again, and where what it was about is gone."""

from __future__ import annotations

import copy
import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from crm.events.selectors import name_of_deleted
from crm.ground.ids import uuid_of
from crm.pages.kept import GONE, KEPT, SIGNED_OUT, STALE, body_of, keep_for_person, keep_form, kept_form
from crm.pages.models import KeptForm
from crm.pages.refill import Gone, Values, refill
from crm.pages.typed import plain_words, typed_words
from crm.picklists import selectors as picklists
from crm.records.access import GoneError, name_of
from crm.tenants.context import tenant_context
from crm.tenants.urls import workspace_url
from crm.ui import respond
from crm.ui.form_marks import FORM_OF, person_of
from crm.ui.http import go, is_fragment, sign_in_beside
from crm.users.http import WorkspaceRequest
from crm.users.leaving import answer_to_fragment
from crm.users.models import Membership
from crm.users.selectors import member, member_of_user, tenant_of_slug

_KEY = re.compile(r"[a-z0-9_:*+.,-]+")  # which says nothing to who reads it
GONE_HEADER = "X-Gone"  # the record is in the recycle bin: a board takes its card away (board.js)


def form(request: WorkspaceRequest, kept_id: UUID) -> HttpResponse:
    """``GET /kept/<id>/``: the form that was not taken, filled in, to be sent by who typed it."""
    kept = kept_form(request.actor, kept_id)
    if kept is None:
        text = _("What was typed into a form is kept for a day, and only for who typed it. Sign in as that person.")
        return render(request, "404.html", {"why": text}, status=404)
    body, inside = dict(kept.body), _inside(request, kept.path)
    page = _page_of(request, kept)

    def note(gone: Gone, left: Values) -> str:
        chosen = [(label, _in_words(value, request.actor)) for label, value in gone]
        context = {"kept": kept, "gone": chosen, "left": typed_words(inside, left, request.actor)}
        return render_to_string("pages/parts/kept_note.html", context, request)

    if page is not None and (filled := refill(page.content.decode(), kept.path, body, note)) is not None:
        page.content = filled.encode()
        return page
    context = {"kept": kept, "body": kept.body, "typed": typed_words(inside, body, request.actor)}
    return respond(request, "pages/kept.html", context)


def _in_words(value: str, actor: Membership) -> str:
    """What an answer was called that can be given no more; "" where nobody knows, or ``actor`` may not."""
    row_id = uuid_of(value.removeprefix("use:"))  # so an import's questions have it
    if row_id is None:
        return "" if _KEY.fullmatch(value) else value
    for find in (picklists.choice, picklists.stage):
        try:
            return str(find(row_id))
        except ObjectDoesNotExist:
            continue
    if (person := member(row_id)) is not None:
        return person.name
    return name_of(actor, row_id) or name_of_deleted(str(row_id))


def _inside(request: HttpRequest, path: str) -> str:
    """The path within the workspace."""
    return path.partition("?")[0].removeprefix(request.META["SCRIPT_NAME"])


def _page_of(request: WorkspaceRequest, kept: KeptForm) -> Any:
    """The page that the form stood on, as GET draws it; None when it has gone, or has none."""
    path, _question, query = kept.path.partition("?")
    inner: Any = copy.copy(request)
    asked = QueryDict(query, mutable=True)
    for name, values in kept.body:
        if name not in asked and not name.startswith("_"):
            asked.setlist(name, values)
    inner.method, inner.path, inner.path_info = "GET", path, _inside(request, path)
    inner.META = {name: value for name, value in request.META.items() if not name.startswith("HTTP_HX_")}
    inner.META |= {"REQUEST_METHOD": "GET", "QUERY_STRING": query, "PATH_INFO": inner.path_info}
    inner.GET, inner.POST = asked, QueryDict()
    inner.htmx = HtmxDetails(inner)
    try:
        match = resolve(inner.path_info, settings.WORKSPACE_URLCONF)
        inner.resolver_match = match
        page = match.func(inner, *match.args, **match.kwargs)
    except (Http404, Resolver404):
        return None
    is_page = page.status_code == 200 and page.headers.get("Content-Type", "").startswith("text/html")
    return page if is_page else None


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A token that is no longer good: nothing is done; what was typed is given back to who has typed it."""
    user: Any = request.user
    slug: str | None = getattr(request, "workspace_slug", None)
    mine = user.is_authenticated and person_of(request.POST.get(FORM_OF, ""), slug) == str(user.pk)
    if is_fragment(request) and slug and (mine or not user.is_authenticated):
        back = request.htmx.current_url_abs_path or f"{request.META['SCRIPT_NAME']}/"  # type: ignore[attr-defined]
        return answer_to_fragment(request) or sign_in_beside(_sign_in_url(back))
    if request.method == "POST" and slug:
        if mine and (url := keep_for_person(request, STALE)):
            return go(request, url)
        if not user.is_authenticated and (url := keep_for_person(request, SIGNED_OUT)):
            return to_sign_in(request, url)
        if (page := shut_out(request)) is not None:
            return page
    if is_fragment(request):
        text = _("This page is too old, or you signed in again meanwhile. Nothing was saved: load it again.")
        return HttpResponse(text, status=403, content_type="text/plain; charset=utf-8")
    return render(request, "403_csrf.html", status=403)


def shut_out(request: HttpRequest) -> HttpResponse | None:
    """Give back what was typed to whose access to the workspace was ended meanwhile; None for everybody else."""
    slug: str | None = getattr(request, "workspace_slug", None)
    person = person_of(request.POST.get(FORM_OF, ""), slug) if request.method == "POST" else ""
    user: Any = request.user
    tenant = tenant_of_slug(slug) if slug and person else None
    if tenant is None or (user.is_authenticated and str(user.pk) != person):
        return None
    with tenant_context(tenant):
        left = member_of_user(person, is_active=False)
        if left is None:
            return None
        typed = plain_words(request.path_info, dict(body_of(request)), left)
        return render(request, "pages/shut_out.html", {"typed": typed}, status=403)


def to_sign_in(request: HttpRequest, url: str) -> HttpResponse:
    """Ask who it is, then lead to ``url``."""
    return go(request, _sign_in_url(url))


def _sign_in_url(url: str) -> str:
    query = QueryDict(mutable=True)
    query["next"] = url
    return f"{settings.LOGIN_URL}?{query.urlencode(safe='/')}"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 inside a workspace: of a record that the person could see, who deleted it; and always what was typed."""
    actor: Any = getattr(request, "actor", None)
    if actor is None and is_fragment(request) and (told := answer_to_fragment(request)) is not None:
        return told
    if actor is None and (page := shut_out(request)) is not None:
        return page
    gone = exception.deleted if isinstance(exception, GoneError) else None
    posted = request.method == "POST" and actor is not None
    if is_fragment(request) and posted and gone:  # the form stays where it is
        text = _("“%(name)s” was deleted by %(person)s meanwhile.") % {"name": gone.name, "person": gone.by}
        headers = {GONE_HEADER: "1"}
        return HttpResponse(text, status=409, headers=headers, content_type="text/plain; charset=utf-8")
    if is_fragment(request) and posted:
        text = _("Nothing was saved: what you changed was deleted meanwhile, or it is no longer shared with you.")
        return HttpResponse(text, status=404, content_type="text/plain; charset=utf-8")
    if actor is None or not (gone or posted):
        return render(request, "404.html", status=404)
    with tenant_context(request.tenant):  # type: ignore[attr-defined]
        kept = keep_form(request, actor, GONE) if posted and gone and gone.restore_url else None
        context = {
            "gone": gone,
            "typed": typed_words(request.path_info, dict(body_of(request)), actor) if posted else [],
            "kept_url": workspace_url(request.tenant.slug, "kept:form", kept_id=kept.pk) if kept else "",  # type: ignore[attr-defined]
            "days": KEPT.days,
        }
        return render(request, "pages/gone.html", context, status=409 if posted and gone else 404)
