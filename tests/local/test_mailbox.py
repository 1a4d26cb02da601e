"""The mailbox of a trial run: what lies in it, who reads it, and that production has none."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test.utils import override_settings

from crm.local.mailbox import DEMO_SLUG, mail, mailbox_of, mails
from crm.tenants.models import Tenant
from tests.people import Firm, client_of

from .command import python

BACKEND = "crm.local.mailbox.MailboxBackend"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "mail"
    with override_settings(MAILBOX=folder, EMAIL_BACKEND=BACKEND):
        yield folder


@pytest.fixture
def demo(firm: Firm) -> Firm:
    """Acme, at the demo's address."""
    Tenant.objects.filter(pk=firm.tenant.pk).update(slug=DEMO_SLUG)
    firm.tenant.slug = DEMO_SLUG
    yield firm
    firm.tenant.slug = "acme"


def test_a_mail_is_kept_as_a_file_and_read_again(box: Path) -> None:
    assert (
        send_mail("Grüße aus Łódź", "Line one\nhttp://localhost:8000/x/?a=1&b=2\n", "a@b.example", ["ana@acme.example"])
        == 1
    )
    (path,) = box.iterdir()
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o077 == 0
    (found,) = mails()
    assert (found.subject, found.to, found.sender) == ("Grüße aus Łódź", "ana@acme.example", "a@b.example")
    assert "http://localhost:8000/x/?a=1&b=2" in found.text
    assert found.at.tzinfo is not None


def test_the_latest_comes_first(box: Path) -> None:
    for number in range(3):
        send_mail(f"Mail {number}", "", None, ["ana@acme.example"])
    assert [one.subject for one in mails()] == ["Mail 2", "Mail 1", "Mail 0"]


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "..%2Fsecret",
        "/etc/passwd",
        "",
        ".",
        "20260101-000000000000-0000000g",
        "a\x00b",
        "secret",
        "20260101-000000000000/../secret",
    ],
)
def test_no_name_reaches_a_file_beside_the_box(box: Path, name: str) -> None:
    send_mail("Mine", "", None, ["ana@acme.example"])
    (box / "secret.eml").write_text("Subject: secret\n\n")
    (box.parent / "secret.eml").write_text("Subject: secret\n\n")
    (box / "20260101-000000000000").mkdir()
    assert mail(mails()[0].name) is not None
    assert mail(name) is None


def test_a_link_in_the_box_is_not_followed(box: Path) -> None:
    send_mail("Mine", "", None, ["ana@acme.example"])
    outside = box.parent / "outside.eml"
    outside.write_text("Subject: secret\n\n")
    name = "20260101-000000000000-00000000"
    os.symlink(outside, box / f"{name}.eml")
    assert mail(name) is None
    assert [one.subject for one in mails()] == ["Mine"]


def test_what_is_no_proper_mail_does_not_break_the_page(box: Path, demo: Firm) -> None:
    send_mail("Mine", "", None, ["ana@acme.example"])
    (box / "20260101-000000000000-00000000.eml").write_bytes(b"\xff\xfe\x00 nothing that is a mail")
    (box / "20260101-000000000000-00000001.eml").write_bytes(
        b'Subject: =?utf-8?q?odd?=\nDate: yesterday\nContent-Type: text/plain; charset="no-such"\n\n\xff'
    )
    assert len(mails()) == 3
    assert client_of(demo.ada).get(demo.url("setup:mailbox")).status_code == 200


def test_the_admin_of_the_demo_reads_it(box: Path, demo: Firm) -> None:
    ada = client_of(demo.ada)
    assert "No mails yet" in ada.get(demo.url("setup:mailbox")).content.decode()
    message = EmailMultiAlternatives("Hello <b>", "Go to http://localhost:8000/x/ <script>", to=["ana@acme.example"])
    message.attach_alternative("<p>Hello</p><script>alert(1)</script>", "text/html")
    message.send()
    page = ada.get(demo.url("setup:mailbox")).content.decode()
    assert "Hello &lt;b&gt;" in page
    assert "ana@acme.example" in page
    (name,) = [one.name for one in mails()]
    text = ada.get(demo.url("setup:mail", name=name)).content.decode()
    assert '<a href="http://localhost:8000/x/"' in text
    assert "<script>" not in text.partition("mail-text")[2].partition("</article>")[0]
    html = ada.get(demo.url("setup:mail_html", name=name))
    policy = html.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert demo.url("setup:mailbox") in ada.get(demo.url("setup:index")).content.decode()


def test_nobody_else_reads_it(box: Path, demo: Firm, other_firm: Firm) -> None:
    send_mail("Mine", "", None, ["ana@acme.example"])
    (name,) = [one.name for one in mails()]
    assert client_of(demo.ada).get(demo.url("setup:mail", name=name)).status_code == 200
    for reader, firm in ((demo.max, demo), (demo.ana, demo), (demo.rita, demo), (other_firm.ada, other_firm)):
        for path in (
            firm.url("setup:mailbox"),
            firm.url("setup:mail", name=name),
            firm.url("setup:mail_html", name=name),
        ):
            assert client_of(reader).get(path).status_code == 404
    assert "setup/mailbox" not in client_of(other_firm.ada).get(other_firm.url("setup:index")).content.decode()


def test_without_a_mailbox_there_is_no_page(demo: Firm) -> None:
    assert client_of(demo.ada).get(demo.url("setup:mailbox")).status_code == 404
    assert "setup/mailbox" not in client_of(demo.ada).get(demo.url("setup:index")).content.decode()


@pytest.mark.parametrize(
    ("folder", "base_url", "email_url", "is_kept"),
    [
        ("/x/mail", "http://localhost:8000", "", True),
        ("/x/mail", "http://127.0.0.1:8000", "consolemail://", True),
        ("", "http://localhost:8000", "", False),
        ("/x/mail", "https://crm.example", "", False),
        ("/x/mail", "http://localhost.evil.example", "", False),
        ("/x/mail", "http://localhost:8000", "smtp://mail.example:25", False),
    ],
)
def test_only_a_run_on_ones_own_machine_without_mail_has_one(
    folder: str, base_url: str, email_url: str, is_kept: bool
) -> None:
    assert mailbox_of(folder, base_url=base_url, email_url=email_url) == (Path(folder) if is_kept else None)


SHOW = """
import json
from django.conf import settings
print(json.dumps([settings.EMAIL_BACKEND, str(settings.MAILBOX), settings.MAIL_LEAVES]))
"""


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"BASE_URL": "http://localhost:8000", "ANGLER_MAILBOX": "/x/mail"}, [BACKEND, "/x/mail", False]),
        ({"BASE_URL": "http://localhost:8000"}, ["django.core.mail.backends.dummy.EmailBackend", "None", False]),
        (
            {"BASE_URL": "https://crm.example", "ANGLER_MAILBOX": "/x/mail", "EMAIL_URL": "smtp://mail.example:25"},
            ["django.core.mail.backends.smtp.EmailBackend", "None", True],
        ),
    ],
)
def test_the_settings_of_a_trial_and_of_production(env: dict[str, str], expected: list[object]) -> None:
    named = {"EMAIL_URL": "", "ANGLER_MAILBOX": "", "ANGLER_TESTING": "False", "SECRET_KEY": "x" * 50, **env}
    result = python("-c", SHOW, DJANGO_SETTINGS_MODULE="crm.settings", **named)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout.splitlines()[-1]) == expected


def test_no_deployment_file_names_a_mailbox() -> None:
    root = Path(__file__).resolve().parents[2]
    for name in ("docker-compose.yml", "Dockerfile", ".env.example"):
        assert "MAILBOX" not in (root / name).read_text()
