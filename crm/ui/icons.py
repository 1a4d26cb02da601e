"""Icons as inline SVG, each drawn once per process."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FALLBACK = "circle"


@lru_cache(maxsize=512)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """The icon ``name`` (a lucide name) as ``<svg>``; hidden from assistive technology unless it has a ``label``."""
    drawings = _drawings()
    try:
        element = ElementTree.fromstring(drawings.read(f"{name}.svg"))
    except KeyError:
        element = ElementTree.fromstring(drawings.read(f"{FALLBACK}.svg"))
    # A path has attributes only, so the few children are written by hand: ten times quicker than ElementTree.
    inner = "".join(
        "<" + child.tag.rpartition("}")[2] + "".join(f' {key}="{value}"' for key, value in child.attrib.items()) + "/>"
        for child in element
    )
    access = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        f"icon {css}".strip(),
        access,
        mark_safe(inner),
    )


@cache
def _drawings() -> ZipFile:
    """All drawings of the package, opened once: its own functions read its long list of contents for every icon."""
    return ZipFile(BytesIO((files("lucide") / "lucide.zip").read_bytes()))
