"""Prints what exists: types of records, fields, panels, actions, events, handlers, settings, jobs."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.celery import app, queues
from crm.events.handlers import handlers
from crm.events.types import event_types
from crm.fields.spec import FieldSpec
from crm.preferences.declared import all_settings
from crm.tenants.context import has_tenant, tenant_context
from crm.tenants.models import Tenant

Row = dict[str, str]


def types() -> list[Row]:
    return [
        {
            "type": one.key,
            "called": f"{one.label} / {one.label_plural}",
            "declared in": f"{one.model.__module__.removesuffix('.models')}.record",
            "board by": one.board.column if one.board else "",
            "stands for": "person" if one.is_person else "company" if one.is_company else "",
            "views": str(len(one.views)),
        }
        for one in catalogue.record_types()
    ]


def fields() -> list[Row]:
    """Those that the product ships; of a workspace, its own too."""
    return [
        {
            "type": one.key,
            "field": spec.name,
            "called": str(spec.label),
            "kind": type(spec.kind).__name__,
            "on forms": " ".join(word for word, on in (("new", spec.on_create), ("edit", spec.on_edit)) if on),
            "in files": "yes" if spec.importable else "",
            "filtered by": " ".join(spec.kind.operators),
        }
        for one in catalogue.record_types()
        for spec in (*_fields_of(one), *one.derived)
    ]


def _fields_of(record_type: RecordType) -> tuple[FieldSpec, ...]:
    if not has_tenant():
        return record_type.fields
    asked = (spec for make in record_type.derived_now.values() for spec in make(True))
    return (*record_type.specs_now(), *asked)


def panels() -> list[Row]:
    return [
        {
            "type": one.key,
            "place": panel.place,
            "panel": panel.key,
            "template": panel.template,
            "loaded by": _name(panel.load),
        }
        for one in catalogue.record_types()
        for panel in catalogue.all_panels(one)
    ]


def actions() -> list[Row]:
    """Buttons of a record's page and row, and with a workspace what is done to many."""
    found = [
        {
            "type": one.key,
            "on": "record, row" if action.on_row else "record",
            "action": action.key,
            "called": str(action.label),
            "leads to": action.url_name,
        }
        for one in catalogue.record_types()
        for action in catalogue.all_actions(one)
    ]
    return found + [row for one in catalogue.record_types() if has_tenant() for row in _bulk(one)]


def _bulk(record_type: RecordType) -> list[Row]:
    return [
        {
            "type": record_type.key,
            "on": "many",
            "action": action.key,
            "called": str(action.label),
            "leads to": _name(action.apply),
        }
        for action in catalogue.shipped_bulk_actions(record_type)
    ]


def events() -> list[Row]:
    return [
        {
            "event": one.name,
            "called": str(one.label),
            "about": one.about or "the workspace",
            "data": ", ".join(one.payload),
            "sentence": str(one.sentence),
        }
        for one in sorted(event_types(), key=lambda one: one.name)
    ]


def workflows() -> list[Row]:
    return [
        {
            "handler": one.key,
            "called": str(one.label),
            "hears": ", ".join(map(str, one.triggers)),
            "at once": "many" if one.takes_many else "one",
            "function": _name(one.function),
        }
        for one in handlers()
    ]


def choices() -> list[Row]:
    return [
        {
            "setting": one.key,
            "called": one.called,
            "kind": one.kind,
            "default": json.dumps(one.default, default=str),
            "page": one.page,
            "who may": one.who,
            "declared in": f"{one.app}.settings",
        }
        for one in all_settings()
    ]


def jobs() -> list[Row]:
    app.loader.import_default_modules()
    every = {one["task"]: f"{one['schedule']:g} s" for one in app.conf.beat_schedule.values()}
    return [
        {
            "job": name,
            "queue": queues[name],
            "every": every.get(name, ""),
            "declared in": task.__module__,
        }
        for name, task in sorted(app.tasks.items())
        if not name.startswith("celery.")
    ]


SECTIONS: dict[str, Callable[[], list[Row]]] = {
    "types": types,
    "fields": fields,
    "panels": panels,
    "actions": actions,
    "events": events,
    "handlers": workflows,
    "settings": choices,
    "jobs": jobs,
}


class Command(BaseCommand):
    help = "Print what exists: types of records, their fields, panels and actions, events, handlers, settings, jobs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("section", nargs="*", help=f"only these: {', '.join(SECTIONS)}")
        parser.add_argument("--workspace", help="as it is in the workspace of this address: names, own fields, actions")
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        if unknown := set(options["section"]) - set(SECTIONS):
            raise CommandError(f"There is no section {', '.join(sorted(unknown))}: choose of {', '.join(SECTIONS)}.")
        with tenant_context(_tenant(options["workspace"])) if options["workspace"] else nullcontext():
            found = {name: SECTIONS[name]() for name in options["section"] or SECTIONS}
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
        else:
            self.stdout.write("\n\n".join(_table(name, rows) for name, rows in found.items()))


def _tenant(slug: str) -> Tenant:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(f"There is no workspace at “{slug}”.")
    return tenant


def _table(name: str, rows: list[Row]) -> str:
    """The rows under their heads, each column as wide as its longest cell."""
    heads = list(rows[0]) if rows else []
    widths = {head: max(len(head), *(len(row[head]) for row in rows)) for head in heads}
    lines = [{head: head for head in heads}, *rows]
    shown = ["  ".join(line[head].ljust(widths[head]) for head in heads).rstrip() for line in lines]
    return "\n".join([f"{name.upper()} ({len(rows)})", *shown])


def _name(function: Callable[..., Any]) -> str:
    function = getattr(function, "func", function)
    return f"{function.__module__}.{getattr(function, '__qualname__', '')}".removesuffix(".")
