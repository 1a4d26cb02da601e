"""What goes for good is asked for first."""

from __future__ import annotations

from typing import Any

import pytest

from crm import catalogue
from crm.fields.tags import ensure_tags
from crm.mailing_lists.models import MailingList
from crm.mailing_lists.services import create_list
from crm.picklists.models import Pipeline
from crm.picklists.selectors import stages
from crm.picklists.services import create_choice, create_pipeline
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.saved_views.services import save_view
from crm.tenants.context import tenant_context
from crm.users.models import Role, Team
from leads.models import Criterion
from leads.vetting.setup import create_criterion
from tests.people import Firm, client_of

KINDS: dict[str, type[Any]] = {
    "team": Team,
    "role": Role,
    "pipeline": Pipeline,
    "mailing_list": MailingList,
    "criterion": Criterion,
}


def make_spare(firm: Firm, kind: str) -> Any:
    with tenant_context(firm.tenant):
        if kind == "pipeline":
            return create_pipeline(actor=firm.ada, name="Spare")
        if kind == "mailing_list":
            return create_list(actor=firm.ada, name="Spare")
        if kind == "criterion":
            return create_criterion(actor=firm.ada, values={"label": "Spare", "question": "Is it?", "weight": 1})
        return KINDS[kind].objects.create(name="Spare")


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_asks_and_a_button_deletes(firm: Firm, kind: str) -> None:
    spare, client = make_spare(firm, kind), client_of(firm.ada)
    path = firm.url(f"setup:{kind}_deletion", id=spare.pk)
    assert f'href="{path}"' in client.get(firm.url(f"setup:{kind}", id=spare.pk)).content.decode()
    page = client.get(path).content.decode()
    assert "Delete “Spare”?" in page and "cannot be undone" in page and f'action="{path}"' in page
    assert "<html" not in client.get(path, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="dialog").content.decode()
    with tenant_context(firm.tenant):
        assert KINDS[kind].objects.filter(pk=spare.pk).exists()
    assert client.post(path).status_code == 303
    with tenant_context(firm.tenant):
        assert not KINDS[kind].objects.filter(pk=spare.pk).exists()


FILTERS = {
    "team": ("leads", "team"),
    "pipeline": ("opportunities", "pipeline"),
    "stage": ("opportunities", "stage"),
    "mailing_list": ("leads", "mailing_list"),
    "tag": ("leads", "tags"),
    "entry": ("leads", "source"),
}


def spare_value(firm: Firm, kind: str) -> tuple[Any, str]:
    """Something to filter by, and the page that deletes it."""
    if kind == "stage":
        pipeline = make_spare(firm, "pipeline")
        with tenant_context(firm.tenant):
            return stages(pipeline)[0], firm.url("setup:pipeline_deletion", id=pipeline.pk)
    if kind in KINDS:
        spare = make_spare(firm, kind)
        return spare, firm.url(f"setup:{kind}_deletion", id=spare.pk)
    with tenant_context(firm.tenant):
        if kind == "tag":
            spare = ensure_tags(("Spare",))[0]
            return spare, firm.url("setup:tag_deletion", id=spare.pk)
        spare = create_choice(actor=firm.ada, picklist="lead_source", values={"label": "Spare"})
        return spare, firm.url("setup:entry_deletion", key="lead_source", id=spare.pk)


@pytest.mark.parametrize("kind", FILTERS)
def test_the_views_that_filter_by_it_are_named_first(firm: Firm, kind: str) -> None:
    """They lost the filter without a word."""
    spare, path = spare_value(firm, kind)
    key, field = FILTERS[kind]
    client = client_of(firm.ada)
    with tenant_context(firm.tenant):
        query = Query(catalogue.record_type(key), (Condition(field, "is", (str(spare.pk),)),))
        save_view(actor=firm.ada, query=query, name="Spare ones", audience="own")
        save_view(actor=firm.ana, query=query, name="Of Ana", audience="own")
    page = client.get(path).content.decode()
    assert "2 saved views filter by it, and will show other records than now." in page
    assert ">Spare ones</a>" in page and "and 1 of other people" in page and "Of Ana" not in page
    assert "2 saved views filter by it" in client.post(path, {"views": "1"}).content.decode()
    assert client.post(path, {"views": "2"}).status_code == 303
    assert client.get(path).status_code == 404
