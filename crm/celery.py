"""The Celery application. Jobs live in modules called ``jobs.py``: *task* is a word of the CRM."""

import gc
import os
from collections.abc import Callable
from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
# Django's checks would load every page into every worker: 20 MB each. The web server, and `make check`, run them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("angler")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@worker_process_init.connect
def keep_what_is_loaded(**_options: Any) -> None:
    """Modules stay: to search them for garbage again and again took a sixth of the time of an import."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # each row of an import makes a thousand objects, and nearly none of them circles


queues: dict[str, str] = {}  # in which each job waits, by its name


def job(queue: str, *, every: float = 0, **options: Any) -> Callable[[Callable[..., Any]], Task]:
    """Make a function of an app's ``jobs.py`` a job that waits in ``queue`` (``crm.queues``).

    ``every`` so many seconds beat starts it; ``options`` are those of a Celery task.
    """

    def declare(function: Callable[..., Any]) -> Task:
        name = app.gen_task_name(function.__name__, function.__module__)
        queues[name] = queue
        if every:
            app.conf.beat_schedule[name] = {"task": name, "schedule": float(every)}
        return app.task(**options)(function)

    return declare


def route(name: str, *_call: Any, **_more: Any) -> dict[str, str] | None:
    """Celery's question where a job waits (``CELERY_TASK_ROUTES``)."""
    return {"queue": queues[name]} if name in queues else None
