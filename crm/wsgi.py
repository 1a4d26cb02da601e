"""The WSGI application that gunicorn serves, with everything loaded before its first request."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

application = get_wsgi_application()


def _load() -> None:
    from django.conf import settings
    from django.template import engines
    from django.urls import get_resolver

    from crm.events.jobs import warm
    from crm.tenants.role import refuse_to_serve_through_the_wall

    refuse_to_serve_through_the_wall()
    warm()
    for urlconf in (settings.ROOT_URLCONF, settings.WORKSPACE_URLCONF):
        assert get_resolver(urlconf).url_patterns
    engines["jinja"].load_all()  # type: ignore[attr-defined]
    # What is loaded by now stays: the collector need not walk it again and again, nor un-share its pages after a fork.
    gc.collect()
    gc.freeze()
    # A page makes and drops tens of thousands of objects, nearly all without circles: look for those less often.
    gc.set_threshold(10_000, 20, 20)


_load()
