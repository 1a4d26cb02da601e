"""What no page can take in: NUL, which the database has no place for, and bytes that are no Unicode.

Refused in one place with 400, before anything is looked up: read on, the bytes would be changed without a word, and a
NUL would break whichever query meets it first. A ``%`` that begins no code stands for itself and is taken as it is.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

_FORM = "application/x-www-form-urlencoded"
STRICT = "utf_8_or_not_at_all"  # a codec that replaces nothing, whatever it is asked to do


def _strict(name: str) -> codecs.CodecInfo | None:
    if name != STRICT:
        return None
    return codecs.CodecInfo(
        encode=codecs.utf_8_encode,
        decode=lambda data, errors="strict": codecs.utf_8_decode(data, "strict", True),
        name=STRICT,
    )


codecs.register(_strict)


class RefuseBrokenText:
    """Answers 400 to requests whose address, headers, cookies or form hold what is no text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        broken = list(_broken_cookies(request))
        if broken or not all(map(_is_text, _address(request))) or not all(map(is_clean, _headers(request))):
            return _refuse(broken)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *rest: Any) -> HttpResponse | None:
        """The form, once a page is there that reads it."""
        if request.method in ("GET", "HEAD", "OPTIONS", "TRACE"):
            return None
        if request.content_type == _FORM:
            is_text = _is_text(request.body)
        else:
            is_text = _parse_strictly(request) and all(map(is_clean, _parts(request)))
        return None if is_text else _refuse([])


def _address(request: HttpRequest) -> Iterator[bytes]:
    """The path (in which Django has left the codes that it could not read), the query, the page that htmx names."""
    yield request.path_info.encode("utf-8", "surrogatepass")
    yield request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    yield request.META.get("HTTP_HX_CURRENT_URL", "").encode("latin-1", "replace")


def _headers(request: HttpRequest) -> Iterator[str]:
    return (value for name, value in request.META.items() if name.startswith("HTTP_") and isinstance(value, str))


def _parse_strictly(request: HttpRequest) -> bool:
    """Have the parts of a form read; False when one is no text. Django would read U+FFFD in place of broken bytes."""
    request._encoding = STRICT  # type: ignore[attr-defined]  # the setter would read the address anew
    try:
        request.POST.encoding = settings.DEFAULT_CHARSET
    except UnicodeDecodeError:
        return False
    finally:
        request._encoding = None  # type: ignore[attr-defined]
    return True


def _parts(request: HttpRequest) -> Iterator[str]:
    for name, values in request.POST.lists():
        yield from (name, *map(str, values))
    for name, files in request.FILES.lists():
        yield from (name, *(file.name or "" for file in files))


def _broken_cookies(request: HttpRequest) -> Iterator[str]:
    return (name for name, value in request.COOKIES.items() if not (is_clean(name) and is_clean(value)))


def _is_text(quoted: bytes) -> bool:
    """Whether percent-encoded bytes are UTF-8 without NUL."""
    plain = unquote_to_bytes(quoted) if b"%" in quoted else quoted
    try:
        return "\0" not in plain.decode()
    except UnicodeDecodeError:
        return False


def is_clean(text: str) -> bool:
    """Whether ``text`` can be kept and sent: no NUL, and no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _refuse(broken_cookies: list[str]) -> HttpResponse:
    response = HttpResponse(render_to_string("broken_text.html"), status=400)
    for name in broken_cookies:  # or every page would be refused from now on
        response.delete_cookie(name)
    return response
