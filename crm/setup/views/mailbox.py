"""The mails of a trial run, read by the admin of the demo. Anywhere else these pages do not exist."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.local.mailbox import Mail, is_readable_in, mail, mails
from crm.pages.setup import setup_page, show
from crm.users.http import WorkspaceRequest, require

# What a mail brings may run nothing, load nothing and reach nothing of ours; its links open beside it.
HTML_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@setup_page
@require_safe
def list_mails(request: WorkspaceRequest) -> HttpResponse:
    """What was mailed, the latest first."""
    require(is_readable_in(request.tenant.slug))
    return show(request, "setup/mailbox.html", {"mails": mails(), "folder": settings.MAILBOX})


@setup_page
@require_safe
@never_cache
def read_mail(request: WorkspaceRequest, name: str) -> HttpResponse:
    """One mail, as text; its links can be followed."""
    return show(request, "setup/mail.html", {"mail": _mail(request, name)})


@setup_page
@require_safe
@never_cache
def read_html(request: WorkspaceRequest, name: str) -> HttpResponse:
    """One mail as its HTML shows it, in a sandbox."""
    html = _mail(request, name).html
    require(html)
    response = HttpResponse(f'<base target="_blank">{html}', content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = HTML_POLICY
    return response


def _mail(request: WorkspaceRequest, name: str) -> Mail:
    require(is_readable_in(request.tenant.slug))
    found = mail(name)
    require(found)
    assert found is not None
    return found
