#!/usr/bin/env python
"""Django's command line, with the embedded servers up when the environment names no others."""

import os
import sys
from importlib.util import find_spec


def main() -> None:
    """Run the command given on the command line."""
    if find_spec("django") is None:
        sys.exit("This Python has no Django: run `make env`, then .venv/bin/python manage.py …")
    from crm.local.servers import default_var, ensure_env, read_env_file

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    read_env_file()
    ensure_env(default_var())
    from django.core.management import (
        execute_from_command_line,
    )  # after the environment is complete

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
