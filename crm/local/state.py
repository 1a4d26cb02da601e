"""What the local servers must remember between starts: their ports and passwords."""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
import tempfile
from pathlib import Path

# Below the range that Linux hands out for outgoing connections, so that a kept port is still free next time.
PORTS = range(20_000, 32_000)


class State:
    """Ports and secrets of one folder, made once and kept in `local.json`, which only its owner can read."""

    def __init__(self, var: Path) -> None:
        self.path = var / "local.json"
        self.values: dict[str, str] = json.loads(self.path.read_text()) if self.path.exists() else {}

    def secret(self, name: str) -> str:
        """The random secret of that name; made when first asked for. Safe inside a URL."""
        if name not in self.values:
            self.keep(name, secrets.token_urlsafe(48))
        return self.values[name]

    def port(self, name: str) -> int:
        """The port kept under that name, or a free one where it is new or somebody else took it meanwhile."""
        if name not in self.values or not is_free(int(self.values[name])):
            self.keep(name, str(free_port()))
        return int(self.values[name])

    def keep(self, name: str, value: str) -> None:
        """Store one value. The file is replaced as a whole, so a crash leaves the old or the new one."""
        self.values[name] = value
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=".local-")  # mkstemp creates it 0600
        with os.fdopen(handle, "w") as file:
            json.dump(self.values, file, indent=1)
        os.replace(temporary, self.path)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A free port, picked at random so that two checkouts do not meet."""
    return next(port for port in random.sample(PORTS, len(PORTS)) if is_free(port))
