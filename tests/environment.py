"""A pytest plugin that is loaded before Django's settings are: gives the tests servers and settings of their own."""

import os
from pathlib import Path

from crm.local.servers import ensure_env

os.environ["ANGLER_TESTING"] = "1"
os.environ.setdefault("ANGLER_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
os.environ.setdefault("EMAIL_URL", "memorymail://")
ensure_env(Path(os.environ["ANGLER_VAR"]), durable=False)
