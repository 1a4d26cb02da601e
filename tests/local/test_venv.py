from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from crm.local.servers import REPOSITORY

TOOLS = ["sh", "dirname", "cmp", "grep", "cp", "cat", "mkdir", "chmod"]
# A Python that is new enough, and whose venvs and pip only write down what they are asked.
PYTHON = """#!/bin/sh
case "$*" in
*ensurepip*) exit {ensurepip} ;;
*"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
*"-m pip"*) echo "pip $*" >> asked; exit {pip} ;;
*version_info\\[*) echo python3.12-venv ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout on a machine that has the usual tools, but no Python."""
    (tmp_path / "crm" / "local").mkdir(parents=True)
    shutil.copy(REPOSITORY / "crm" / "local" / "venv.sh", tmp_path / "crm" / "local")
    (tmp_path / "requirements.lock").write_text("some==1.0\n")
    (tmp_path / "tools").mkdir()
    for name in TOOLS:
        (tmp_path / "tools" / name).symlink_to(str(shutil.which(name)))
    add(tmp_path, "id", "#!/bin/sh\necho 1000\n")
    return tmp_path


def add(checkout: Path, name: str, script: str) -> None:
    tool = checkout / "tools" / name
    tool.write_text(script)
    tool.chmod(0o755)


def venv(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "crm/local/venv.sh"],
        cwd=checkout,
        env={"PATH": str(checkout / "tools")},
        check=False,
        capture_output=True,
        text=True,
    )


def asked(checkout: Path) -> int:
    return (checkout / "asked").read_text().count("--require-hashes")


def test_it_installs_once_and_again_when_the_lock_changes(checkout: Path) -> None:
    add(checkout, "python3", PYTHON.format(ensurepip=0, pip=0))
    assert venv(checkout).returncode == 0
    assert venv(checkout).stderr == "", "the second time there is nothing to do"
    assert asked(checkout) == 1
    (checkout / "requirements.lock").write_text("some==2.0\n")
    assert venv(checkout).returncode == 0
    assert asked(checkout) == 2


def test_an_older_python3_is_passed_over(checkout: Path) -> None:
    add(checkout, "python3", "#!/bin/sh\nexit 1\n")
    add(checkout, "python3.12", PYTHON.format(ensurepip=0, pip=0))
    assert venv(checkout).returncode == 0
    assert asked(checkout) == 1


def test_too_old_a_python_is_said(checkout: Path) -> None:
    add(checkout, "python3", '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n')
    result = venv(checkout)
    assert result.returncode == 1
    assert "Python 3.11 or newer is needed, and Python 3.9.2" in result.stderr
    assert not (checkout / ".venv").exists()


def test_a_missing_venv_module_is_said_with_its_package(checkout: Path) -> None:
    add(checkout, "python3", PYTHON.format(ensurepip=1, pip=0))
    result = venv(checkout)
    assert result.returncode == 1
    assert "apt-get install python3.12-venv" in result.stderr


def test_root_on_debian_gets_it_installed(checkout: Path) -> None:
    add(checkout, "python3", PYTHON.format(ensurepip="$(cat missing)", pip=0))
    (checkout / "missing").write_text("1")
    add(checkout, "id", "#!/bin/sh\necho 0\n")
    add(checkout, "apt-get", '#!/bin/sh\ncase "$*" in *install*python3.12-venv) echo 0 > missing ;; esac\n')
    assert venv(checkout).returncode == 0
    assert asked(checkout) == 1


def test_a_failed_download_is_said_and_tried_again(checkout: Path) -> None:
    add(checkout, "python3", PYTHON.format(ensurepip=0, pip=1))
    for _ in range(2):
        result = venv(checkout)
        assert result.returncode == 1
        assert "needs the network" in result.stderr
    assert asked(checkout) == 2
