"""Telling systemd how the hub is (sd_notify(3)): ready, stopping, and that it is alive. Nothing without systemd."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger()


def tell(state: str) -> bool:
    """Send `READY=1` or the like; False when nobody asked to be told, or does not listen."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.connect(address)
            line.sendall(state.encode())
    except OSError:
        return False
    return True


def ready() -> None:
    tell("READY=1")


def stopping() -> None:
    tell("STOPPING=1")


@contextmanager
def watchdog(alive: Callable[[], bool]) -> Iterator[None]:
    """Tell systemd that we live, as often as it asked, for as long as `alive` says so; else it starts us anew."""
    every = _every()
    if every is None:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_watch, args=(alive, every, ended), name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=every + 10)


def _every() -> float | None:
    """Seconds between two signs of life: half of what the service's WatchdogSec allows."""
    try:
        allowed = int(os.environ.get("WATCHDOG_USEC", ""))
        mine = int(os.environ.get("WATCHDOG_PID", os.getpid())) == os.getpid()
    except ValueError:
        return None
    return allowed / 2e6 if mine and allowed > 0 else None


def _watch(alive: Callable[[], bool], every: float, ended: threading.Event) -> None:
    well = True
    while not ended.wait(every):
        was, well = well, alive()
        if well:
            tell("WATCHDOG=1")
        elif was:
            log.error("watchdog.silent", words="something hangs; systemd will start the hub anew")
