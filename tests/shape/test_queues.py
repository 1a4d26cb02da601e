"""Every job waits in a queue that was chosen for it, and workers of both kinds are started everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from crm.celery import app
from crm.local.run import programs
from crm.queues import LONG, QUICK, ROUTES

REPOSITORY = Path(__file__).resolve().parents[2]
# What goes through many rows or many workspaces. A job that is not here must be over within seconds.
LONG_JOBS = {
    "crm.activities.jobs.clear_files",
    "crm.activities.jobs.note_meetings",
    "crm.bulk.jobs.run",
    "crm.bulk.jobs.tidy",
    "crm.imports.jobs.run",
    "crm.imports.jobs.delete_files",
    "crm.pages.jobs.tidy",
    "crm.records.jobs.remake_phone_keys",
    "crm.users.jobs.tidy",
    "opportunities.jobs.lapse",
    "opportunities.jobs.lapse_one",
}


def jobs() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_job_has_its_queue() -> None:
    assert jobs() == set(ROUTES)
    assert {job for job, queue in ROUTES.items() if queue == LONG} == LONG_JOBS
    assert set(ROUTES.values()) == {QUICK, LONG}
    for job in ROUTES:
        assert app.amqp.router.route({}, job)["queue"].name == ROUTES[job]


def test_every_schedule_names_a_job() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= jobs()


def test_each_queue_has_workers_of_its_own_that_are_recycled() -> None:
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    in_containers = [service["command"] for service in compose.values() if " worker " in service.get("command", "")]
    here = [" ".join(program.command) for program in programs(Path("/tmp"), 1) if "worker" in program.command]
    for commands in (in_containers, here):
        queues = [re.findall(r"--queues (\S+)", command) for command in commands]
        assert sorted(queues) == [[LONG], [QUICK]]
        assert all("--max-tasks-per-child" in command and "--max-memory-per-child" in command for command in commands)
