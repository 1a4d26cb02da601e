"""The Celery application. Jobs live in modules called ``jobs.py``: *task* is a word of the CRM."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
# Django's checks would load every page into every worker: 20 MB each. The web server, and `make check`, run them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("angler")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
