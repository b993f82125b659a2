"""`doorcheck demo`: a platform, a hub and a sheet of codes, to see it all without setting anything up."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from app.bootstrap import Hub
from app.cli.common import Trouble, a_hub, out, settings_or_stop, start_logs
from app.cli.house import make_token, poll_once
from app.cli.kiosk import wired
from app.cli.serving import run_hub
from app.domain.model import Station, StationId
from app.settings import DEMO_FILE, Settings, load_settings
from app.settings.kiosk import CameraSettings, KioskSettings, PanelSettings
from app.simulators.link import Link
from app.simulators.sheets import SheetRow, write_sheet
from app.web.live import Live

KEY = "ik_demo_doorcheck"
GUESTS = 2000
POLL_SECONDS = 60
START_S = 60
STATION = "Gate 1"


def demo(
    port: Annotated[int, typer.Option(help="Port of the hub and its page.", min=1, max=65535)] = 8000,
    platform_port: Annotated[int, typer.Option(help="Port of the simulated platform.", min=1, max=65535)] = 9000,
    host: Annotated[str, typer.Option(help="Address the hub listens on.")] = "127.0.0.1",
    guests: Annotated[int, typer.Option(help="Tickets sold for the night that is on.", min=10)] = GUESTS,
    camera: Annotated[str | None, typer.Option(help="A camera for the kiosk: number, path or video file.")] = None,
) -> None:
    """Start a simulated Fourvenues and a hub, poll it, and print where to scan. Each start begins anew.

    Example: [bold]doorcheck demo --port 8000 --platform-port 9000[/bold]
    """
    folder = _clean_folder(settings_or_stop())
    with _platform(platform_port, guests) as url, _cable(platform_port) as cable:
        rows = _sheet(url)
        write_sheet(folder / "sheet", rows)
        _write_settings(folder, cable)
        settings = load_settings(data_dir=folder, database_url="", accounts={}, oveit={}, **_demo_only(cable))
        start_logs(settings, quiet=True)
        live = Live()
        with a_hub(settings, hub=True, notices=live) as hub:
            token = _first_station(hub)
            _first_poll(hub, url)
            _greet(host, port, url, token, folder)
            console = Console(cable, url, hub)
            console.start()
            readers = [] if camera is None else [CameraSettings(kind="camera", device=camera)]
            with wired(hub, KioskSettings(station=STATION, panel=PanelSettings(simulated=True)), readers) as kiosk:
                run_hub(hub, live, host, port, kiosk)


def _clean_folder(settings: Settings) -> Path:
    """An empty data folder; one that holds a venue's own data is never touched."""
    folder = settings.data_dir.absolute()
    marker = folder / DEMO_FILE
    if (folder / "doorcheck.db").exists() and not marker.exists():
        raise Trouble(f"{folder} holds a venue's data: set DOORCHECK_DATA_DIR to another folder for the demo")
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
    for file in folder.glob("doorcheck.db*"):
        file.unlink()
    shutil.rmtree(folder / "sheet", ignore_errors=True)
    return folder


def _demo_only(cable: Link) -> dict[str, object]:
    account = {"api_key": KEY, "base_url": f"{cable.url}/integrations"}
    return {"fourvenues": account, "poll_seconds": POLL_SECONDS, "events": ("auto",)}


def _write_settings(folder: Path, cable: Link) -> None:
    """So that `doorcheck scan`, `outbox` and `doctor` find the demo's platform by themselves."""
    lines = [
        "# Written by `doorcheck demo`: remove this folder to be rid of it.",
        f"poll_seconds = {POLL_SECONDS}",
        "[fourvenues]",
        f'api_key = "{KEY}"',
        f'base_url = "{cable.url}/integrations"',
    ]
    (folder / DEMO_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextmanager
def _platform(port: int, guests: int) -> Iterator[str]:
    """A simulated Fourvenues in a process of its own, which ends with us however we end."""
    command = [sys.executable, "-m", "app", "simulate", "fourvenues", "--port", str(port), "--guests", str(guests)]
    process = subprocess.Popen([*command, "--with-parent"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S603
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Trouble("the simulated platform did not start: choose another port with --platform-port")
        try:
            if httpx.get(f"{url}/_control/state", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise Trouble("the simulated platform did not answer in time")


@contextmanager
def _cable(platform_port: int) -> Iterator[Link]:
    """The cable between hub and platform, to be pulled."""
    cable = Link.start(platform_port)
    try:
        yield cable
    finally:
        cable.stop()


def _sheet(url: str) -> list[SheetRow]:
    rows = httpx.get(f"{url}/sheet.json", trust_env=False).json()
    return [SheetRow(label=one["label"], code=one["code"], expect=tuple(one["expect"])) for one in rows]


def _first_station(hub: Hub) -> str:
    token, token_hash = make_token()
    station = Station(id=StationId(0), name=STATION)
    hub.store.run(lambda tx: tx.house.add_station(station, token_hash, hub.clock()))
    return token


def _first_poll(hub: Hub, url: str) -> None:
    state = httpx.get(f"{url}/_control/state", trust_env=False).json()
    for desk in hub.desks.values():
        desk.lease.renew()
        poll_once(desk, full=True, totals=_totals(state))


def _totals(state: dict[str, Any]) -> dict[str, int]:
    """Rows that the first poll will bring: for the progress bar only."""
    tonight: dict[str, Any] = next((one for one in state["events"] if one["id"] == state["tonight"]), {})
    return {name: int(tonight.get(name, 0)) for name in ("tickets", "lists", "passes")}


def _greet(host: str, port: int, url: str, token: str, folder: Path) -> None:
    name = "localhost" if host in {"127.0.0.1", "0.0.0.0"} else host
    for line in (
        "",
        f"Scanner page:  http://{name}:{port}/?token={token}",
        f"Kiosk page:    http://{name}:{port}/kiosk  (type a code of the sheet, and Enter)",
        f"Station token: {token}",
        f"Sheet:         {url}/sheet  (and as pictures in {folder / 'sheet'})",
        f"Platform:      {url}/integrations  (simulated; any key that begins with ik_)",
        "",
        'Scan from the sheet with the page, or: doorcheck scan --image "' + str(folder / "sheet" / "good.png") + '"',
    ):
        out.print(line, markup=False, soft_wrap=True)


class Console:
    """What a person can do while the demo runs. Without a terminal, signals do it: USR1 pulls the plug, USR2 plugs."""

    HELP = "pull = pull the plug    back = plug it back    status    quit"

    def __init__(self, cable: Link, url: str, hub: Hub) -> None:
        self._cable = cable
        self._url = url
        self._hub = hub

    def start(self) -> None:
        signal.signal(signal.SIGUSR1, lambda *_: self._aside(self.pull))
        signal.signal(signal.SIGUSR2, lambda *_: self._aside(self.back))
        if sys.stdin.isatty():
            out.print("\n" + self.HELP, markup=False)
            threading.Thread(target=self._listen, daemon=True).start()

    def pull(self) -> None:
        self._cable.pull()
        out.print("The plug is out: the hub can't reach the platform. Scan on.", markup=False)

    def back(self) -> None:
        self._cable.plug()
        out.print("The plug is back: what was owed is on its way.", markup=False)

    def status(self) -> None:
        count = self._hub.store.views.outbox()
        words = f"{count.due + count.sending} waiting to be sent, {count.done} sent, {count.conflict} in conflict"
        out.print(f"{words}; the plug is {'in' if self._cable.current == 'up' else 'out'}", markup=False)

    def _listen(self) -> None:
        verbs = {"pull": self.pull, "p": self.pull, "plug": self.back, "back": self.back, "b": self.back}
        verbs |= {"status": self.status, "s": self.status}
        for line in sys.stdin:
            word = (line.lower().split() or [""])[0]
            if word in {"quit", "q", "exit"}:
                signal.raise_signal(signal.SIGINT)
                return
            verbs.get(word, lambda: out.print(self.HELP, markup=False))()

    @staticmethod
    def _aside(act: object) -> None:
        if callable(act):
            threading.Thread(target=act, daemon=True).start()
