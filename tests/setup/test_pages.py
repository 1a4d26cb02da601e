"""Setup is for those who may set up; everybody else finds nothing there."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.urls.resolvers import URLPattern

from crm.fields.custom.services import create_field
from crm.fields.tags import ensure_tags
from crm.mailing_lists.services import create_list
from crm.picklists import selectors
from crm.setup.urls import urlpatterns
from crm.tenants.context import tenant_context
from leads.vetting import criteria
from tests.forms import form_of
from tests.people import Firm, client_of

# Written to only; or there only where `make run` keeps the mails (tests/local/test_mailbox.py).
NO_PAGES = {"invitation", "password_link", "mailbox", "mail", "mail_html"}


def _addresses(firm: Firm) -> dict[str, str]:
    """Every setup page of ``firm`` that can be looked at."""
    with tenant_context(firm.tenant):
        pipeline = selectors.default_pipeline()
        stage, status = selectors.stages(pipeline)[0], selectors.choices("lead_status")[0]
        field = create_field(actor=firm.ada, record_type="leads", kind="text", label=f"Field {uuid4().hex}")
        [tag] = ensure_tags((f"Tag {uuid4().hex}",))
        criterion, mailing_list = criteria()[0], create_list(actor=firm.ada, name=f"List {uuid4().hex}")
    ids = {"person": firm.ana.pk, "team": firm.east.pk, "role": firm.ana.role_id, "pipeline": pipeline.pk}
    ids["role_fields"] = ids["role"]
    ids |= {"field": field.pk, "tag": tag.pk, "criterion": criterion.pk, "mailing_list": mailing_list.pk}
    found = {}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        name = str(pattern.name)
        route = str(pattern.pattern)
        if route.endswith(("position/", "retry/")) or "deactivation/" in route or name in NO_PAGES:
            continue
        if name.endswith("_deletion") and name != "entry_deletion":
            continue
        if "<str:key>" not in route:
            more: dict[str, Any] = {"type": "leads"} if "<slug:type>" in route else {}
            more |= {"id": ids[name]} if "<uuid:id>" in route else {}
            found[name] = firm.url(f"setup:{name}", **more)
            continue
        for key, entry in ((str(pipeline.pk), stage), ("lead_status", status)):
            more = {"id": entry.pk} if "<uuid:id>" in route else {}
            found[f"{name} of {key}"] = firm.url(f"setup:{name}", key=key, **more)
    return found


def test_an_admin_sees_every_page_with_the_menu(firm: Firm) -> None:
    client = client_of(firm.ada)
    addresses = _addresses(firm)
    assert len(addresses) > 15
    for name, address in addresses.items():
        response = client.get(address)
        assert response.status_code == 200, name
        assert firm.url("setup:people") in response.content.decode(), name


@pytest.mark.parametrize("role", ["manager", "rep", "read_only"])
def test_for_all_others_no_page_exists(firm: Firm, role: str) -> None:
    client = client_of(firm.everybody[role])
    for name, address in _addresses(firm).items():
        assert client.get(address).status_code == 404, name


def test_only_an_admin_is_led_there(firm: Firm) -> None:
    link = f'href="{firm.url("setup:index")}"'
    leads = firm.url("leads:list")
    assert link in client_of(firm.ada).get(leads).content.decode()
    assert link not in client_of(firm.ana).get(leads).content.decode()


def test_a_page_that_adds_something_has_the_focus_where_one_begins(firm: Firm) -> None:
    """“New field” and “New role” left it on the page; what was refused has it on what is wrong."""
    client = client_of(firm.ada)
    new = {name: address for name, address in _addresses(firm).items() if "new_" in name or name == "invite"}
    assert len(new) > 7
    for name, address in new.items():
        more = "?kind=text" if name == "new_field" else ""
        fresh = client.get(f"{address}{more}").content.decode()
        assert re.findall(r'<(?:input|select|textarea)[^>]*name="([^"]+)"[^>]* autofocus', fresh), name
        assert fresh.count("autofocus") == 1 and "data-focus" not in fresh, name
        refused = form_of(client, f"{address}{more}", like=address).send().content.decode()
        assert "data-focus" in refused and "autofocus" not in refused, name
