"""The pages that are measured, and the floor's page over the same rows for each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from django.db.models import Count

from accounts.models import Account
from contacts.models import Contact
from crm.picklists.selectors import choice_meaning, choices, ids_meaning, stage_ids_meaning
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.ui.paging import Ordering, _encode, _keys
from leads.models import Lead
from opportunities.models import Opportunity
from tests.bench.places import Place

DEEP = 1000  # pages
PER_PAGE = 50
ROW = b"<tr data-href="


@dataclass(frozen=True)
class Page:
    """A page of the product, what proves that it is the right one, and the floor's page with the same rows."""

    name: str
    url: str
    proof: bytes
    times: int = 1  # how often the proof stands in it at least
    floor: str = ""
    aim: str = ""
    as_rep: bool = False


def pages_of(place: Place) -> list[Page]:
    """What is measured in ``place``."""
    with tenant_context(place.tenant):
        return [*_lists(place), *_records(place), *_reports(place), *_searches(place)]


def _floor(place: Place, name: str, **values: Any) -> str:
    text = json.dumps({"tenant": str(place.tenant.pk)} | values, default=str)
    return f"/floor/{name}/?values={quote(text)}"


def _lists(place: Place) -> list[Page]:
    rows = min(PER_PAGE, place.leads // 8)
    leads = f"{place.path}/leads/"
    is_open = ids_meaning("lead_status", "new", "working", "qualified")
    working = choice_meaning("lead_status", "working")
    source = choices("lead_source")[0]
    filtered = f"{leads}?status=meaning:working&source={source.pk}&sort=name"
    ordered = Lead.objects.order_by("-created_at", "-id")
    depth = min(DEEP, place.leads // PER_PAGE) - 1  # in a small workspace the last page
    last = ordered[depth * PER_PAGE - 1]
    after = _encode(_keys(ordered, Ordering([("created_at", True)])), last, depth * PER_PAGE)
    deep = f"{leads}?filters=none&sort=-created_at&after={after}"
    first_floor = _floor(place, "open_leads", statuses=is_open)
    return [
        Page("list, first page", leads, ROW, rows, first_floor, "≤ 1.8"),
        Page(
            "list, filtered and sorted",
            filtered,
            ROW,
            1,
            _floor(place, "filtered_leads", status=working.pk, source=source.pk),
            "≤ 2.2",
        ),
        Page(
            "list, page 1,000 by key",
            deep,
            ROW,
            rows,
            _floor(place, "deep_leads", created_at=last.created_at.isoformat(), id=last.pk),
            "≤ 1.8",
        ),
        Page("list, first page, as a rep", leads, ROW, 1, first_floor, as_rep=True),
    ]


def _records(place: Place) -> list[Page]:
    working = choice_meaning("lead_status", "working")
    lead = Lead.objects.filter(status=working).exclude(owner=None).order_by("-created_at", "-id")[0]
    busy = Opportunity.objects.values("account_id").annotate(number=Count("pk")).order_by("-number")
    account = Account.objects.get(pk=busy[0]["account_id"])
    return [
        Page(
            "record page, lead",
            f"{place.path}/leads/{lead.pk}/",
            str(lead.pk).encode(),
            floor=_floor(place, "lead", id=lead.pk),
            aim="≤ 4",
        ),
        Page(
            "record page, account",
            f"{place.path}/accounts/{account.pk}/",
            str(account.pk).encode(),
            floor=_floor(place, "account", id=account.pk),
            aim="≤ 4",
        ),
        Page("conversion page with candidates", f"{place.path}/leads/{lead.pk}/conversion/", str(lead.pk).encode()),
    ]


def _reports(place: Place) -> list[Page]:
    stages = stage_ids_meaning("open")
    board = f"{place.path}/opportunities/board/"
    return [
        Page("board", board, b"data-card", 2, _floor(place, "board", stages=stages), "≤ 1.8"),
        Page(
            "report: pipeline",
            f"{place.path}/reports/pipeline/",
            b"<svg",
            floor=_floor(place, "pipeline", stages=stages),
            aim="≤ 2",
        ),
        Page("home", f"{place.path}/", b'class="task-row', 1, _home_floor(place), "≤ 5"),
        Page("home, as a rep", f"{place.path}/", b'class="task-row', as_rep=True),
    ]


def _home_floor(place: Place) -> str:
    stages = {meaning: stage_ids_meaning(meaning) for meaning in ("open", "won", "lost")}
    new = ids_meaning("lead_status", "new")
    return _floor(place, "home", me=place.admin_id, today=today(), new=new, **stages)


def _searches(place: Place) -> list[Page]:
    contact = Contact.objects.order_by("-created_at", "-id")[0]
    rare, common = quote(contact.name), quote(contact.first_name)
    search = f"{place.path}/search/?q="
    return [
        Page("search, whole name", f"{search}{rare}", escape(contact.name).encode(), 3),
        Page("search, first name", f"{search}{common}", b"<main"),
        Page("search, middle of a word", f"{search}{quote(contact.last_name[1:5].lower())}", b"<main"),
    ]
