"""A list stays whole: what the product needs cannot be taken away, and what is in use does not change under people."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm.events.models import Event
from crm.picklists import selectors, services
from crm.picklists.models import Choice, Stage
from crm.picklists.usage import in_use, usage
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from opportunities.services import delete_opportunity, move_to_stage, update_opportunity
from tests import make
from tests.people import Firm


def _add(firm: Firm, picklist: str = "lead_status", **values: Any) -> Choice:
    return services.create_choice(actor=firm.ada, picklist=picklist, values=values)


def _add_stage(firm: Firm, **values: Any) -> Stage:
    return services.create_stage(actor=firm.ada, pipeline=selectors.default_pipeline(), values=values)


def _labels(picklist: str) -> list[str]:
    return [choice.label for choice in selectors.choices(picklist)]


class TestLabels:
    def test_a_choice_is_added_at_the_end_and_told(self, inside: Firm) -> None:
        choice = _add(inside, "industry", label="  Space travel ", tone="info")
        assert _labels("industry")[-1] == "Space travel"
        event = Event.objects.get(name="picklist.choice_created")
        assert (event.actor, event.record_type) == (inside.ada, "")
        assert event.data == {"list": "industry", "id": str(choice.pk), "label": "Space travel", "meaning": ""}

    @pytest.mark.parametrize("label", ["Energy", " éNERGY ", ""])
    def test_a_label_is_there_once(self, inside: Firm, label: str) -> None:
        assert _add(inside, "industry", label="Energy storage").is_active
        with pytest.raises(ValidationError) as refusal:
            _add(inside, "industry", label=label)
        assert list(refusal.value.error_dict) == ["label"]

    def test_a_rename_may_change_capitals_but_not_take_anothers(self, inside: Firm) -> None:
        energy = next(choice for choice in selectors.choices("industry") if choice.label == "Energy")
        services.update_choice(choice=energy, actor=inside.ada, values={"label": "ENERGY"})
        assert "ENERGY" in _labels("industry")
        with pytest.raises(ValidationError):
            services.update_choice(choice=energy, actor=inside.ada, values={"label": "retail"})

    def test_the_same_label_may_stand_in_two_lists(self, inside: Firm) -> None:
        assert {"Other"} <= set(_labels("industry")) & set(_labels("lead_source"))


class TestMeanings:
    def test_the_last_of_a_needed_meaning_stays(self, inside: Firm) -> None:
        qualified = selectors.choice_meaning("lead_status", "qualified")
        for refused in (
            lambda: services.deactivate(entry=qualified, actor=inside.ada),
            lambda: services.replace_and_delete(entry=qualified, replacement=None, actor=inside.ada),
            lambda: services.update_choice(choice=qualified, actor=inside.ada, values={"meaning": "working"}),
        ):
            with pytest.raises(ValidationError, match="last active"):
                refused()
        second = _add(inside, label="Vetted", meaning="qualified")
        services.deactivate(entry=qualified, actor=inside.ada)
        assert selectors.choice_meaning("lead_status", "qualified") == second

    def test_the_meaning_of_a_used_choice_stays(self, inside: Firm) -> None:
        nurtured = _add(inside, label="Nurtured", meaning="working")
        assert not in_use(nurtured)
        services.update_choice(choice=nurtured, actor=inside.ada, values={"meaning": "qualified"})
        services.update_choice(choice=nurtured, actor=inside.ada, values={"meaning": "working"})
        make.lead(inside.ana, status=selectors.choice(nurtured.pk))
        with pytest.raises(ValidationError, match="in use"):
            services.update_choice(choice=nurtured, actor=inside.ada, values={"meaning": "qualified"})
        services.update_choice(choice=nurtured, actor=inside.ada, values={"label": "Warmed up"})
        assert selectors.choice(nurtured.pk).label == "Warmed up"

    def test_a_meaning_must_exist(self, inside: Firm) -> None:
        with pytest.raises(ValidationError):
            _add(inside, label="Odd", meaning="nonsense")
        with pytest.raises(ValidationError):
            _add(inside, "industry", label="Odd", meaning="new")
        with pytest.raises(ValidationError):
            _add(inside, "industry", label="Odd", tone="ultraviolet")


class TestDefault:
    def test_there_is_one_default(self, inside: Firm) -> None:
        working = selectors.choice_meaning("lead_status", "working")
        services.update_choice(choice=working, actor=inside.ada, values={"is_default": True})
        defaults = [choice.label for choice in selectors.choices("lead_status") if choice.is_default]
        assert defaults == ["Working"]

    def test_new_records_always_start_somewhere(self, inside: Firm) -> None:
        new = selectors.choice_meaning("lead_status", "new")
        _add(inside, label="Fresh", meaning="new")
        with pytest.raises(ValidationError, match="start with"):
            services.deactivate(entry=new, actor=inside.ada)
        working = selectors.choice_meaning("lead_status", "working")
        services.update_choice(choice=working, actor=inside.ada, values={"is_default": True})
        services.deactivate(entry=new, actor=inside.ada)
        assert selectors.default_choice("lead_status") == working

    def test_no_record_starts_at_an_end(self, inside: Firm) -> None:
        converted = selectors.choice_meaning("lead_status", "converted")
        with pytest.raises(ValidationError, match="reached by an action"):
            services.update_choice(choice=converted, actor=inside.ada, values={"is_default": True})

    def test_a_list_without_a_needed_default_may_have_one_and_lose_it(self, inside: Firm) -> None:
        hot = selectors.choices("rating")[0]
        services.update_choice(choice=hot, actor=inside.ada, values={"is_default": True})
        assert selectors.default_choice("rating") == hot
        services.deactivate(entry=hot, actor=inside.ada)
        assert selectors.default_choice("rating") is None


class TestOrder:
    def test_an_entry_goes_where_it_is_put(self, inside: Firm) -> None:
        before = _labels("rating")
        services.reorder(entry=selectors.choices("rating")[2], position=0, actor=inside.ada)
        assert _labels("rating") == [before[2], before[0], before[1]]
        services.reorder(entry=selectors.choices("rating")[0], position=99, actor=inside.ada)
        assert _labels("rating") == before
        assert Event.objects.filter(name="picklist.choice_changed").count() == 2

    def test_staying_is_no_event(self, inside: Firm) -> None:
        services.reorder(entry=selectors.choices("rating")[0], position=-1, actor=inside.ada)
        assert not Event.objects.filter(name="picklist.choice_changed").exists()


class TestDeletion:
    def test_what_nobody_uses_just_goes(self, inside: Firm) -> None:
        choice = _add(inside, "industry", label="Space travel")
        assert services.replace_and_delete(entry=choice, replacement=None, actor=inside.ada) == 0
        assert "Space travel" not in _labels("industry")

    def test_what_is_used_needs_a_replacement_that_gets_the_records(self, inside: Firm) -> None:
        education, energy = selectors.choices("industry")[:2]
        accounts = [make.account(inside.ana, industry=education) for _ in range(3)]
        deleted = make.account(inside.ana, industry=education)
        type(deleted).all_objects.filter(pk=deleted.pk).update(deleted_at=deleted.created_at)
        assert usage(education) == {"accounts.Account": 3}
        with pytest.raises(ValidationError, match="in use"):
            services.replace_and_delete(entry=education, replacement=None, actor=inside.ada)
        assert services.replace_and_delete(entry=education, replacement=energy, actor=inside.ada) == 4
        assert usage(energy).total() == 3
        for account in [*accounts, deleted]:
            assert type(account).all_objects.get(pk=account.pk).industry == energy
        event = Event.objects.get(name="picklist.choice_deleted")
        assert event.data["moved"] == 4
        assert event.data["replacement"] == {"id": str(energy.pk), "label": "Energy"}

    def test_a_replacement_is_another_active_one_of_the_same_list(self, inside: Firm) -> None:
        education, energy, inactive = selectors.choices("industry")[:3]
        make.account(inside.ana, industry=education)
        services.deactivate(entry=inactive, actor=inside.ada)
        for wrong in (education, inactive, selectors.choices("rating")[0]):
            with pytest.raises(ValidationError):
                services.replace_and_delete(entry=education, replacement=wrong, actor=inside.ada)
        assert services.replace_and_delete(entry=education, replacement=energy, actor=inside.ada) == 1

    def test_a_guarded_meaning_is_only_replaced_by_its_like(self, inside: Firm) -> None:
        partner = next(choice for choice in selectors.choices("account_type") if choice.label == "Partner")
        customer = selectors.choice_meaning("account_type", "customer")
        make.account(inside.ana, type=partner)
        with pytest.raises(ValidationError, match="means the same"):
            services.replace_and_delete(entry=partner, replacement=customer, actor=inside.ada)
        vendor = next(choice for choice in selectors.choices("account_type") if choice.label == "Vendor")
        assert services.replace_and_delete(entry=partner, replacement=vendor, actor=inside.ada) == 1


class TestStages:
    def test_a_pipeline_keeps_an_open_a_won_and_a_lost_stage(self, inside: Firm) -> None:
        for meaning in ("won", "lost"):
            with pytest.raises(ValidationError, match="last active"):
                services.deactivate(entry=make.stage(meaning), actor=inside.ada)
        for stage in [stage for stage in selectors.stages() if stage.meaning == "open"][1:]:
            services.deactivate(entry=stage, actor=inside.ada)
        with pytest.raises(ValidationError, match="last active"):
            services.deactivate(entry=make.stage("open"), actor=inside.ada)

    def test_a_used_stage_is_only_replaced_by_one_of_the_same_meaning(self, inside: Firm) -> None:
        first, second = [stage for stage in selectors.stages() if stage.meaning == "open"][:2]
        deal = make.opportunity(inside.ana, stage=first)
        with pytest.raises(ValidationError, match="means the same"):
            services.replace_and_delete(entry=first, replacement=make.stage("won"), actor=inside.ada)
        services.replace_and_delete(entry=first, replacement=second, actor=inside.ada)
        deal.refresh_from_db()
        assert deal.stage == second
        assert first.pk not in [stage.pk for stage in selectors.stages(active_only=False)]

    def test_a_replaced_stage_gives_its_opportunities_the_probability_of_the_other(self, inside: Firm) -> None:
        """As a move there would; they kept the old one without a mark. What was set by hand stays."""
        first, second = [stage for stage in selectors.stages() if stage.meaning == "open"][:2]
        values = {"probability": second.probability + 7, "forecast_category": "commit"}
        second = services.update_stage(stage=second, actor=inside.ada, values=values)
        follows, deleted, by_hand, same, elsewhere = (make.opportunity(inside.ana, stage=first) for _number in range(5))
        update_opportunity(by_hand, actor=inside.ana, values={"probability": 77})
        update_opportunity(same, actor=inside.ana, values={"probability": second.probability})
        move_to_stage(opportunity=elsewhere, stage=make.stage("won"), actor=inside.ana)
        delete_opportunity(deleted, actor=inside.ana)
        services.replace_and_delete(entry=first, replacement=second, actor=inside.ada)

        def outlook(deal: Opportunity) -> tuple[int, bool, str]:
            deal = Opportunity.all_objects.get(pk=deal.pk)
            return deal.probability, deal.probability_overridden, deal.forecast_category

        assert outlook(follows) == outlook(deleted) == (second.probability, False, "commit")
        assert outlook(same) == (second.probability, False, "commit"), "as after a move there"
        assert (outlook(by_hand), outlook(elsewhere)) == ((77, True, "commit"), (100, False, "closed"))
        told = Event.objects.filter(name="opportunity.stage_changed", because__name="stage.deleted", actor=inside.ada)
        stage = [{"id": str(one.pk), "label": one.label} for one in (first, second)]
        moved = {"stage": stage, "probability": [first.probability, second.probability]}
        assert dict(told.values_list("record_id", "changes")) == {
            follows.pk: moved, deleted.pk: moved, by_hand.pk: {"stage": stage}, same.pk: {"stage": stage},
        }  # fmt: skip

    def test_a_won_stage_counts_fully_and_a_lost_one_not_at_all(self, inside: Firm) -> None:
        won = _add_stage(inside, label="Signed", meaning="won", probability=40)
        lost = _add_stage(inside, label="Dropped", meaning="lost", probability=40)
        assert (won.probability, won.forecast_category) == (100, "closed")
        assert (lost.probability, lost.forecast_category) == (0, "omitted")

    @pytest.mark.parametrize(("probability", "fine"), [(100, True), (101, False), (-1, False)])
    def test_a_probability_is_in_per_cent(self, inside: Firm, probability: int, fine: bool) -> None:
        if fine:
            assert _add_stage(inside, label="Nearly", meaning="open", probability=probability).probability == 100
            return
        with pytest.raises(ValidationError):
            _add_stage(inside, label="Nearly", meaning="open", probability=probability)


class TestPipelines:
    def test_a_new_pipeline_is_usable_at_once(self, inside: Firm) -> None:
        renewals = services.create_pipeline(actor=inside.ada, name="Renewals")
        assert {stage.meaning for stage in selectors.stages(renewals)} == {"open", "won", "lost"}
        assert selectors.default_pipeline() != renewals
        with pytest.raises(ValidationError):
            services.create_pipeline(actor=inside.ada, name="renewals")

    def test_the_default_is_passed_on_and_never_lost(self, inside: Firm) -> None:
        first = selectors.default_pipeline()
        second = services.create_pipeline(actor=inside.ada, name="Renewals")
        for values in ({"is_active": False}, {"is_default": False}):
            with pytest.raises(ValidationError, match="default first"):
                services.update_pipeline(pipeline=first, actor=inside.ada, values=values)
        services.update_pipeline(pipeline=second, actor=inside.ada, values={"is_default": True})
        services.update_pipeline(pipeline=first, actor=inside.ada, values={"is_active": False})
        assert selectors.pipelines() == [second]
        assert {stage.pipeline_id for stage in selectors.stages()} == {second.pk}

    def test_only_an_unused_pipeline_can_be_deleted(self, inside: Firm) -> None:
        first = selectors.default_pipeline()
        second = services.create_pipeline(actor=inside.ada, name="Renewals")
        third = services.create_pipeline(actor=inside.ada, name="Partners")
        make.opportunity(inside.ana, stage=selectors.stages(second)[0])
        for kept in (first, second):
            with pytest.raises(ValidationError):
                services.delete_pipeline(pipeline=kept, actor=inside.ada)
        services.delete_pipeline(pipeline=third, actor=inside.ada)
        assert selectors.pipelines() == [first, second]


def test_a_change_here_is_none_elsewhere(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for choice in selectors.choices("industry"):
            services.replace_and_delete(entry=choice, replacement=None, actor=firm.ada)
        assert selectors.choices("industry") == []
        assert _add(firm, "industry", label="Fishing").order == 1
    with tenant_context(other_firm.tenant):
        assert "Energy" in _labels("industry")
