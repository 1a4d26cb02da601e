"""What a worker holds in its memory from its start on: each process that works does."""

import subprocess
import sys

LOADED = """
import sys, django
from crm.celery import app
django.setup()
app.loader.import_default_modules()
app.finalize()
print(*sys.modules)
"""
ONLY_TO_READ_FILES = {"openpyxl", "chardet", "defusedxml"}


def test_a_worker_loads_no_library_that_only_reads_files() -> None:
    """They take 7 MB; a worker has the rows of a file, which was read when it came."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "crm.imports.batches" in loaded
    assert not loaded & ONLY_TO_READ_FILES
