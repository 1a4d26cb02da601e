"""python -m crm.local run | test | check | reset | serve | exec -- COMMAND…"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .check import check
from .leash import end_with_make
from .reset import reset
from .run import run
from .servers import default_var, ensure_servers, read_env_file, release
from .system_user import ServerError
from .testing import test


def main() -> int:
    """Read the command line, do it, and return the exit code."""
    if sys.argv[1:2] not in (["test"], ["check"]):  # those bring their own settings
        read_env_file()
    # Many containers set it. Each of a dozen processes would compile all modules anew: three seconds of a core each.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    arguments = _parser().parse_args()
    end_with_make()
    # Every way to end goes through `finally`, so that the last one out stops the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return int(arguments.do(arguments))
    except ServerError as error:
        print(f"angler: {error}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"angler: {error.strerror}: {error.filename} belongs to another user; run as that one.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def run_all(arguments: argparse.Namespace) -> int:
    """Run the whole product until Ctrl-C."""
    return run(arguments.var.resolve())


def run_tests(arguments: argparse.Namespace) -> int:
    """Run every test, those in the browser too; further arguments go to pytest."""
    return test(arguments.command)


def run_checks(arguments: argparse.Namespace) -> int:
    """Run every check that is not a test."""
    return check(arguments.var.resolve() / "test")


def delete_all(arguments: argparse.Namespace) -> int:
    """Delete all local data, after asking."""
    return reset(arguments.var.resolve(), ask=not arguments.yes)


def serve(arguments: argparse.Namespace) -> int:
    """Keep the servers up until Ctrl-C."""
    try:
        for name, value in ensure_servers(arguments.var, durable=not arguments.fast).items():
            if name.endswith("_URL"):
                print(f"{name}={value}", flush=True)
        while True:
            signal.pause()
    finally:
        release(arguments.var)


def execute(arguments: argparse.Namespace) -> int:
    """Run a command with the servers up; its exit code is ours."""
    command = [part for part in arguments.command if part != "--"]
    try:
        ensure_servers(arguments.var, durable=not arguments.fast)
        with subprocess.Popen(command) as process:
            try:
                return process.wait()
            except BaseException:  # Ctrl-C or a signal: the command ends before its servers do
                process.terminate()
                raise
    finally:
        release(arguments.var)


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": run_all,
    "test": run_tests,
    "check": run_checks,
    "reset": delete_all,
    "serve": serve,
    "exec": execute,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crm.local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, do in COMMANDS.items():
        command = commands.add_parser(name, help=do.__doc__)
        command.set_defaults(do=do)
        command.add_argument(
            "--var",
            type=Path,
            default=default_var(),
            help="folder of the servers' data",
        )
        if name in ("serve", "exec"):
            command.add_argument(
                "--fast",
                action="store_true",
                help="do not wait for the disk: for tests",
            )
        if name == "reset":
            command.add_argument("--yes", action="store_true", help="do not ask")
        if name in ("test", "exec"):
            command.add_argument("command", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main())
