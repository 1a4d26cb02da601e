"""The walk through the whole product (``test_walk.py``)."""

import logging
import os
from pathlib import Path

PAGE_JS = (Path(__file__).parent / "page.js").read_text()

if _path := os.environ.get("WALK_LOG"):  # a file for each step and problem as it happens
    _log = logging.getLogger(__name__)
    _log.setLevel(logging.DEBUG)
    _file = logging.FileHandler(_path)
    _file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _log.addHandler(_file)
