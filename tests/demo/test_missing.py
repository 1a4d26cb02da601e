"""What only the demo needs is no part of the product."""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from crm.tenants.models import Tenant
from tests.shape.sources import ROOT

pytestmark = pytest.mark.django_db


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "crm.demo.seeding", raising=False)
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with pytest.raises(CommandError, match="pip install time-machine"):
        call_command("seed_demo")
    assert not Tenant.objects.filter(slug="demo").exists()


def test_the_product_starts_without_it() -> None:
    start = "import django; django.setup(); import crm.wsgi, crm.urls, crm.workspace_urls"
    without = "import sys; sys.modules['time_machine'] = None"
    subprocess.run([sys.executable, "-c", f"{without}; {start}"], check=True, cwd=ROOT)
