from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from crm.local import testing
from crm.local.servers import REPOSITORY
from crm.local.system_user import ServerError


def stub(path: Path, code: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no browser, on which nothing may be installed; its PATH is the folder `bin`."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    return tmp_path


def test_the_one_that_is_named_wins(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(bare / "bin" / "chromium", 0)
    named = stub(bare / "mine", 0)
    monkeypatch.setenv("CHROMIUM", str(named))
    assert testing.browser() == str(named)


def test_one_that_is_named_but_does_not_start_is_an_error(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(bare / "bin" / "chromium", 0)
    monkeypatch.setenv("CHROMIUM", str(stub(bare / "mine", 1)))
    with pytest.raises(ServerError, match="does not start"):
        testing.browser()


def test_a_command_that_does_not_start_is_passed_over(bare: Path) -> None:
    stub(bare / "bin" / "chromium", 1)
    works = stub(bare / "bin" / "google-chrome", 0)
    assert testing.browser() == str(works)


def test_playwrights_own_will_do(bare: Path) -> None:
    own = stub(bare / "playwright" / "chromium-1200" / "chrome-linux64" / "chrome", 0)
    assert testing.browser() == str(own)


@pytest.mark.usefixtures("bare")
def test_none_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ServerError, match="apt-get install chromium"):
        testing.browser()


def test_root_on_debian_gets_one_installed(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(testing, "_is_debian", lambda: True)
    browser = bare / "bin" / "chromium"
    apt = stub(bare / "bin" / "apt-get", 0)
    apt.write_text(f'#!/bin/sh\ncase "$*" in *install*chromium) /bin/cp "$0" {browser};; esac\n')
    assert testing.browser() == str(browser)


def test_the_shell_is_taken_where_there_is_one_and_none_is_named(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = stub(bare / "bin" / "chromium", 0)
    broken = stub(bare / "bin" / "chromium-headless-shell", 1)
    assert testing.shell() == str(whole)
    own = stub(bare / "playwright" / "chromium_headless_shell-1200" / "chrome-linux" / "headless_shell", 0)
    assert testing.shell() == str(own)
    broken.write_text("#!/bin/sh\n")
    assert testing.shell() == str(broken)
    monkeypatch.setenv("CHROMIUM", str(whole))
    assert testing.shell() == str(whole)


@pytest.mark.parametrize("code", [0, 1])
def test_root_on_debian_gets_the_shell_if_it_can_be_had(bare: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(testing, "_is_debian", lambda: True)
    whole, shell = stub(bare / "bin" / "chromium", 0), bare / "bin" / "chromium-headless-shell"
    copy = f'case "$*" in *install*shell) /bin/cp {whole} {shell};; esac' if code == 0 else ""
    stub(bare / "bin" / "apt-get", 0).write_text(f"#!/bin/sh\n{copy}\nexit {code}\n")
    assert testing.shell() == str(whole if code else shell)


@pytest.mark.parametrize("target", ["test", "chaos"])
def test_make_passes_options_on(target: str) -> None:
    """An option first, which is pytest's and not ours."""
    command = ["make", target, "ARGS=--collect-only -q tests/local"]
    told = subprocess.run(command, check=False, cwd=REPOSITORY, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert ("test_a_command_that_does_not_start" in told.stdout) == (target == "test")
    assert ("test_it_starts_is_used_stops_and_starts_again" in told.stdout) == (target == "chaos")
