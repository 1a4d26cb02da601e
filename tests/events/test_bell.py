"""The kick when the broker is away: quick, quiet, and never an error."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from crm.celery import app
from crm.events import jobs
from crm.ground.ids import uuid7

LONGEST = 0.3


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port that nobody answers on: connections come in and hear nothing."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        yield silent


def bell_to(port: int, monkeypatch: pytest.MonkeyPatch) -> jobs._Bell:
    monkeypatch.setattr(app.conf, "broker_write_url", f"redis://:secret@127.0.0.1:{port}/0")
    jobs.warm()
    return jobs._Bell()


def ring(bell: jobs._Bell) -> bool:
    return bell.ring(jobs.deliver_tenant, [str(uuid7())])


def seconds(bell: jobs._Bell) -> float:
    started = time.monotonic()
    assert not ring(bell)
    return time.monotonic() - started


def test_rings_when_the_broker_is_there() -> None:
    bell = jobs._Bell()
    assert ring(bell)
    assert ring(bell)


def test_refused(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    bell = bell_to(listener.getsockname()[1], monkeypatch)
    listener.close()
    assert seconds(bell) < LONGEST


def test_silent(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    assert seconds(bell_to(listener.getsockname()[1], monkeypatch)) < LONGEST


def test_packets_vanish(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = []
    for _number in range(4):  # the queue of connections is full: the kernel drops what comes
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        waiting.append(client)
    assert seconds(bell_to(listener.getsockname()[1], monkeypatch)) < LONGEST
    for client in waiting:
        client.close()


def test_after_a_failure_nobody_waits_for_a_while(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    bell = bell_to(listener.getsockname()[1], monkeypatch)
    assert seconds(bell) > 0.1
    assert seconds(bell) < 0.01
    bell._quiet_until = 0.0
    assert seconds(bell) > 0.1


def test_a_stale_connection_is_replaced_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bell = jobs._Bell()
    assert ring(bell)
    bell._local.connection.default_channel.client.connection_pool.disconnect()
    assert ring(bell)
