"""Import rows per second through a Celery worker, beside COPY of the same rows into the same tables and indexes."""

from __future__ import annotations

import csv
import io
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psutil

from crm.demo import words
from crm.demo.big.names import company, person
from crm.imports.models import Import, ImportState
from crm.imports.services import set_columns, start_import
from crm.imports.uploading import upload_import
from crm.records.registry import record_type
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
LONGEST_SECONDS = 240
AIM_RATE, AIM_MEMORY = "≥ 0.2", "≤ 120"


def imports(place: Place, folder: Path, rows: int = ROWS) -> Iterator[Line]:
    """Import a generated file, then COPY what it brought in."""
    with undone(place.tenant) as since:
        content = _file(place, rows)
        with _worker(folder) as worker:
            took, memory, job = _run(place, content, worker)
        if job.state != ImportState.DONE or job.created_count != rows:
            sys.exit(f"The import ended as {job.state}: {job.created_count} rows created. {job.problem}")
        copied = [_copy_again(place, since) for _again in range(2)]
        yield Line(
            f"import of {rows:,} leads", place.leads, rows / took, "rows/s", rows / statistics.mean(copied), AIM_RATE
        )
        yield Line("import: memory of the worker", place.leads, memory, "MB", None, AIM_MEMORY)
    tidy(*TABLES)


def _file(place: Place, rows: int) -> bytes:
    draw = random.Random(place.leads)
    with tenant_context(place.tenant):
        owners = list(Membership.objects.filter(is_active=True).order_by("id").values_list("name", flat=True))
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(HEADERS)
    for number in range(rows):
        who, firm = person(draw), company(900_000 + number // 2)
        out.writerow([
            f"bench-{number}", who.first_name, who.last_name, firm.name, draw.choice(words.JOBS)[0],
            f"{who.local}.{number}@{firm.domain}", _own_phone(number), draw.choice(("New", "Working", "Qualified")),
            draw.choice(("Web form", "Referral", "Directory")), draw.choice(("Hot", "Warm", "Cold")),
            draw.choice(("", "Spring banner", "Cold Chain Expo")), draw.randrange(1_000, 90_000),
            draw.randrange(3, 900),
            firm.city, firm.country, draw.choice(owners), draw.choice(words.CALL_NOTES),
        ])  # fmt: skip
    return text.getvalue().encode()


def _own_phone(number: int) -> str:
    """A number of their own: hundreds of the demo's contacts share each firm's, and every row would get a remark."""
    return f"+1 202 {200 + number // 10_000} {number % 10_000:04}"


@contextmanager
def _worker(folder: Path) -> Iterator[psutil.Process]:
    """A Celery worker with one process; yields that process."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "crm", "worker", "--concurrency", "1"]
    command += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    with open(folder / "worker.log", "w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            deadline = time.monotonic() + 60
            while not (children := psutil.Process(process.pid).children()):
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit("The worker did not start: see bench/worker.log in the folder of local data.")
                time.sleep(0.1)
            time.sleep(2)  # it is there before it listens
            yield children[0]
        finally:
            process.terminate()


def _run(place: Place, content: bytes, worker: psutil.Process) -> tuple[float, float, Import]:
    """Start the import as the page does; return its seconds, the worker's peak memory in MB, and how it ended."""
    with tenant_context(place.tenant):
        actor = Membership.objects.select_related("role", "team").get(pk=place.admin_id)
        leads = record_type("leads")
        job = upload_import(actor=actor, record_type=leads, file_name="bench.csv", content=content)
        if not all(job.mapping):
            sys.exit(f"Columns were not recognised: {job.mapping}")
        set_columns(job=job, record_type=leads, mapping=job.mapping, fixed={}, answers={}, options={})
    with tenant_context(place.tenant):
        start_import(job=job, actor=actor, dry_run=False)
    started = time.monotonic()
    peak = 0.0
    while time.monotonic() - started < LONGEST_SECONDS:
        peak = max(peak, _peak_memory(worker))
        time.sleep(0.1)
        with tenant_context(place.tenant):
            job = Import.objects.get(pk=job.pk)
        if job.finished_at is not None:
            break
    return time.monotonic() - started, max(peak, _peak_memory(worker)), job


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
