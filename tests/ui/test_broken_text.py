"""NUL and what is no Unicode: 400 with a word, wherever in a request it stands, signed in or not."""

from __future__ import annotations

import base64
import itertools
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.activities.models import Activity
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests import make
from tests.people import Firm, client_of
from tests.permissions.asking import path_of
from tests.permissions.samples import Samples
from tests.permissions.table import ROWS

BROKEN = {"nul": "%00", "lone surrogate": "%ED%A0%80", "half a letter": "%C3", "latin-1": "M%FCller", "no byte": "%FF"}
GLOBAL = ("/", "/auth/login/", "/auth/password/reset/", "/workspaces/", "/workspaces/new/", "/healthz", "/readyz")
SAYS = "Part of this cannot be read"


def test_no_page_looks_at_a_query_that_is_no_text(samples: Samples) -> None:
    """Every page there is, by turns with another kind of broken text, in the name of a parameter as in its value, of
    who is signed in and of who is not.
    """
    paths = sorted({path_of(row, samples.ours) for row in ROWS} | set(GLOBAL))
    assert len(paths) > 100
    clients = (client_of(samples.ours.firm.ada), Client())
    ways = list(itertools.product(clients, BROKEN.values(), ("q={}", "a{}=1", "next=/x/{}")))
    for path, (client, broken, query) in zip(paths, itertools.cycle(ways), strict=False):
        asked = f"{path}?{query.format(broken)}"
        answer = client.get(asked)
        assert answer.status_code == 400 and SAYS in answer.content.decode(), asked


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize(
    "path", ["/{}", "/{}/", "/acme{}/", "/acme/{}/", "/acme/leads/{}/", "/auth/{}", "/invitations/acme/{}/"]
)
def test_nor_at_such_a_path(firm: Firm, path: str, broken: str) -> None:
    for client in (client_of(firm.ada), Client()):
        assert client.get(path.format(broken)).status_code == 400


def test_what_is_text_is_taken(firm: Firm) -> None:
    """A per cent sign that begins no code stands for itself, as in every browser."""
    client = client_of(firm.ada)
    for text in ("100%", "%zz", "50% off", "M%C3%BCller", "%F0%9F%98%80", "Ærø", "%EF%BF%BD"):
        assert client.get(f"/acme/leads/?q={text}").status_code == 200, text
    assert client.get("/acme/l%C3%A9ads/").status_code == 404


FORMS = ["/acme/leads/new/", "/acme/activities/new/", "/acme/me/", "/acme/bulk/leads/new/", "/auth/login/"]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_nor_at_such_a_form(firm: Firm, path: str, broken: str) -> None:
    for client in (client_of(firm.ada), Client()):
        for body in (f"last_name={broken}", f"idempotency_key={broken}", f"x{broken}=1"):
            answer = client.post(path, body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code == 400 and SAYS in answer.content.decode()
    with tenant_context(firm.tenant):
        assert not Lead.objects.exists()


def test_a_form_with_text_is_taken(firm: Firm) -> None:
    form = {"last_name": "Müller 😀", "email": "m@x.example"}
    assert client_of(firm.ana).post("/acme/leads/new/", form).status_code == 303
    with tenant_context(firm.tenant):
        assert Lead.objects.get().last_name == "Müller 😀"
    assert client_of(firm.ana).post("/acme/leads/new/", {**form, "last_name": "M\0"}).status_code == 400


def test_nor_at_the_name_of_a_file(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    for name in ("kind", "sub\0ject"):
        file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
        form = {name: "x\0", "records": f"leads:{lead.pk}", "files": file}
        assert client_of(firm.ana).post("/acme/activities/new/", form).status_code == 400


@pytest.mark.parametrize("broken", [b"M\xfcller", b"\xed\xa0\x80", b"\xff", b"\xc3"])
def test_nor_at_the_parts_of_a_form_with_files(firm: Firm, broken: bytes) -> None:
    """Django would keep U+FFFD in place of what it cannot read."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    client = client_of(firm.ana)

    def send(value: bytes, name: bytes = b"body") -> int:
        given = {b"kind": b"note", b"record_type": b"leads", b"record_id": str(lead.pk).encode(), name: value}
        part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        body = b"".join(part % pair for pair in given.items()) + b"--x--\r\n"
        return client.post("/acme/activities/new/", body, content_type="multipart/form-data; boundary=x").status_code

    assert send(b"Said " + broken) == 400
    assert send("Müller \ufffd 😀".encode()) == 303, "what is text is taken, also a sign that stands for broken text"
    with tenant_context(firm.tenant):
        assert [one.body for one in Activity.objects.all()] == ["Müller \ufffd 😀"]


def test_nor_at_headers_and_cookies(firm: Firm) -> None:
    client = client_of(firm.ada)
    for name in ("HX-Current-URL", "User-Agent", "Referer", "Accept-Language"):
        assert client.get("/acme/leads/", headers={name: "x\0"}).status_code == 400
    current = {"HX-Request": "true", "HX-Current-URL": "http://testserver/acme/leads/?q=%00"}
    assert client.get("/acme/leads/", headers=current).status_code == 400
    session = client.cookies["sessionid"].value
    answer = client.get("/acme/leads/", headers={"Cookie": f'sessionid={session}; other="a\\000b"'})
    assert answer.status_code == 400
    assert answer.cookies["other"]["max-age"] == 0, "it is taken away, or no page would open any more"
    assert client.get("/acme/leads/", headers={"Cookie": f"sessionid={session}; other=ab"}).status_code == 200


def cursor_of(*data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        base64.urlsafe_b64encode(b"[" * 1200).decode(),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        cursor_of("sort_name,id", 1, "\0", "01900000-0000-7000-8000-000000000000"),
        cursor_of("sort_name,id", 1, "\ud800", "01900000-0000-7000-8000-000000000000"),
        cursor_of("sort_name,id", 10**30, "a", "01900000-0000-7000-8000-000000000000"),
        cursor_of("sort_name,id", -5, "a", "01900000-0000-7000-8000-000000000000"),
        cursor_of("sort_name,id", True, "a", "01900000-0000-7000-8000-000000000000"),
        cursor_of("sort_name,id", 1, ["a"], {"b": 1}),
        cursor_of("sort_name,id", 1, 10**400, "x"),
    ],
    ids=["deep", "deeper", "nul", "surrogate", "far", "negative", "flag", "nested", "number"],
)
def test_a_tampered_cursor_is_the_first_page(firm: Firm, text: str) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Findme")
    for place in ("after", "before"):
        answer = client_of(firm.ana).get(f"/acme/leads/?filters=none&sort=name&{place}={text}")
        assert answer.status_code == 200
        assert "Findme" in answer.content.decode()


def test_control_characters_are_kept_or_refused_and_never_changed(firm: Firm) -> None:
    """In one line and in many, in the middle and at the ends, where many take U+001C to U+001F for blanks; NUL
    and breaks of lines have rules of their own."""
    client = client_of(firm.ana)
    codes = [code for code in (*range(1, 32), 127, 133) if chr(code) not in "\n\v\f\r\x85"]
    for code in codes:
        sent = {"last_name": f"A{chr(code)}B", "company": f"C{chr(code)}D", "email": f"x{code}@y.example"}
        ends = "" if code == 9 else f"{chr(code)}G{chr(code)}"  # a tab is a blank
        more = {"description": f"E{chr(code)}F", "city": ends, "phone": ends and f"{ends}1", "anyway": "1"}
        answer = client.post("/acme/leads/new/", {**sent, **more})
        assert answer.status_code in (303, 422), code
        if answer.status_code == 303:
            with tenant_context(firm.tenant):
                lead = Lead.objects.get(email=sent["email"])
            assert (lead.last_name, lead.company) == (sent["last_name"], sent["company"]), code
            assert (lead.city, lead.phone) == (ends, more["phone"]), code
            assert lead.description == f"E{chr(code)}F", code
