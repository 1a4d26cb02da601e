"""The lists that an admin edits. A picklist and a pipeline's stages are the same page, told apart by this value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from crm.fields.custom.selectors import field_of_picklist
from crm.fields.models import CustomField
from crm.picklists import rules, selectors, services
from crm.picklists.lists import Picklist, picklist_of, picklists
from crm.picklists.models import Choice, Pipeline, Stage
from crm.picklists.settings import STAGES_HELP
from crm.setup.forms import ChoiceForm, EntryForm, StageForm
from crm.users.models import Membership

CHOICES_HELP = _("What can be chosen in this field.")
Entry = Choice | Stage


@dataclass(frozen=True)
class EditedList:
    """One list with its page. ``key`` is in the address: a picklist's key, or a pipeline's id for its stages."""

    key: str
    label: Any
    help: Any
    picklist: Picklist | None = None
    pipeline: Pipeline | None = None
    field: CustomField | None = None  # whose list it is

    @property
    def entries(self) -> list[Entry]:
        if self.pipeline:
            return list(selectors.stages(self.pipeline, active_only=False))
        return list(selectors.choices(self.key, active_only=False))

    @property
    def has_meanings(self) -> bool:
        return self.pipeline is not None or bool(self.picklist and self.picklist.meanings)

    @property
    def has_default(self) -> bool:
        return self.picklist is not None

    def entry(self, entry_id: UUID) -> Entry:
        """Return the entry of this list with that id, or answer 404."""
        for entry in self.entries:
            if entry.pk == entry_id:
                return entry
        raise Http404

    def replacements(self, entry: Entry) -> list[Entry]:
        """Return what records of ``entry`` can be moved to."""
        return [other for other in self.entries if rules.may_replace(entry, other)]

    def needed_because(self, entry: Entry) -> str:
        """Say why the list cannot do without ``entry``; "" when it can."""
        try:
            rules.check_list(entry, [other for other in self.entries if other.pk != entry.pk])
        except ValidationError as error:
            return " ".join(error.messages)
        return ""

    def form(self, *args: Any, **options: Any) -> EntryForm:
        if self.picklist:
            return ChoiceForm(self.picklist, *args, **options)
        return StageForm(*args, **options)

    def create(self, actor: Membership, values: dict[str, Any]) -> Entry:
        if self.pipeline:
            return services.create_stage(actor=actor, pipeline=self.pipeline, values=values)
        return services.create_choice(actor=actor, picklist=self.key, values=values)

    def update(self, entry: Entry, actor: Membership, values: dict[str, Any]) -> Entry:
        if isinstance(entry, Stage):
            return services.update_stage(stage=entry, actor=actor, values=values)
        return services.update_choice(choice=entry, actor=actor, values=values)


def edited_list(key: str) -> EditedList:
    """Return the list that is called ``key`` in an address, or answer 404."""
    if picklist := picklists().get(key):
        return EditedList(key, picklist.label, picklist.help, picklist=picklist)
    if field := field_of_picklist(key):
        return EditedList(key, field.label, field.help or CHOICES_HELP, picklist=picklist_of(key), field=field)
    try:
        pipeline = selectors.pipeline(UUID(key))
    except (ValueError, Pipeline.DoesNotExist):
        raise Http404 from None
    return stages_of(pipeline)


def stages_of(pipeline: Pipeline) -> EditedList:
    several = len(selectors.pipelines(active_only=False)) > 1
    label = _("Stages of “%(pipeline)s”") % {"pipeline": pipeline.name} if several else _("Stages")
    return EditedList(str(pipeline.pk), label, STAGES_HELP, pipeline=pipeline)
