"""What an undo tells of has a name for people: Django's ``verbose_name`` is made of the class's, and not translated."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise

from crm.records.models import RecordModel
from crm.tenants.models import TenantModel
from crm.tenants.wall import tenant_models


def test_all_that_an_undo_may_tell_of_has_a_noun() -> None:
    kept = [model for model in tenant_models() if model.keeps_changes]
    told: set[Any] = set(kept)
    for model in kept:  # what it cannot be brought back without
        told |= {link.related_model for link in _links(model) if not link.null and link.name != "tenant"}
    for model in tenant_models():  # what hangs on a record
        if any(issubclass(link.related_model, RecordModel) for link in _links(model)):
            told.add(model)
    parts = {model for model in told if not issubclass(model, RecordModel)}
    assert len(parts) > 8
    assert not {model.__name__ for model in parts if not isinstance(model.noun, Promise)}


def _links(model: type[TenantModel]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.related_model is not None]
