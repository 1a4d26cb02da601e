"""Who walks where: a person, a window, a part of the product."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Count
from playwright.sync_api import Browser

from accounts.models import Account
from accounts.vendors.models import Vendor
from crm.activities.files.models import StoredFile
from crm.events.delivery import deliver_due
from crm.imports.models import Import
from crm.picklists.models import Choice
from crm.records.models import RecordModel
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant, TenantModel
from crm.users.access import can
from crm.users.models import Membership
from leads.fields import OPEN_MEANINGS
from leads.models import Lead
from opportunities.models import Opportunity
from tests.browser.conftest import cookies_of
from tests.browser.walk import PAGE_JS
from tests.browser.walk.addresses import kind_of
from tests.browser.walk.alike import alike
from tests.browser.walk.expected import is_deliberate
from tests.browser.walk.walker import Walk
from tests.imports.steps import run_import
from tests.permissions.table import RECORD_TYPES, ROWS

# The product in parts: by what the names of its URLs begin with.
RECORDS = tuple(one["key"] for one in RECORD_TYPES)
AREAS: dict[str, tuple[str, ...]] = {
    **{key: (f"{key}:", f"activities:timeline {key}", f"saved_views:index {key}") for key in RECORDS},
    "shared": ("activities:", "saved_views:", "bulk:", "lists:", "lookup:"),  # what all types of records have
    "setup": ("setup:",),
    "search": ("search:",),
    "rest": ("home", "activities:tasks", "imports:", "notices:", "reports:", "users:", "kept:", "frame"),
}
START = {
    **{key: [f"{key}/"] for key in RECORDS},
    "shared": ["bulk/", "leads/"],  # nothing but records leads to the rest
    "setup": ["setup/"],
    "search": ["search/?q=ar"],
    "rest": ["", "imports/", "notifications/"],
}
HOLDERS: Any = ((Opportunity, "account_id"), (Account, "parent_id"), (Lead, "account_id"))  # of what is not moved
GIVES_AWAY = ("owner", "team")  # what a form could put out of the sight of who fills it in
IMPORTS = ("imports/",)  # for those who may import
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DESKTOP: Any = {"width": 1440, "height": 900}
PHONE: Any = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser at ``server``."""

    browser: Browser
    options: dict[str, Any]
    server: str
    member: Membership
    slug: str
    script: str = ""  # loaded into each page
    afresh: Callable[[], None] | None = None  # puts the data back to how they were

    def walk(self, *areas: str, size: Any = None, starts: list[str] | None = None, **more: Any) -> Walk:
        """Go through ``areas`` (none = everything), with a worker's work done after each press."""
        tenant = Tenant.objects.get(slug=self.slug)
        context = self.browser.new_context(
            **{**self.options, "viewport": size or DESKTOP, "has_touch": size == PHONE, "base_url": self.server}
        )
        context.set_default_timeout(20_000)
        context.add_init_script(f"{PAGE_JS}\nwalk.stored = new Set({json.dumps(stored_words(tenant))});{self.script}")

        def sign_in() -> None:
            context.clear_cookies()
            context.add_cookies(cookies_of(self.member, self.server))

        sign_in()
        areas = areas or tuple(AREAS)
        role: Any = self.member.role
        beyond = () if role.can_import else IMPORTS
        paths = starts or [path for area in areas for path in START.get(area, []) if path not in beyond]
        paths = [*(lead_with_colleagues(self.member) if {"leads", "shared"} & {*areas} else []), *paths]
        paths = [*(moved_vendor(self.member) if "vendors" in areas else []), *paths]
        start = [f"/{self.slug}/{path}" for path in dict.fromkeys(paths)]
        one = Walk(
            context,
            start=start,
            area=_within(areas),
            between=lambda: work(tenant),
            vanished=lambda url, since: has_vanished(self.member, url, since),
            sign_in=sign_in,
            afresh=self.afresh,
            kept=() if role.can_set_up else GIVES_AWAY,
            **more,
        )
        one.run()
        context.close()
        return one


def stored_words(tenant: Tenant) -> list[str]:
    """The values that stand in the database for a label, where they are a word of their own."""
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    values = [value for field in fields for value, _label in getattr(field, "flatchoices", ())]
    with tenant_context(tenant):
        values += Choice.objects.values_list("meaning", flat=True)
    return sorted({value for value in values if isinstance(value, str) and value.isalpha() and value.islower()})


def work(tenant: Tenant) -> None:
    """What workers do."""
    deliver_due(tenant=tenant)
    with tenant_context(tenant):
        jobs = list(Import.objects.filter(state=RunState.QUEUED).values_list("pk", flat=True))
    for job in jobs:
        run_import(tenant, job)


def has_vanished(member: Membership, url: str, since: datetime) -> bool:
    """Whether something that the address names is no longer there for ``member``, and still was at ``since``."""
    models = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    with tenant_context(member.tenant):
        for one in UUID.findall(url):
            rows = [row for model in models if (row := _all(model).filter(pk=one).first())]
            whole = [*rows, *(row.activity for row in rows if isinstance(row, StoredFile))]
            deleted = [at for row in whole if (at := getattr(row, "deleted_at", None))]
            given_away = any(isinstance(row, RecordModel) and not can(member, "view", row) for row in rows)
            if not rows or given_away or any(at >= since for at in deleted):
                return True
    return False


def _all(model: Any) -> Any:
    return getattr(model, "all_objects", model.objects)


def _within(areas: tuple[str, ...]) -> Callable[[str], bool]:
    names = tuple(name for area in areas for name in AREAS[area])
    return lambda kind: kind.startswith(names)


def lead_with_colleagues(member: Membership) -> list[str]:
    """An open lead beside others of its firm, and its form: those that a list leads to may all stand alone or be
    converted."""
    with tenant_context(member.tenant):
        leads = Lead.objects.filter(status__meaning__in=OPEN_MEANINGS, deleted_at=None).exclude(company_key="")
        firms = leads.values("company_key").annotate(n=Count("pk")).filter(n__gt=1).order_by("company_key")
        found = leads.filter(company_key__in=firms.values("company_key")[:1]).order_by("pk").first()
        if found is None:
            return []
        return [f"leads/{found.pk}/", *([f"leads/{found.pk}/edit/"] if can(member, "edit", found) else [])]


def moved_vendor(member: Membership) -> list[str]:
    """A vendor that was an account before, which can be moved back, and an account that can be moved."""
    with tenant_context(member.tenant):
        vendors = Vendor.objects.exclude(moved_from=None).order_by("pk")[:1]
        held = [model.objects.exclude(**{link: None}).values(link) for model, link in HOLDERS]
        free = Account.objects.all()
        for ids in held:
            free = free.exclude(pk__in=ids)
        accounts = free.order_by("pk")[:1]
        return [*(f"vendors/{one.pk}/" for one in vendors), *(f"accounts/{one.pk}/" for one in accounts)]


def member_of(slug: str, role: str) -> Membership:
    """Somebody of the workspace with that role."""
    with tenant_context(Tenant.objects.get(slug=slug)):
        people = Membership.objects.select_related("user", "role").filter(is_active=True).exclude(user=None)
        return people.filter(role__key=role).order_by("pk")[0]


def never_asked(one: Walk, *areas: str) -> list[str]:
    """What of the area's URLs, by the table of permissions, no control and no link of the walk led to."""
    kinds = {(verb, kind_of(path)) for verb, path in one.watcher.done}
    asked = {(verb, kind.partition(" ")[0]) for verb, kind in kinds}
    same = {(verb, alike(name, "")[0]) for verb, name in asked if name} if one.short else set()
    wanted = {
        (row.method, row.name)
        for row in ROWS
        if _within(areas)(row.name) and row.statuses["admin"] in (200, 303) and row.method in ("GET", "POST", "DELETE")
    }
    return sorted(
        f"no control and no link leads to {verb} {name}"
        for verb, name in wanted - asked
        if (verb, alike(name, "")[0]) not in same and not is_deliberate(f"{verb} {name}")
    )
