"""An own field, a word of a list, a stage or a tag that an admin deletes while somebody saves a record with it.

The admin's deletion is committed, by a connection of its own, right before the other one writes.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from django.db import connections
from django.db.models.deletion import Collector

from crm.fields.custom.services import delete_field
from crm.fields.models import Tag
from crm.fields.tags import delete_tag, ensure_tags
from crm.mailing_lists import services as lists
from crm.mailing_lists.selectors import memberships_of
from crm.mailing_lists.services import create_list, delete_list
from crm.picklists.selectors import choices, stages
from crm.picklists.services import replace_and_delete
from crm.records import services
from crm.tenants.context import tenant_context
from crm.users.services import create_team
from leads.models import Lead
from leads.vetting import services as vetting
from leads.vetting.setup import create_criterion, delete_criterion
from opportunities.models import Opportunity
from tests import make
from tests.fields.own import add_field, field_of, fresh
from tests.forms import form_of
from tests.people import Firm, client_of


class Meanwhile:
    """``do`` is done once, by somebody else, while a record is about to be written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, firm: Firm) -> None:
        self.firm = firm
        self.do: Callable[[], object] | None = None
        self.patch = monkeypatch
        self.before(services, "_prepare")

    def before(self, where: Any, name: str) -> None:
        """Let ``where.name`` be the moment at which it is done too."""
        real = getattr(where, name)

        def call(*args: Any, **options: Any) -> Any:
            self._act()
            return real(*args, **options)

        self.patch.setattr(where, name, call)

    def _act(self) -> None:
        do, self.do = self.do, None
        if do is not None:
            with ThreadPoolExecutor() as others:
                others.submit(self._inside, do).result(20)

    def _inside(self, do: Callable[[], object]) -> None:
        try:
            with tenant_context(fresh(self.firm)):
                do()
        finally:
            connections.close_all()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, fresh_firm: Firm) -> Meanwhile:
    return Meanwhile(monkeypatch, fresh_firm)


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


NEW = {"last_name": "Typed", "company": "C", "email": "typed@c.example", "anyway": "1"}
PLACES = ["new/", "{id}/edit/", "{id}/fields/{name}/"]


@pytest.mark.parametrize("kind", ["text", "long_text", "choice"])
def test_an_own_field_deleted_while_a_record_is_saved_gives_back_what_was_typed(
    fresh_firm: Firm, meanwhile: Meanwhile, kind: str
) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    client = client_of(firm.ana)
    for place in PLACES:
        name = add_field(client_of(firm.ada), firm, kind, "Zz field", "leads")
        own = field_of(firm, "Zz field", "leads")
        form = form_of(client, f"/{firm.tenant.slug}/leads/{place.format(id=lead.pk, name=name)}")
        with tenant_context(fresh(firm)):
            typed = str(choices(own.picklist)[0].pk) if kind == "choice" else "Words"
        meanwhile.do = lambda own=own: delete_field(field=own, actor=firm.ada)
        others = NEW if place == "new/" else {}
        answer = form.send(**{name: typed}, **others)
        assert meanwhile.do is None
        words = "Small" if kind == "choice" else "Words"
        assert words in text_of(answer), place
        if "fields" in place:
            assert answer.status_code == 404
            continue
        assert answer.status_code == 422
        assert "The field “Zz field” was taken away meanwhile" in unescape(str(answer.context["form"].errors))
        assert form.again(answer).send(anyway="1").status_code == 303
    with tenant_context(fresh(firm)):
        assert all(not custom for custom in Lead.objects.values_list("custom", flat=True))


@pytest.mark.parametrize("place", [*PLACES, "bulk"])
def test_a_word_deleted_while_a_record_gets_it_is_asked_again(
    fresh_firm: Firm, meanwhile: Meanwhile, place: str
) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        word, other = [one for one in choices("lead_source") if not one.is_default][:2]
    path = f"/{firm.tenant.slug}/leads/{place.format(id=lead.pk, name='source')}"
    meanwhile.do = lambda: replace_and_delete(entry=word, replacement=other, actor=firm.ada)
    bulk = f"/{firm.tenant.slug}/bulk/leads/new/"
    if place == "bulk":
        shown = client_of(firm.ana).post(bulk, {"action": "set:source", "id": str(lead.pk)}).context["shown"]
        sent = {"action": "set:source", "id": str(lead.pk), "to-source": str(word.pk), "go": "1", "shown": shown}
        answer = client_of(firm.ana).post(bulk, sent)
    else:
        form = form_of(client_of(firm.ana), path)
        answer = form.send(source=str(word.pk), **(NEW if place == "new/" else {}))
    assert meanwhile.do is None
    assert answer.status_code == 422
    assert f"“{word.label}” was deleted meanwhile. Choose another." in text_of(answer)
    with tenant_context(fresh(firm)):
        assert Lead.objects.get().source_id != word.pk


def test_a_tag_deleted_while_a_record_gets_it_stands_on_the_record(fresh_firm: Firm, meanwhile: Meanwhile) -> None:
    """Who types a word that no tag is makes the tag, so it is made again."""
    firm = fresh_firm
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        (tag,) = ensure_tags(("VIP",))
    form = form_of(client_of(firm.ana), f"/{firm.tenant.slug}/leads/{lead.pk}/fields/tags/")
    meanwhile.do = lambda: delete_tag(tag=tag, actor=firm.ada)
    assert form.send(tags="VIP").status_code == 303
    assert meanwhile.do is None
    with tenant_context(fresh(firm)):
        assert Tag.objects.exclude(pk=tag.pk).get().name == "VIP"


def test_a_card_dropped_into_a_stage_that_is_being_deleted_is_asked_about(
    fresh_firm: Firm, meanwhile: Meanwhile
) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana)
        first, second, third = [one for one in stages() if one.meaning == "open"][:3]
    meanwhile.do = lambda: replace_and_delete(entry=third, replacement=second, actor=firm.ada)
    path = f"/{firm.tenant.slug}/opportunities/{deal.pk}/stage/"
    answer = client_of(firm.ana).post(f"{path}?board=1", {"stage": str(third.pk), "moved_from": str(first.pk)})
    assert meanwhile.do is None
    assert answer.status_code == 422
    assert f"“{third.label}” was deleted meanwhile" in text_of(answer)
    with tenant_context(fresh(firm)):
        assert Opportunity.objects.get().stage_id == first.pk


def test_evidence_for_a_criterion_that_is_being_deleted_comes_back(fresh_firm: Firm, meanwhile: Meanwhile) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        criterion = create_criterion(actor=firm.ada, values={"label": "Commitment"})
    meanwhile.before(vetting, "_write")
    meanwhile.do = lambda: delete_criterion(criterion=criterion, actor=firm.ada)
    path = f"/{firm.tenant.slug}/leads/{lead.pk}/vetting/{criterion.pk}/"
    answer = client_of(firm.ana).post(path, {"answer": "yes", "evidence": "They signed a letter"})
    assert meanwhile.do is None
    assert answer.status_code == 404
    assert "They signed a letter" in text_of(answer)


def test_a_mailing_list_that_is_being_deleted_is_named(fresh_firm: Firm, meanwhile: Meanwhile) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        news, other = (create_list(actor=firm.ada, name=name) for name in ("News", "Other"))
    form = form_of(client_of(firm.ana), f"/{firm.tenant.slug}/mailing-lists/leads/{lead.pk}/")
    meanwhile.before(lists, "put_on_lists")
    meanwhile.do = lambda: delete_list(mailing_list=news, actor=firm.ada)
    answer = form.send(lists=[str(news.pk), str(other.pk)])
    assert meanwhile.do is None
    assert answer.status_code == 422
    assert "“News” was deleted meanwhile" in text_of(answer)
    with tenant_context(fresh(firm)):
        assert not memberships_of(lead)


def test_a_team_that_somebody_gives_a_record_to_while_it_is_deleted_stays(
    fresh_firm: Firm, meanwhile: Meanwhile
) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        team = create_team(actor=firm.ada, name="North")
    meanwhile.before(Collector, "delete")
    meanwhile.do = lambda: make.lead(firm.ana, team=team)
    answer = client_of(firm.ada).post(f"/{firm.tenant.slug}/setup/teams/{team.pk}/deletion/", follow=True)
    assert meanwhile.do is None
    assert "“North” still has people, teams below it or records. Move them first." in text_of(answer)
