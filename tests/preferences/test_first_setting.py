"""What docs/catalogue.md says of one's first setting is done as it says, and works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.urls import clear_url_caches

import contacts.settings
import contacts.setup_pages
from crm import workspace_urls
from crm.preferences import declared
from crm.setup import urls
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from tests.own_words import own_words
from tests.people import Firm, client_of

DOCS = Path(__file__).parents[2] / "docs/catalogue.md"
PAGE = "/acme/setup/account-websites/"


@pytest.fixture
def need_website(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The setting, once the pieces of code stand in their files; these import what those of contacts do."""
    text = DOCS.read_text().partition("## Your first setting")[2].partition("\n## ")[0]
    in_settings, in_pages = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    settings, usual = ModuleType("accounts.settings"), declared.modules
    there = dict(vars(contacts.settings))
    exec(in_settings, there)
    vars(settings).update({name: there[name] for name in ("WEBSITES", "NEED_WEBSITE")})
    pages = dict(vars(contacts.setup_pages)) | vars(settings)
    exec(in_pages.replace("setup/account_websites.html", "setup/workspace.html"), pages)  # which it is to be like
    one_more = (("accounts", settings),)
    monkeypatch.setattr(declared, "modules", lambda kind="settings": usual(kind) + one_more * (kind == "settings"))
    urls.urlpatterns.extend(pages["urlpatterns"])
    _forget()
    yield there["NEED_WEBSITE"]
    del urls.urlpatterns[-len(pages["urlpatterns"]) :]
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    """Have the addresses, and what is declared, looked through again."""
    declared._declared.cache_clear()
    for one in workspace_urls.urlpatterns:
        if getattr(one, "namespace", "") == "setup":
            vars(one).update(_populated=False, _reverse_dict={}, _namespace_dict={}, _app_dict={})
    clear_url_caches()


def test_the_first_setting(firm: Firm, need_website: Any) -> None:
    client = client_of(firm.ada)
    page = client.get(PAGE)
    assert "Every account has a website" in own_words(page)
    assert [str(one.label) for group in page.context["menu"] for one in group.pages if one.current] == ["Websites"]
    assert client.post(PAGE, {"needed": "on"}).status_code == 303
    assert "Ada Admin changed accounts need a website from no to yes" in own_words(client.get("/acme/setup/changes/"))
    assert client_of(firm.max).get(PAGE).status_code == 404
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        assert need_website.value() is True
    assert [one.app for one in declared.all_settings() if one.key == "accounts_need_website"] == ["accounts"]
