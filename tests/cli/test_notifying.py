"""What systemd hears, on a socket like its own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import notifying


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(path))
        heard.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield heard


def test_ready_and_stopping_are_told(systemd: socket.socket) -> None:
    notifying.ready()
    notifying.stopping()
    assert [systemd.recv(100), systemd.recv(100)] == [b"READY=1", b"STOPPING=1"]


def test_an_abstract_socket_is_heard_too(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"doorcheck-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0{name}")
        heard.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notifying.ready()
        assert heard.recv(100) == b"READY=1"


def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notifying.tell("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    assert not notifying.tell("READY=1")
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    with notifying.watchdog(lambda: True):
        pass


def test_signs_of_life_come_only_from_what_lives(systemd: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "40000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    lives = iter([True, True, False, False, True])
    with notifying.watchdog(lambda: next(lives, False)):
        assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    systemd.settimeout(0.1)
    with pytest.raises(TimeoutError):
        systemd.recv(100)


def test_another_process_watchdog_is_not_ours(systemd: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "1000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    systemd.settimeout(0.05)
    with notifying.watchdog(lambda: True), pytest.raises(TimeoutError):
        systemd.recv(100)
