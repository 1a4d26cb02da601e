"""Refusals: a process that could see through the wall does not serve, and a model without its wall does not build."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

_verified = False

_ROLE_SQL = """
SELECT current_user, rolsuper, rolbypassrls,
       EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')
                AND relnamespace = 'public'::regnamespace)
  FROM pg_roles WHERE rolname = current_user
"""


def role_problem() -> str:
    """Return why the database role of this process may not serve, or an empty text."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLE_SQL)
        name, is_super, bypasses, owns_tables = cursor.fetchone()
    if is_super or bypasses or owns_tables:
        return (
            f"The database role “{name}” is not held back by row-level security "
            f"(superuser: {is_super}, BYPASSRLS: {bypasses}, owns tables: {owns_tables}). Serve as crm_app."
        )
    return ""


def refuse_privileged_role() -> None:
    """Raise ``ImproperlyConfigured``, once per process, when row-level security would not apply to it."""
    global _verified
    if not _verified:
        if problem := role_problem():
            raise ImproperlyConfigured(problem)
        _verified = True


def refuse_to_serve_through_the_wall() -> None:
    """The same for a web server's start; a database that is still away is left to its first request."""
    try:
        refuse_privileged_role()
    except OperationalError:
        pass
    finally:
        connection.close()  # processes are forked from this one


@register()
def check_tenant_models(app_configs: Any, **options: Any) -> list[Error]:
    """Every model with a tenant is scoped, and points at tenant rows through ``TenantForeignKey`` only."""
    from crm.tenants.models import TenantForeignKey, TenantModel

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
