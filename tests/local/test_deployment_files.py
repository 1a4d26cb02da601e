"""What nobody runs on a developer's machine, read: the files for containers, and the build server's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm.local.servers import REPOSITORY

from .command import python

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
EXAMPLE = (REPOSITORY / ".env.example").read_text()
PASSWORDS = ["SECRET_KEY", "POSTGRES_PASSWORD", "ANGLER_OWNER_PASSWORD", "ANGLER_APP_PASSWORD"]


def names(pattern: str, text: str) -> set[str]:
    return set(re.findall(pattern, text, flags=re.MULTILINE))


def pins(lock: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", (REPOSITORY / lock).read_text(), flags=re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


def test_every_service_is_there() -> None:
    assert set(SERVICES) == {"web", "worker", "worker-long", "beat", "migrate", "postgres", "redis"}
    assert set(OURS) == {"web", "worker", "worker-long", "beat", "migrate"}


def test_every_variable_of_compose_is_in_the_example() -> None:
    used = names(r"\$\{([A-Z_]+)", (REPOSITORY / "docker-compose.yml").read_text())
    assert used >= set(PASSWORDS)
    assert used <= names(r"^([A-Z_]+)=", EXAMPLE)


def test_every_variable_of_the_settings_is_documented_and_handed_on() -> None:
    settings = (REPOSITORY / "crm" / "settings.py").read_text()
    read = names(r"""env(?:\.\w+)?\(\s*["']([A-Z_]+)["']""", settings) - {
        "ANGLER_TESTING",
        "ANGLER_MAILBOX",
    }  # our runner's own
    assert {"SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS"} <= read
    assert read <= names(r"^#?([A-Z_]+)=", EXAMPLE)
    fixed_in_the_image = {"ANGLER_VAR", "DEBUG", "MEDIA_ROOT", "STATIC_ROOT"}
    assert read - fixed_in_the_image <= set(SERVICES["migrate"]["environment"])


def test_no_secret_is_written_down() -> None:
    for name in PASSWORDS:
        assert re.search(rf"^{name}=$", EXAMPLE, flags=re.MULTILINE), f"{name} must be empty in .env.example"
        text = (REPOSITORY / "docker-compose.yml").read_text()
        assert f"${{{name}:?" in text, f"compose must refuse to start without {name}"


def test_only_migrate_knows_the_owner() -> None:
    assert [name for name in OURS if "OWNER_DATABASE_URL" in SERVICES[name]["environment"]] == ["migrate"]
    for name in OURS:
        assert SERVICES[name]["environment"]["DATABASE_URL"].startswith("postgres://crm_app:")


@pytest.mark.parametrize("name", OURS)
def test_commands_exist(name: str) -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    default = " ".join(json.loads(dockerfile.rsplit("\nCMD ", 1)[1]))
    command = SERVICES[name].get("command", default).split()
    if command[0] == "python":
        assert (REPOSITORY / command[1]).exists()
        command = [sys.executable, *command[1:3], "--help"]
    else:
        program = Path(sys.executable).parent / command[0]
        command = [str(program), *(command[1:4] if command[0] == "celery" else []), "--help"]
    result = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    options = [part.split("=")[0] for part in SERVICES[name].get("command", default).split() if part.startswith("--")]
    assert [option for option in options if option not in result.stdout] == []


def test_each_waits_for_what_it_needs() -> None:
    for name in ("web", "worker", "worker-long", "beat"):
        conditions = {other: need["condition"] for other, need in SERVICES[name]["depends_on"].items()}
        assert conditions == {"migrate": "service_completed_successfully", "redis": "service_healthy"}
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in ("postgres", "redis"):
        assert SERVICES[name]["healthcheck"]["test"]


def test_files_and_volumes_exist() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (REPOSITORY / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]


def test_the_image_installs_what_the_product_needs_and_only_that() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    needed = [re.split(r"[<>=\[ ]", name)[0].lower() for name in project["project"]["dependencies"]]
    image, everything = pins("requirements-run.lock"), pins("requirements.lock")
    assert set(needed) <= set(image)
    assert image.items() <= everything.items(), "one version everywhere; `make lock` writes both files"
    assert {"pytest", "mypy", "playwright"}.isdisjoint(image)


def test_the_image_does_not_run_as_root() -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    assert dockerfile.rindex("\nUSER angler") < dockerfile.rindex("\nCMD ")
    assert dockerfile.rindex("\nRUN ") < dockerfile.rindex("\nUSER angler")


@pytest.mark.parametrize("secret", [".env", "var", ".git"])
def test_nothing_local_gets_into_the_image(secret: str) -> None:
    assert secret in (REPOSITORY / ".dockerignore").read_text().split()


def test_make_calls_commands_that_exist() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    called = names(r"-m crm\.local (\w+)", makefile)
    assert called == {"run", "test", "check", "reset"}
    for name in called:
        result = python("-m", "crm.local", name, "--help")
        assert result.returncode == 0, result.stderr
    for script in names(r"sh (crm/\S+\.sh)", makefile):
        subprocess.run(["sh", "-n", script], cwd=REPOSITORY, check=True)


def test_the_build_server_runs_tests_and_checks() -> None:
    script = REPOSITORY / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run([str(shutil.which("bash")), "-n", str(script)], check=True)
    assert script.read_text().rstrip().endswith("make test\nmake check")
    assert "set -euo pipefail" in script.read_text()
