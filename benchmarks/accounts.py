"""Two platforms in one hub: what a list that did not change costs, and what the other's outage costs a guest."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

from app.bootstrap import Hub, make_hub
from app.domain.model import AccountId, Scan, ScanId, Station, StationId
from app.domain.outbox import CallState
from app.settings import Settings
from app.simulators.link import Link
from app.simulators.oveit.world import EMAIL, PASSWORD
from benchmarks.figures import Figure, p50, p99

TICKETS = 20_000
ROUNDS = 7
SCANS = 150
PAUSE_S = 0.02
FOURVENUES, OVEIT = AccountId("fourvenues"), AccountId("oveit")
PORTS = {FOURVENUES: 9471, OVEIT: 9472}


def run(folder: Path) -> Iterator[Figure]:
    with ExitStack() as stack:
        for account, port in PORTS.items():
            guests = TICKETS if account == OVEIT else 2 * SCANS + 500
            stack.enter_context(_platform(account, port, guests))
        yield _unchanged(folder / "unchanged")
        yield from _outage(folder / "outage")


@contextmanager
def _platform(name: str, port: int, guests: int) -> Iterator[None]:
    words = [sys.executable, "-m", "app", "simulate", name, "--port", str(port), "--guests", str(guests)]
    if name == FOURVENUES:
        words += ["--switch", "rate_limit=0"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not _asked(port, "state"):
            if time.monotonic() > until:
                raise AssertionError(f"{name} did not start")
            time.sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait()


def _asked(port: int, what: str) -> Any:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/_control/{what}", trust_env=False, timeout=20).json()
    except httpx.TransportError:
        return None


def _unchanged(folder: Path) -> Figure:
    """Processor time of a whole poll, request and freshness included, against parsing the list with orjson."""
    hub = make_hub(_settings(folder, {OVEIT: PORTS[OVEIT]}, names="false"), hub=True)
    desk = hub.desks[OVEIT]
    desk.poll.events()
    (event,) = desk.poll.open()
    desk.poll(event, "tickets")
    body = _list(event.ref)
    before = hub.store.views.last_change()
    ours, floors = [], []
    for _ in range(ROUNDS):
        started = time.process_time()
        report = desk.poll(event, "tickets")
        ours.append(time.process_time() - started)
        if report.failed or report.rows or report.full:
            raise AssertionError(f"the poll went wrong: {report}")
        started = time.process_time()
        orjson.loads(body)
        floors.append(time.process_time() - started)
    if hub.store.views.last_change() != before:
        raise AssertionError("something was written")
    hub.close()
    return Figure(
        name="an unchanged Oveit poll of 20,000 tickets / orjson.loads", ours=min(ours) * 1000,
        floor=min(floors) * 1000, unit="ms", at_most=2, note=f"{len(body) / 1e6:.1f} MB, processor time",
    )  # fmt: skip


def _list(event: str) -> bytes:
    with httpx.Client(base_url=f"http://127.0.0.1:{PORTS[OVEIT]}/api", trust_env=False, timeout=20) as http:
        token = http.post("/seller/login", json={"email": EMAIL, "password": PASSWORD}).json()["token"]
        return http.post("/events/tickets", json={"token": token, "id": int(event)}).content


def _outage(folder: Path) -> Iterator[Figure]:
    """The same door of one platform, while the other is there and while its plug is out."""
    cable = Link.start(PORTS[OVEIT])
    hub = make_hub(_settings(folder, {FOURVENUES: PORTS[FOURVENUES], OVEIT: cable.port}, names="false"), hub=True)
    hub.jobs.start()
    try:
        codes = _good_codes(hub, 2 * SCANS)
        _door(hub, codes[:20])
        quiet_scans, quiet_calls = _door(hub, codes[20:SCANS])
        cable.pull()
        time.sleep(3)
        scans, calls = _door(hub, codes[SCANS:])
    finally:
        cable.stop()
        hub.close()
    for name, ours, floor in (("a scan is answered", scans, quiet_scans), ("a call is settled", calls, quiet_calls)):
        for what, figure in (("p50", p50), ("p99", p99)):
            yield Figure(
                name=f"{name}, {what}: other platform down / up", ours=figure(ours) * 1000, floor=figure(floor) * 1000,
                unit="ms", at_most=1.5 if figure is p50 else 3,
            )  # fmt: skip


def _good_codes(hub: Hub, many: int) -> Sequence[str]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        events = [one.id for one in hub.store.open_events().values() if one.account == FOURVENUES and one.open]
        good = [
            one.credentials[0].value
            for one in hub.store.views.guests(events)
            if one.kind == "ticket" and one.standing == "good" and one.allowances[0].left == 1
        ]
        if len(good) >= many:
            return good
        time.sleep(0.5)
    raise AssertionError("the guests did not come")


def _door(hub: Hub, codes: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds until each scan was answered, and until the platform had heard of it."""
    station = Station(id=StationId(1), name="Gate 1")
    scans, calls = [], []
    for code in codes:
        started = time.perf_counter()
        answer = hub.admit(Scan(id=ScanId(f"bench-{code}"), code=code, at=datetime.now(UTC)), station)
        scans.append(time.perf_counter() - started)
        if not answer.heads:
            raise AssertionError(f"not let in: {answer}")
        hub.jobs.nudge()
        while hub.store.views.scan_states([answer.scan])[0].state is not CallState.DONE:
            time.sleep(0.0005)
        calls.append(time.perf_counter() - started)
        time.sleep(PAUSE_S)
    return scans, calls


def _settings(folder: Path, ports: dict[AccountId, int], **oveit: str) -> Settings:
    options: dict[str, dict[str, Any]] = {}
    for account, port in ports.items():
        address = f"http://127.0.0.1:{port}/{'api' if account == OVEIT else 'integrations'}"
        options[account] = {"base_url": address, "requests_per_second": 0}
    if OVEIT in options:
        options[OVEIT] |= {"email": EMAIL, "password": PASSWORD, **oveit}
    if FOURVENUES in options:
        options[FOURVENUES] |= {"api_key": "ik_bench"}
    return Settings(
        data_dir=folder, database_url="", fourvenues=options.get(FOURVENUES, {}), oveit=options.get(OVEIT, {}),
        accounts={}, log_level="error", clock="system",
    )  # fmt: skip
