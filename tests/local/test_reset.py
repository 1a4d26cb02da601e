from __future__ import annotations

from pathlib import Path

import pytest

from crm.local.reset import reset
from crm.local.state import State
from crm.local.system_user import ServerError

from .command import background, lines_until


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A folder of local data whose servers never ran, with that of the tests in it."""
    for folder in (tmp_path / "var", tmp_path / "var" / "test"):
        folder.mkdir()
        State(folder).secret("secret_key")
    return tmp_path / "var"


def test_it_deletes_the_folder(var: Path) -> None:
    assert reset(var, ask=False) == 0
    assert not var.exists()


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    assert reset(tmp_path, ask=False) == 0
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize(("answer", "deleted"), [("yes", True), ("no", False), ("", False)])
def test_it_asks_first(var: Path, monkeypatch: pytest.MonkeyPatch, answer: str, deleted: bool) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    reset(var, ask=True)
    assert var.exists() is not deleted


def test_without_a_person_to_ask_nothing_is_deleted(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(ServerError, match="YES=1"):
        reset(var, ask=True)
    assert var.exists()


def test_what_is_in_use_stays(var: Path) -> None:
    with background("-m", "crm.local", "serve", "--fast", "--var", str(var / "test")) as process:
        lines_until(process, "REDIS_URL=")
        with pytest.raises(ServerError, match="in use"):
            reset(var, ask=False)
        assert (var / "test" / "local.json").exists()
    assert reset(var, ask=False) == 0
    assert not var.exists()
