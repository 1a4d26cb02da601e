"""Runs a workspace's view inside its tenant, as one of its members, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.messages.storage import default_storage
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.utils import timezone, translation
from psycopg.errors import DeadlockDetected, ForeignKeyViolation, UniqueViolation

from crm.tenants.context import tenant_context
from crm.tenants.memo import keep_setup
from crm.tenants.models import Tenant
from crm.tenants.prepared import prepared
from crm.ui.http import go, is_fragment, sign_in_beside
from crm.ui.too_long import answer_too_long
from crm.users.http import AnsweredError
from crm.users.leaving import answer_to_fragment
from crm.users.models import Membership, User
from crm.users.selectors import workspace_at
from crm.users.settings import OWN_LANGUAGE, OWN_TIME_ZONE

logger = structlog.get_logger(__name__)

LAST_WORKSPACE = "workspace"  # in the session: where ``/`` leads
QUICKER = (UniqueViolation, ForeignKeyViolation, DeadlockDetected)  # somebody else has written, or has deleted
TRIES = 3


class EnterWorkspace:
    """The last middleware. Of ``/<slug>/…`` it calls the view itself, so that nothing of it runs outside.

    A page is therefore finished when it leaves here; a streamed answer must not touch the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        slug = request.workspace_slug  # type: ignore[attr-defined]
        if slug is None:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        try:
            return _asked_again(request, partial(_inside, request, slug, lambda: view(request, *args, **kwargs)))
        except OperationalError as error:
            stopped = answer_too_long(error)
            if stopped is None:
                raise
            logger.exception("statement_stopped")
            return stopped


def _asked_again(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """``answer()``, once more where the database has refused what somebody else was quicker about.

    Two who write the same at once, a name or an id that there can be once, both pass the view's own check, and so does
    who writes what another one is deleting; the database then refuses the slower one, of whom nothing is written. Asked
    again, the check sees what the quicker one did, and refuses it at its field.

    So views do nothing that a rollback does not take back: mail is sent by handlers of events, jobs are started on
    commit. (Mails to people outside of a workspace, for signing up or a new password, are sent by no such view.)
    """
    for left in reversed(range(TRIES)):
        try:
            return answer()
        except (IntegrityError, OperationalError) as error:
            if not left or not isinstance(error.__cause__, QUICKER):
                raise
            logger.info("somebody_was_quicker", error=str(error))
            _as_it_came(request)
    raise AssertionError("not reached")


def _inside(request: HttpRequest, slug: str, view: Callable[[], HttpResponse]) -> HttpResponse:
    person: Any = request.user
    found = workspace_at(slug=slug, user_id=person.pk)
    if not found:
        raise Http404
    [tenant] = found
    keep_setup(tenant, tenant.setup_number, adds=request.method in ("GET", "HEAD"))  # type: ignore[attr-defined]
    with tenant_context(tenant):
        actor = _actor(person)
        request.tenant, request.actor = tenant, actor  # type: ignore[attr-defined]
        if request.session.get(LAST_WORKSPACE) != slug:
            request.session[LAST_WORKSPACE] = slug
        return _answer(request, tenant, actor, view)


def _as_it_came(request: Any) -> None:
    """Make ``request`` ready to be answered once more."""
    for name in request.FILES:
        for file in request.FILES.getlist(name):
            file.seek(0)
    request._messages = default_storage(request)  # without what was said of what is not done


@prepared
def _active_member(*, user_id: UUID) -> QuerySet[Membership]:
    return Membership.objects.select_related("role", "team").filter(user_id=user_id, is_active=True)


def _actor(person: User) -> Membership:
    found: Any = _active_member(user_id=person.pk)
    if not found:
        raise Http404
    [actor] = found
    actor.user = person
    return actor


def _answer(request: HttpRequest, tenant: Tenant, actor: Membership, view: Callable[[], HttpResponse]) -> HttpResponse:
    person: Any = request.user
    language = OWN_LANGUAGE.value(person)
    request.LANGUAGE_CODE = language
    with (
        translation.override(language),
        timezone.override(OWN_TIME_ZONE.value(person)),
        structlog.contextvars.bound_contextvars(actor=str(actor.pk)),
    ):
        try:
            response = view()
        except AnsweredError as error:
            response = error.answer(request)  # type: ignore[arg-type]
            transaction.set_rollback(True)
        if hasattr(response, "render") and callable(response.render):
            response = response.render()
        # LocaleMiddleware would name the browser's language, which is active again when it looks.
        response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is, then come back: to the page itself when htmx asked for a part of it."""
    if is_fragment(request) and (told := answer_to_fragment(request)) is not None:
        return told
    back = request.get_full_path() if request.method == "GET" else f"{request.META['SCRIPT_NAME']}/"
    if is_fragment(request):
        back = request.htmx.current_url_abs_path or back  # type: ignore[attr-defined]
    query = QueryDict(mutable=True)
    query["next"] = back
    url = f"{settings.LOGIN_URL}?{query.urlencode(safe='/')}"
    return sign_in_beside(url) if is_fragment(request) else go(request, url)
