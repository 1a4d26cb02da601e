"""A workspace of millions of rows beside many small ones: what benchmarks are run on.

Rows are written with COPY, past the services, but are what the services would have written: keys, visits, what a
won deal makes of its account, the changes that undoing a conversion takes back. Of the log there is a part: every
creation, won and lost, conversions, and accounts that became customers; steps between stages are in the visits only.
The same seed on the same day gives the same values (ids of people and choices differ).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import psycopg
from django.db import connections

from accounts.models import Account
from contacts.models import Contact
from crm.activities.models import Activity, ActivityLink
from crm.demo.big.companies import plan_accounts, write_accounts, write_contacts
from crm.demo.big.copying import Say, Sink, bare_tables
from crm.demo.big.deals import write_deals
from crm.demo.big.filling import Filling, Size
from crm.demo.big.ground import Ground, ground_of
from crm.demo.big.prospects import write_leads
from crm.events.models import Event
from crm.undo.models import Change
from leads.models import Conversion, Lead
from opportunities.models import Opportunity, OpportunityContact, StageVisit

BIG, MEDIUM = "big", "medium"
LEADS = 1_000_000
SMALL_LEADS = 50
SMALL = 200
SEED = 20_260_101
MODELS = (
    Event,
    Account,
    Contact,
    Opportunity,
    OpportunityContact,
    StageVisit,
    Lead,
    Conversion,
    Change,
    Activity,
    ActivityLink,
)

STEPS: tuple[tuple[str, Callable[[Filling], None]], ...] = (
    ("contacts", write_contacts),
    ("opportunities", write_deals),
    ("accounts", write_accounts),
    ("leads", write_leads),
)


def load(*, leads: int, small: int, say: Say) -> list[Ground]:
    """Fill "big" with ``leads`` leads and what belongs to them, "medium" with a tenth, and ``small`` small ones.

    A workspace that has leads already is left alone. Returns those that were filled, the biggest first.
    """
    wanted = [(BIG, "Big", 50, 8, leads), (MEDIUM, "Medium", 20, 4, leads // 10)]
    wanted += [(f"small-{number:03}", f"Small {number}", 4, 1, SMALL_LEADS) for number in range(1, small + 1)]
    say(f"Signing up {len(wanted)} workspaces …")
    grounds = [(ground_of(slug, name, people=people, teams=teams), size) for slug, name, people, teams, size in wanted]
    connections["owner"].ensure_connection()
    connection: psycopg.Connection = connections["owner"].connection  # type: ignore[assignment]
    tables = [model._meta.db_table for model in MODELS]
    with connection.transaction():
        empty = [(ground, size) for ground, size in grounds if not _has_leads(connection, ground)]
        if empty:
            with bare_tables(connection, tables, say):
                sink = Sink(connection, MODELS)
                for ground, size in empty:
                    fill(ground, Size.of(size), sink, say)
    if empty:
        say("Gathering statistics …")
        for table in tables:
            connection.execute(f'VACUUM (ANALYZE) "{table}"')
    return [ground for ground, _size in empty]


def fill(ground: Ground, size: Size, sink: Sink, say: Say) -> None:
    """Write one workspace's rows."""
    started = time.monotonic()
    midnight = int(time.time()) // 86_400 * 86_400_000
    work = Filling(ground, size, sink, now=midnight, draw=random.Random(f"{SEED} {ground.tenant.slug}"))
    plan_accounts(work)
    large = size.leads > 10_000
    for name, write in STEPS:
        write(work)
        sink.flush()
        if large:
            say(f"  {ground.tenant.slug}: {getattr(size, name):,} {name} ({time.monotonic() - started:.0f} s)")


def _has_leads(connection: psycopg.Connection, ground: Ground) -> bool:
    found = connection.execute("SELECT FROM leads_lead WHERE tenant_id = %s LIMIT 1", [ground.tenant.pk])
    return found.fetchone() is not None
