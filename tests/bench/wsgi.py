"""What gunicorn serves during a benchmark: the product, and under ``/floor/`` what it is measured against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from crm.wsgi import application as product
from tests.bench.floor import FloorHandler

floor = FloorHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Both in the same process, so that they share its load, its settings and its kind of connection."""
    serve: Any = floor if environ["PATH_INFO"].startswith("/floor/") else product
    return serve(environ, start_response)
