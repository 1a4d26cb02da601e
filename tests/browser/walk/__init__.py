"""The walk through the whole product (``test_walk.py``)."""

from pathlib import Path

PAGE_JS = (Path(__file__).parent / "page.js").read_text()
