"""A new workspace has every list, a pipeline, and what its language calls them."""

from __future__ import annotations

from crm.picklists import selectors
from crm.picklists.lists import picklists
from crm.picklists.models import Choice, Stage
from crm.picklists.services import create_defaults
from crm.picklists.stages import first_stages
from tests.people import Firm


def test_a_new_workspace_has_every_list_and_a_pipeline(inside: Firm) -> None:
    for key, picklist in picklists().items():
        assert len(selectors.choices(key)) == len(picklist.defaults)
        assert {choice.meaning for choice in selectors.choices(key)} >= picklist.needed
        assert bool(selectors.default_choice(key)) == bool(picklist.default_label)
    assert [stage.label for stage in selectors.stages(selectors.default_pipeline())] == [
        str(row[0]) for row in first_stages()
    ]


def test_again_changes_nothing(inside: Firm) -> None:
    before = (Choice.objects.count(), Stage.objects.count())
    create_defaults()
    assert (Choice.objects.count(), Stage.objects.count()) == before


def test_what_a_workspace_removed_does_not_come_back(inside: Firm) -> None:
    selectors.choices("industry")[0].delete()
    create_defaults()
    assert Choice.objects.filter(picklist="industry").count() == len(picklists()["industry"].defaults) - 1
