"""`doorcheck demo`: a platform, a hub and a sheet of codes, to see it all without setting anything up."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Hub
from app.cli.common import Trouble, a_hub, out, settings_or_stop, start_logs
from app.cli.house import make_token, poll_once
from app.cli.kiosk import wired
from app.cli.platforms import Cast, Platform, playing, write_sheets, written_settings
from app.cli.serving import run_hub
from app.domain.model import ENTRANCE, AccountId, Station, StationId
from app.settings import DEMO_FILE, Settings, load_settings
from app.settings.kiosk import CameraSettings, KioskSettings, PanelSettings
from app.web.live import Live

GUESTS = 2000
POLL_SECONDS = 60
STATION = "Gate 1"
BAR = "Bar"


def demo(
    port: Annotated[int, typer.Option(help="Port of the hub and its page.", min=1, max=65535)] = 8000,
    platform_port: Annotated[
        int, typer.Option(help="Port of the simulated platform; a second one takes the next.", min=1, max=65534)
    ] = 9000,
    host: Annotated[str, typer.Option(help="Address the hub listens on.")] = "127.0.0.1",
    guests: Annotated[int, typer.Option(help="Tickets sold for the night that is on.", min=10)] = GUESTS,
    platforms: Annotated[Cast, typer.Option(help="Which platforms are simulated.")] = Cast.FOURVENUES,
    camera: Annotated[str | None, typer.Option(help="A camera for the kiosk: number, path or video file.")] = None,
) -> None:
    """Start a simulated platform and a hub, poll it, and print where to scan. Each start begins anew.

    Example: [bold]doorcheck demo --port 8000 --platform-port 9000 --platforms both[/bold]
    """
    folder = _clean_folder(settings_or_stop())
    with playing(platforms, platform_port, guests, port) as cast:
        write_sheets(folder, cast)
        (folder / DEMO_FILE).write_text(written_settings(cast, POLL_SECONDS), encoding="utf-8")
        settings = load_settings(data_dir=folder, database_url="", accounts={}, **_demo_only(cast))
        start_logs(settings, quiet=True)
        live = Live()
        with a_hub(settings, hub=True, notices=live) as hub:
            _first_poll(hub, cast)
            tokens = {name: _station(hub, name, right) for name, right in _stations(hub)}
            _greet(host, port, cast, tokens, folder)
            console = Console(cast, hub)
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
    for sheet in folder.glob("sheet*"):
        shutil.rmtree(sheet, ignore_errors=True)
    return folder


def _demo_only(cast: Sequence[Platform]) -> dict[str, object]:
    """Nothing of the venue's own, whatever the environment says."""
    nobody: dict[str, object] = {"fourvenues": {}, "oveit": {}}
    return nobody | {one.name: one.account for one in cast} | {"poll_seconds": POLL_SECONDS, "events": ("auto",)}


def _stations(hub: Hub) -> list[tuple[str, str]]:
    """The gate, and a bar for the first right beside the entrance that a platform with such rights has."""
    events = [one.id for one in hub.store.open_events().values() if one.open and one.account == "oveit"]
    rights = [ref for ref, _ in hub.store.views.rights(events) if ref != ENTRANCE]
    return [(STATION, ENTRANCE), *((BAR, ref) for ref in rights[:1])]


def _station(hub: Hub, name: str, right: str) -> str:
    token, token_hash = make_token()
    station = Station(id=StationId(0), name=name, allowance=right)
    hub.store.run(lambda tx: tx.house.add_station(station, token_hash, hub.clock()))
    return token


def _first_poll(hub: Hub, cast: Sequence[Platform]) -> None:
    totals = {one.name: one.totals() for one in cast}
    for account, desk in hub.desks.items():
        desk.lease.renew()
        poll_once(desk, hub.store.views, full=True, totals=totals[account])


def _greet(host: str, port: int, cast: Sequence[Platform], tokens: dict[str, str], folder: Path) -> None:
    page = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}"
    lines = [
        f"Scanner page:  {page}/?token={tokens[STATION]}",
        *(f"{name + ' page:':<14} {page}/?token={token}" for name, token in tokens.items() if name != STATION),
        f"Kiosk page:    {page}/kiosk  (type a code of the sheet, and Enter)",
        f"Station token: {tokens[STATION]}",
    ]
    for at, one in enumerate(cast):
        pictures = folder / ("sheet" if at == 0 else f"sheet-{one.name}")
        lines += [f"Sheet:         {one.url}/sheet  (and as pictures in {pictures})", f"Platform:      {one.greeting}"]
    how = f'Scan from the sheet with the page, or: doorcheck scan --image "{folder / "sheet" / "good.png"}"'
    for line in ("", *lines, "", how):
        out.print(line, markup=False, soft_wrap=True)


class Console:
    """What a person can do while the demo runs. Without a terminal, signals do it: USR1 pulls the plug, USR2 plugs."""

    def __init__(self, cast: Sequence[Platform], hub: Hub) -> None:
        self._cast = cast
        self._hub = hub
        of_one = "" if len(cast) == 1 else "    (of one: " + ", ".join(f"pull {one.name}" for one in cast) + ")"
        self._help = f"pull = pull the plug    back = plug it back    status    quit{of_one}"

    def start(self) -> None:
        signal.signal(signal.SIGUSR1, lambda *_: self._aside(self.pull))
        signal.signal(signal.SIGUSR2, lambda *_: self._aside(self.back))
        if sys.stdin.isatty():
            out.print("\n" + self._help, markup=False)
            threading.Thread(target=self._listen, daemon=True).start()

    def pull(self, name: str = "") -> None:
        for one in self._meant(name):
            one.cable.pull()
            out.print(f"The plug is out: the hub can't reach {self._called(one)}. Scan on.", markup=False)

    def back(self, name: str = "") -> None:
        for one in self._meant(name):
            one.cable.plug()
        out.print("The plug is back: what was owed is on its way.", markup=False)

    def status(self) -> None:
        for one in self._cast:
            count = self._hub.store.views.outbox(AccountId(one.name))
            words = f"{count.due + count.sending} waiting to be sent, {count.done} sent, {count.conflict} in conflict"
            plug = "in" if one.cable.current == "up" else "out"
            prefix = "" if len(self._cast) == 1 else f"{one.name}: "
            out.print(f"{prefix}{words}; the plug is {plug}", markup=False)

    def _meant(self, name: str) -> Sequence[Platform]:
        return [one for one in self._cast if not name or one.name.startswith(name)]

    def _called(self, one: Platform) -> str:
        return "the platform" if len(self._cast) == 1 else one.name

    def _listen(self) -> None:
        for line in sys.stdin:
            word, about = [*line.lower().split(), "", ""][:2]
            if word in {"quit", "q", "exit"}:
                signal.raise_signal(signal.SIGINT)
                return
            if word in {"pull", "p"}:
                self.pull(about)
            elif word in {"plug", "back", "b"}:
                self.back(about)
            elif word in {"status", "s"}:
                self.status()
            else:
                out.print(self._help, markup=False)

    @staticmethod
    def _aside(act: object) -> None:
        if callable(act):
            threading.Thread(target=act, daemon=True).start()
