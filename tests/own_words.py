"""What a page says by itself."""

from __future__ import annotations

import re
from html import unescape
from typing import Any


def own_words(answer: Any) -> str:
    """The main part of the page and its toasts, with its tags: every page carries the words of menus, dialogs and
    scripts ("Nothing was saved.") around them, so to find those anywhere proves nothing. A fragment is all there is.
    """
    html = answer.content.decode()
    _before, _main, rest = html.partition("<main ")
    main, _end, after = rest.partition("</main>")
    toasts = after.partition('id="toasts"')[2].partition("<dialog")[0]
    return unescape(f"{main}\n{toasts}" if rest else html)


def escaped_alike(answer: Any) -> str:
    """The page with quotes as Django's ``escape`` writes them: Jinja2 has equal, other entities for them."""
    return answer.content.decode().replace("&#39;", "&#x27;").replace("&#34;", "&quot;")


def tight(html: str) -> str:
    """The page without the line breaks of its template: they show as a blank at most, and beside a tag as nothing."""
    return re.sub(r"\s*\n\s*", " ", re.sub(r"(?<=>)\s*\n\s*|\s*\n\s*(?=[<>])", "", html))
