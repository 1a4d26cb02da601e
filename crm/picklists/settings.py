"""Where the setup has lists, pipelines and stages."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import picklists
from crm.picklists.selectors import default_pipeline, pipelines
from crm.preferences.pages import SetupGroup, SetupPage, SetupPages

SELLING = SetupGroup(_("Selling"), 40)
STAGES_HELP = _(
    "The way of a sale, from first talk to won or lost. Rename and reorder freely: rules and reports go by what a "
    "stage means, not by its name."
)
PIPELINES = SetupPage(
    SELLING,
    20,
    "setup:pipelines",
    _("Pipelines"),
    _("Different ways of selling, each with stages of its own."),
    "workflow",
)


def _stages() -> Iterator[SetupPage]:
    """The stages of the only pipeline; those of several stand on their own pages."""
    if len(pipelines(active_only=False)) == 1:
        key = {"key": str(default_pipeline().pk)}
        yield SetupPage(SELLING, 10, "setup:list", _("Stages"), STAGES_HELP, "chart-no-axes-gantt", key)


STAGES = SetupPages(_stages)

LISTS = SetupGroup(_("Lists"), 60)


def _lists() -> Iterator[SetupPage]:
    for order, (key, one) in enumerate(picklists().items()):
        yield SetupPage(LISTS, order, "setup:list", one.label, one.help, one.icon, {"key": key})


EDITED_LISTS = SetupPages(_lists)
