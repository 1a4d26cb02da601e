"""Every job waits in a queue that was chosen for it, and workers of both kinds are started everywhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import yaml
from celery.beat import Scheduler

from crm.celery import app
from crm.celery import queues as declared
from crm.local.run import programs
from crm.queues import LONG, QUICK
from tests.shape.sources import OURS, name_of, text_of
from tests.shape.test_upper_names import strings_of

REPOSITORY = Path(__file__).resolve().parents[2]
# What goes through many rows or many workspaces. A job that is not here must be over within seconds.
LONG_JOBS = {
    "crm.activities.jobs.clear_files",
    "crm.activities.jobs.note_meetings",
    "crm.pages.jobs.tidy",
    "crm.records.jobs.remake_phone_keys",
    "crm.undo.jobs.tidy",
    "crm.runs.jobs.tidy",
    "crm.runs.jobs.work",
    "crm.users.jobs.tidy",
    "opportunities.jobs.lapse",
    "opportunities.jobs.lapse_one",
    "opportunities.jobs.mend_wrong_sums",
    "opportunities.jobs.put_sums_together",
}


def jobs() -> dict[str, Any]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_job_has_its_queue() -> None:
    queues = {name: app.amqp.router.route({}, name)["queue"].name for name in jobs()}
    assert queues.keys() == declared.keys()
    assert set(queues.values()) == {QUICK, LONG}
    assert {name for name, queue in queues.items() if queue == LONG} == LONG_JOBS


def test_what_beat_starts_is_a_job_in_its_queue() -> None:
    """Beat knows jobs by their names: one that it has not imported would wait in the queue of all others."""
    found = jobs()
    beat = app.Beat()
    beat.init_loader()
    started = Scheduler(app=app).schedule
    started.pop("celery.backend_cleanup", None)
    assert started and {entry.task for entry in started.values()} <= set(found)
    assert "opportunities.jobs.lapse" in started


def test_a_job_is_named_where_it_is_declared_alone() -> None:
    names = {*jobs(), *(name.rpartition(".")[0] for name in jobs())}
    found = [name_of(path) for path in OURS if names.intersection(strings_of(ast.parse(text_of(path))))]
    assert found == [], "import the job"


def test_each_queue_has_workers_of_its_own_that_are_recycled() -> None:
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    in_containers = [service["command"] for service in compose.values() if " worker " in service.get("command", "")]
    here = [" ".join(program.command) for program in programs(Path("/tmp"), 1) if "worker" in program.command]
    for commands in (in_containers, here):
        queues = [re.findall(r"--queues (\S+)", command) for command in commands]
        assert sorted(queues) == [[LONG], [QUICK]]
        assert all("--max-tasks-per-child" in command and "--max-memory-per-child" in command for command in commands)
