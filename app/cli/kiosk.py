"""`doorcheck kiosk`: hub, readers and screen in one process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Literal

import structlog
import typer
from rich.table import Table

from app.bootstrap import Hub
from app.cli.common import Trouble, a_hub, find_station, must_have_accounts, out, settings_or_stop, start_logs
from app.cli.house import make_token
from app.cli.serving import must_not_mix, run_hub
from app.domain.model import Station, StationId
from app.settings import Settings
from app.settings.kiosk import (
    CameraSettings,
    DamagedReaders,
    GunSettings,
    KeyboardSettings,
    KioskSettings,
    Layout,
    PanelSettings,
    ReaderSettings,
    SerialSettings,
    learn_reader,
    learned_readers,
)
from app.web.live import Live
from scanner.decoding import Decoder
from scanner.kiosk.panel import NoPanel, PanelPins, Patterns, drawn_panel, wired_panel
from scanner.kiosk.screen import Setup
from scanner.kiosk.showing import Manner
from scanner.kiosk.sound import Sound
from scanner.kiosk.sources import reader
from scanner.kiosk.wiring import Kiosk, SoundAndLight, Source
from scanner.readers import devices

log = structlog.get_logger()

OWN_STATION = "Kiosk"
LEARN_S = 60.0


def kiosk(
    station: Annotated[str | None, typer.Option(help="The station this kiosk is; default: the settings'.")] = None,
    layout: Annotated[
        Literal["self", "staffed"] | None, typer.Option(help="Guests check themselves in, or staff look on.")
    ] = None,
    language: Annotated[Literal["en", "es"] | None, typer.Option(help="Language of the screen.")] = None,
    camera: Annotated[list[str] | None, typer.Option(help="A camera: number, path, video file or stream.")] = None,
    gun: Annotated[
        list[str] | None, typer.Option(help="A USB gun: path or vendor:product[:serial], then =STATION if another.")
    ] = None,
    gun_layout: Annotated[Layout, typer.Option(help="The keyboard layout that the gun is set to.")] = "us",
    serial: Annotated[list[str] | None, typer.Option(help="A serial gun's port.")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read one code per line as well.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for phones too.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    list_readers: Annotated[bool, typer.Option("--list-readers", help="Show what is plugged in, and end.")] = False,
    learn: Annotated[
        bool, typer.Option("--learn", help="Bind the gun on which the next code is scanned to the station, and end.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list-readers: one JSON line each.")] = False,
) -> None:
    """Hub, readers and screen in one process; the screen is at /kiosk. Readers named here replace the settings'.

    Example: [bold]doorcheck kiosk --station "Gate 1" --camera /dev/video0[/bold]
    """
    settings = settings_or_stop()
    if list_readers:
        _list(settings, as_json)
        return
    if learn:
        _learn(settings, station or settings.kiosk.station, gun_layout)
        return
    given = {"station": station, "layout": layout, "language": language}
    named = [
        *_cameras(camera),
        *_guns(gun, gun_layout),
        *_serials(serial),
        *([KeyboardSettings(kind="keyboard")] * stdin),
    ]
    chosen = settings.kiosk.model_copy(update={name: value for name, value in given.items() if value is not None})
    start_logs(settings)
    must_not_mix(settings)
    live = Live()
    with a_hub(settings, hub=True, notices=live) as hub:
        must_have_accounts(hub)
        with wired(hub, chosen, named or _settled(settings)) as made:
            out.print(f"Kiosk page: http://localhost:{port}/kiosk", markup=False)
            run_hub(hub, live, host, port, made)


@contextmanager
def wired(hub: Hub, settings: KioskSettings, readers: Sequence[ReaderSettings]) -> Iterator[Kiosk]:
    """A kiosk on `hub`, not started; whatever it holds is let go of at the end: lamps off, turnstile shut."""
    own = _station(hub, settings.station)
    places = {own.name: own}
    for one in readers:
        if one.station and one.station not in places:
            places[one.station] = find_station(hub, one.station)
    decoder = Decoder()
    sources = [Source(reader=reader(one, decoder, sys.stdin), place=places[one.station or own.name]) for one in readers]
    panel, drawn = _panel(settings.panel)
    sound = Sound(settings.alsa_device, settings.volume) if settings.sound in {"alsa", "both"} else None
    made = Kiosk(
        hub, list(places.values()), sources, _setup(hub, settings), SoundAndLight(sound, panel),
        contact=settings.contact, lamps=panel.lamps if panel is not None and drawn else lambda: None,
    )  # fmt: skip
    try:
        yield made
    finally:
        made.close()
        if panel is not None:
            panel.close()
        if sound is not None:
            sound.close()


def _setup(hub: Hub, settings: KioskSettings) -> Setup:
    manner = Manner(layout=settings.layout, language=settings.language, names=settings.names, zone=hub.settings.zone)
    return Setup(
        manner=manner, arrow=settings.arrow, saver_s=settings.saver_minutes * 60,
        page_sound=settings.sound in {"page", "both"},
    )  # fmt: skip


def _panel(settings: PanelSettings) -> tuple[Patterns | None, bool]:
    """The lamps, and whether they are drawn: where the settings want it, or name pins and there is no GPIO."""
    pins = PanelPins(
        green=settings.green, amber=settings.amber, red=settings.red, buzzer=settings.buzzer, relay=settings.relay,
        active_low=settings.active_low, relay_pulse_ms=settings.relay_pulse_ms, relay_per_head=settings.relay_per_head,
    )  # fmt: skip
    if settings.simulated:
        return drawn_panel(pins), True
    if not settings.wired:
        return None, False
    try:
        return wired_panel(pins), False
    except NoPanel as error:
        log.warning("panel.missing", words=str(error))
        return drawn_panel(pins), True


def _station(hub: Hub, name: str) -> Station:
    """The kiosk's own station; the one it has by default is made when it is not there."""
    if name != OWN_STATION or any(
        record.station.name == name and record.revoked_at is None for record in hub.store.views.stations()
    ):
        return find_station(hub, name)
    _, token_hash = make_token()
    station = Station(id=StationId(0), name=name)
    hub.store.run(lambda tx: tx.house.add_station(station, token_hash, hub.clock()))
    return find_station(hub, name)


def _settled(settings: Settings) -> Sequence[ReaderSettings]:
    """The settings' readers and the learned guns; a camera that is there when nobody named any reader."""
    try:
        learned = learned_readers(settings.data_dir)
    except DamagedReaders as error:
        raise Trouble(str(error)) from None
    known = {one.device for one in settings.kiosk.readers if isinstance(one, GunSettings)}
    readers = [*settings.kiosk.readers, *(one for one in learned if getattr(one, "device", None) not in known)]
    if any(isinstance(one, CameraSettings) for one in readers):
        return readers
    return [*(CameraSettings(kind="camera", device=one.path) for one in devices.cameras()[:1]), *readers]


def _cameras(named: list[str] | None) -> list[ReaderSettings]:
    return [CameraSettings(kind="camera", device=one) for one in named or ()]


def _guns(named: list[str] | None, layout: Layout) -> list[ReaderSettings]:
    parts = [one.partition("=") for one in named or ()]
    return [GunSettings(kind="gun", device=device, layout=layout, station=place) for device, _, place in parts]


def _serials(named: list[str] | None) -> list[ReaderSettings]:
    return [SerialSettings(kind="serial", device=one) for one in named or ()]


def _list(settings: Settings, as_json: bool) -> None:
    bound = {one.device: one.station for one in learned_readers(settings.data_dir) if isinstance(one, GunSettings)}
    rows = list(_plugged_in(bound))
    if as_json:
        for row in rows:
            sys.stdout.write(json.dumps(row) + "\n")
        return
    table = Table("Kind", "Device", "Name", "Id", "Station")
    for row in rows:
        table.add_row(*row.values())
    out.print(table if rows else "No camera, no gun and no serial port is plugged in.")


def _plugged_in(bound: dict[str, str]) -> Iterator[dict[str, str]]:
    for camera in devices.cameras():
        yield {"kind": "camera", "device": camera.path, "name": camera.name, "id": "", "station": ""}
    for one in devices.input_devices():
        if one.looks_like_keyboard:
            station = bound.get(one.id) or bound.get(one.device) or ""
            yield {"kind": "gun", "device": one.device, "name": one.name, "id": one.id, "station": station}
    for port in devices.serial_ports():
        yield {"kind": "serial", "device": port.path, "name": port.name, "id": port.id, "station": ""}


def _learn(settings: Settings, station: str, layout: Layout) -> None:
    out.print(f"Scan any code with the gun that is to work for {station} (within {LEARN_S:.0f} s).", markup=False)
    try:
        found = devices.learn(devices.input_devices(), timeout_s=LEARN_S, layout=layout)
    except devices.NothingLearned as error:
        raise Trouble(str(error)) from None
    gun = GunSettings(kind="gun", device=found.device.device, layout=layout, station=station)
    try:
        learn_reader(settings.data_dir, gun)
    except DamagedReaders as error:
        raise Trouble(str(error)) from None
    out.print(f"{found.device.name} works for {station} now. It read: {found.raw}", markup=False)
    out.print("If that is not what stands on the ticket, learn it again with --gun-layout.", markup=False)
    out.print("A kiosk that is running hears it after it was started again.", markup=False)
