"""``python -m tests.chaos.runs FOLDER``: kill the worker in the middle of every kind of run; print what came of each.

An import, bulk tags and a bulk conversion, each in a workspace of its own; import and conversion are tried first, and
killed in that too, as is the undo of the tags. Prints, as JSON, by run: how often it was killed, how it ended, rows
that were lost or doubled. It brings its own PostgreSQL and Redis in FOLDER.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.chaos.programs import Programs, make_leads, serve

IMPORTED, TAGGED, CONVERTED = 3_000, 3_000, 500  # rows: some seconds of work each
LONGEST_WAIT = 240.0  # of which 45 until the sweep finds what was killed
PAUSE_SECONDS = 0.05


class Case:
    """A run to be killed, if ``is_time``; ``rows`` lists what it has left behind of each of its ``total`` rows."""

    is_time: Callable[[Any], bool] = staticmethod(lambda run: True)

    def __init__(self, name: str, firm: Any, run: Any, total: int, rows: Callable[[], Iterable[Any]]) -> None:
        self.name, self.firm, self.run, self.total, self.rows = name, firm, run, total, rows
        self.kills = 0

    def now(self) -> Any:
        from crm.tenants.context import tenant_context

        with tenant_context(self.firm.tenant):
            return type(self.run).objects.get(pk=self.run.pk)

    def is_in_the_middle(self) -> bool:
        run = self.now()
        return run.state == "running" and 0 < run.position < run.total and self.is_time(run)

    def report(self) -> dict[str, Any]:
        from crm.tenants.context import tenant_context

        run = self.now()
        with tenant_context(self.firm.tenant):
            rows = list(self.rows())
        return {
            "kills": self.kills,
            "state": run.state,
            "problem": run.problem,
            "done": run.position,
            "total": self.total,
            "lost": self.total - len(set(rows)),
            "doubled": len(rows) - len(set(rows)),
        }


def _run(var: Path) -> dict[str, Any]:
    from tests.people import make_firm

    importing, tagging, converting = (make_firm(name, name.title()) for name in ("importing", "tagging", "converting"))
    make_leads(tagging, TAGGED)
    make_leads(converting, CONVERTED)
    programs = Programs(var)
    try:
        first = [_start_and_kill(programs, make) for make in (_try_import(importing), _try(converting), _tag(tagging))]
        report = {one.name: _ended(one) for one in first}
        then = [_import(importing, first[0].run), _convert(converting, first[1].run), _undo(tagging, first[2].run)]
        killed = [_start_and_kill(programs, make) for make in then]
        killed.append(_start_and_kill(programs, _go_on(killed[-1])))
        return report | {one.name: _ended(one) for one in killed}
    finally:
        programs.stop()


def _start_and_kill(programs: Programs, start: Callable[[], Case]) -> Case:
    case = start()
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline and case.now().state in ("queued", "running"):
        if case.is_in_the_middle():
            programs.kill_worker()
            case.kills += 1
            break
        time.sleep(PAUSE_SECONDS)
    return case


def _ended(case: Case) -> dict[str, Any]:
    deadline = time.monotonic() + LONGEST_WAIT
    while case.now().state in ("queued", "running") and time.monotonic() < deadline:
        time.sleep(0.5)
    return case.report()


def _try_import(firm: Any) -> Callable[[], Case]:
    def start() -> Case:
        from crm.imports.models import ImportRow
        from tests.imports.steps import upload

        rows = "".join(f"Row {number},r{number}@import.example\n" for number in range(IMPORTED))
        run = upload(firm, "leads", f"last_name,email\n{rows}", dry_run="1")
        return Case("import, dry run", firm, run, IMPORTED, lambda: ImportRow.objects.values_list("number", flat=True))

    return start


def _import(firm: Any, tried: Any) -> Callable[[], Case]:
    def start() -> Case:
        from crm.tenants.context import tenant_context
        from leads.models import Lead
        from tests.people import client_of

        with tenant_context(firm.tenant):
            tried.refresh_from_db()
            assert not Lead.objects.exists(), "a dry run writes nothing"
        data = {"import": "1", "tried": str(tried.tried_at)}
        client_of(firm.ada).post(f"/{firm.tenant.slug}/imports/{tried.pk}/run/", data)
        return Case("import", firm, tried, IMPORTED, lambda: Lead.objects.values_list("email", flat=True))

    return start


def _tag(firm: Any) -> Callable[[], Case]:
    def start() -> Case:
        run = _start_bulk(firm, {"action": "tags", "all": "1", "to-tags": "x"})
        return Case("bulk action", firm, run, TAGGED, lambda: _changed_by(run))

    return start


def _undo(firm: Any, tagged: Any) -> Callable[[], Case]:
    def start() -> Case:
        from tests.people import client_of

        answer = client_of(firm.ana).post(f"/{firm.tenant.slug}/bulk/{tagged.pk}/", {"_method": "DELETE"})
        assert answer.status_code == 303, answer.content.decode()
        case = Case("undo, looked at", firm, _latest(firm), TAGGED, lambda: _changed_by(_latest(firm)))
        case.is_time = lambda run: run.is_dry_run
        return case

    return start


def _go_on(looked_at: Any) -> Callable[[], Case]:
    """It does by itself what it has looked at, and is killed in that too."""

    def start() -> Case:
        case = Case("undo", looked_at.firm, looked_at.run, TAGGED, looked_at.rows)
        case.is_time = lambda run: not run.is_dry_run
        return case

    return start


def _changed_by(run: Any) -> Any:
    from crm.events.models import Event

    assert run.event_id is not None, "nothing was done"
    return Event.objects.filter(because=run.event_id).exclude(changes={}).values_list("record_id", flat=True)


def _try(firm: Any) -> Callable[[], Case]:
    def start() -> Case:
        from crm.bulk.models import BulkOutcome

        run = _start_bulk(firm, {"action": "convert", "all": "1", "to-with_opportunity": "1"})

        def tried() -> Any:
            return BulkOutcome.objects.values_list("record_id", flat=True)

        return Case("bulk conversion, dry run", firm, run, CONVERTED, tried)

    return start


def _convert(firm: Any, tried: Any) -> Callable[[], Case]:
    def start() -> Case:
        from crm.tenants.context import tenant_context
        from leads.models import Conversion
        from tests.people import client_of

        with tenant_context(firm.tenant):
            assert not Conversion.objects.exists(), "a dry run writes nothing"
        client_of(firm.ana).post(f"/{firm.tenant.slug}/bulk/{tried.pk}/")
        return Case(
            "bulk conversion", firm, tried, CONVERTED, lambda: Conversion.objects.values_list("lead_id", flat=True)
        )

    return start


def _start_bulk(firm: Any, form: dict[str, str]) -> Any:
    from tests.people import client_of

    client, address = client_of(firm.ana), f"/{firm.tenant.slug}/bulk/leads/new/?filters=none"
    shown = client.post(address, form).context["shown"]
    answer = client.post(address, form | {"go": "1", "shown": shown})
    assert answer.status_code == 303, answer.content.decode()
    return _latest(firm)


def _latest(firm: Any) -> Any:
    from crm.bulk.models import BulkRun
    from crm.tenants.context import tenant_context

    with tenant_context(firm.tenant):
        return BulkRun.objects.latest("made_at")


if __name__ == "__main__":
    serve(_run)
