"""Import rows per second through Celery workers: leads beside COPY of the same rows into the same tables and indexes,
and opportunities, with the workflows that they set off, beside leads."""

from __future__ import annotations

import csv
import io
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import psutil

from crm.catalogue import record_type
from crm.demo import words
from crm.demo.big.names import company, person
from crm.events.models import OutboxMessage
from crm.imports.answers import word_key
from crm.imports.models import Import
from crm.imports.questions import questions_of
from crm.imports.services import set_columns, start_import
from crm.imports.survey import survey_of
from crm.imports.uploading import upload_import
from crm.queues import LONG, QUICK
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from tests.bench.cleaning import delete_since, owner, tidy, undone
from tests.bench.places import Place
from tests.bench.result import Line

ROWS = 20_000
TABLES = ("leads_lead", "events_event")  # what an import of leads fills
HEADERS = (
    "Id", "First name", "Last name", "Company", "Job title", "Email", "Phone", "Status", "Source", "Rating", "Campaign",
    "Estimated value", "Employees", "City", "Country", "Owner", "Description",
)  # fmt: skip
DEAL_HEADERS = ("External id", "Name", "Account", "Stage", "Loss reason", "Amount", "Opened on", "Closed on", "Owner")
ACCOUNTS = 600  # that the opportunities are with
LONGEST_SECONDS = 240
AIM_RATE, AIM_MEMORY, AIM_DEALS = "≥ 0.33", "≤ 120", "≥ 0.7"


def imports(place: Place, folder: Path, rows: int = ROWS) -> Iterator[Line]:
    """Import a generated file, then COPY what it brought in; then import opportunities."""
    with undone(place.tenant) as since:
        with _worker(folder, LONG) as worker:
            took = _run(place, "leads", _leads(place, rows))
            memory = _peak_memory(worker)
        copied = [_copy_again(place, since) for _again in range(2)]
        yield Line(
            f"import of {rows:,} leads", place.leads, rows / took, "rows/s", rows / statistics.mean(copied), AIM_RATE
        )
        yield Line("import: memory of the worker", place.leads, memory, "MB", None, AIM_MEMORY)
    tidy(*TABLES)
    yield from _opportunities(place, folder, rows, rows / took)


def _opportunities(place: Place, folder: Path, rows: int, rate_of_leads: float) -> Iterator[Line]:
    """Three of four won or lost, so that a workflow follows from each; it works while the import does."""
    with undone(place.tenant), _worker(folder, LONG), _worker(folder, QUICK):
        _run(place, "accounts", _csv(("Name",), ((company(800_000 + number).name,) for number in range(ACCOUNTS))))
        took = _run(place, "opportunities", _deals(place, rows))
        name = f"import of {rows:,} opportunities with accounts and owners, beside leads"
        yield Line(name, place.leads, rows / took, "rows/s", rate_of_leads, AIM_DEALS)
        started = time.monotonic()
        while _is_waiting(place) and time.monotonic() - started < LONGEST_SECONDS:
            time.sleep(0.1)
        yield Line("its workflows done after its end", place.leads, time.monotonic() - started, "s")
    tidy("opportunities_opportunity", "accounts_account", "events_event", "events_outboxmessage", "events_handlerrun")


def _is_waiting(place: Place) -> bool:
    with tenant_context(place.tenant):
        return OutboxMessage.objects.filter(failed_at=None).exists()


def _leads(place: Place, rows: int) -> bytes:
    draw = random.Random(place.leads)
    owners = _owners(place)

    def row(number: int) -> tuple[object, ...]:
        who, firm = person(draw), company(900_000 + number // 2)
        return (
            f"bench-{number}", who.first_name, who.last_name, firm.name, draw.choice(words.JOBS)[0],
            f"{who.local}.{number}@{firm.domain}", _own_phone(number), draw.choice(("New", "Working", "Qualified")),
            draw.choice(("Web form", "Referral", "Directory")), draw.choice(("Hot", "Warm", "Cold")),
            draw.choice(("", "Spring banner", "Cold Chain Expo")), draw.randrange(1_000, 90_000),
            draw.randrange(3, 900),
            firm.city, firm.country, draw.choice(owners), draw.choice(words.CALL_NOTES),
        )  # fmt: skip

    return _csv(HEADERS, map(row, range(rows)))


def _deals(place: Place, rows: int) -> bytes:
    draw = random.Random(place.leads)
    owners = _owners(place)

    def row(number: int) -> tuple[object, ...]:
        stage, reason = draw.choice((("Won", ""), ("Won", ""), ("Lost", "Other"), ("", "")))
        opened = date(2024, 1, 1) + timedelta(days=draw.randrange(500))
        closed = opened + timedelta(days=draw.randrange(90)) if stage else ""
        firm = company(800_000 + draw.randrange(ACCOUNTS))
        amount = draw.randrange(1_000, 90_000)
        return (
            f"bench-{number}", f"Order {number}", firm.name, stage, reason, amount, opened, closed, draw.choice(owners)
        )  # fmt: skip

    return _csv(DEAL_HEADERS, map(row, range(rows)))


def _owners(place: Place) -> list[str]:
    with tenant_context(place.tenant):
        return list(Membership.objects.filter(is_active=True).order_by("id").values_list("name", flat=True))


def _csv(headers: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([headers, *rows])
    return text.getvalue().encode()


def _own_phone(number: int) -> str:
    """A number of their own: hundreds of the demo's contacts share each firm's, and every row would get a remark."""
    return f"+1 202 {200 + number // 10_000} {number % 10_000:04}"


@contextmanager
def _worker(folder: Path, queue: str) -> Iterator[psutil.Process]:
    """A Celery worker with one process for ``queue``; yields that process."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "crm", "worker", "--concurrency", "1"]
    command += ["--queues", queue, "--hostname", f"{queue}@%h"]
    command += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    with open(folder / f"worker-{queue}.log", "w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            deadline = time.monotonic() + 60
            while not (children := psutil.Process(process.pid).children()):
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit("The worker did not start: see bench/worker-*.log in the folder of local data.")
                time.sleep(0.1)
            time.sleep(2)  # it is there before it listens
            yield children[0]
        finally:
            process.terminate()


def _run(place: Place, key: str, content: bytes) -> float:
    """Start the import as the page does, each word as the first that it may mean; return the seconds that it took."""
    with tenant_context(place.tenant):
        actor = Membership.objects.select_related("role", "team").get(pk=place.admin_id)
        of_type = record_type(key)
        job = upload_import(actor=actor, record_type=of_type, file_name="bench.csv", content=content)
        if not all(job.mapping):
            sys.exit(f"Columns were not recognised: {job.mapping}")
        asked = questions_of(job, of_type, survey_of(job)).words
        answers = {
            one.name: {word_key(word.text): word.meant[0][0] for word in one.words if word.meant} for one in asked
        }
        set_columns(run=job, record_type=of_type, mapping=job.mapping, fixed={}, answers=answers, options={})
    with tenant_context(place.tenant):
        start_import(run=job, actor=actor, dry_run=False)
    started = time.monotonic()
    while job.finished_at is None and time.monotonic() - started < LONGEST_SECONDS:
        time.sleep(0.1)
        with tenant_context(place.tenant):
            job = Import.objects.get(pk=job.pk)
    took = time.monotonic() - started
    if job.state != RunState.DONE or job.created_count != job.total:
        sys.exit(f"The import ended as {job.state}: {job.created_count} rows created. {job.problem}")
    return took


def _peak_memory(process: psutil.Process) -> float:
    """The most resident memory that the process has had, in MB."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return process.memory_info().rss / 2**20


def _copy_again(place: Place, since: UUID) -> float:
    """Take the rows out and COPY them back into the tables with all their indexes; return the seconds of that."""
    kept = {table: b"".join(_copied_out(place, table, since)) for table in TABLES}
    delete_since(place.tenant, since)
    tidy(*TABLES)
    started = time.monotonic()
    with owner().transaction():
        for table in reversed(TABLES):
            with owner().cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(kept[table])
    return time.monotonic() - started


def _copied_out(place: Place, table: str, since: UUID) -> Iterator[bytes]:
    query = f"COPY (SELECT * FROM \"{table}\" WHERE tenant_id = '{place.tenant.pk}' AND id >= '{since}') TO STDOUT"
    with owner().cursor() as cursor, cursor.copy(query) as copy:
        for block in copy:
            yield bytes(block)
