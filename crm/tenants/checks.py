"""A model without its wall does not build."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import Error, register

from crm.tenants.models import TenantForeignKey, TenantModel


@register()
def check_tenant_models(app_configs: Any, **options: Any) -> list[Error]:
    """Every model with a tenant is scoped, and points at tenant rows through ``TenantForeignKey`` only."""
    errors = []
    for model in apps.get_models():
        scoped = issubclass(model, TenantModel)
        if scoped and model._meta.base_manager_name not in ("objects", "all_objects"):
            errors.append(Error(f"{model.__name__}.Meta must extend TenantModel.Meta.", obj=model, id="tenants.E001"))
        for field in model._meta.local_fields:
            target = field.related_model
            to_tenant = isinstance(target, type) and issubclass(target, TenantModel)
            if to_tenant and not (scoped and isinstance(field, TenantForeignKey)):
                errors.append(Error(f"{field} must be a TenantForeignKey.", obj=model, id="tenants.E002"))
        if scoped and model._meta.local_many_to_many:
            errors.append(Error(f"{model.__name__}: use an explicit link model.", obj=model, id="tenants.E003"))
    return errors
