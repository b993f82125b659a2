"""The kiosk put together: readers to stations, stations to screens, the first screen to sound and light."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from app.bootstrap import Hub
from app.domain.model import Station as Place
from app.web.allowances import Allowances
from scanner.kiosk.conditions import look_around
from scanner.kiosk.frame import Lamps, Look
from scanner.kiosk.panel import Patterns
from scanner.kiosk.screen import Effects, Screen, Setup
from scanner.kiosk.sound import Sound
from scanner.readers.contract import Condition, Health, Reader
from scanner.station import Station

log = structlog.get_logger()

TICK_S = 0.1
LOOK_EVERY_S = 1.0
AGAIN_S = 1.0
"""A reader whose iteration broke begins again after so long."""
HUNG_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A reader and the station it reads for."""

    reader: Reader
    place: Place


class NoEffects:
    """A screen without sound or light of its own."""

    def verdict(self, look: Look, heads: int, left: int, ticks: int) -> None:
        return

    def ready(self) -> None:
        return

    @property
    def problem(self) -> str:
        return ""


class SoundAndLight:
    """The sound and the light of this machine; either may be missing."""

    def __init__(self, sound: Sound | None, panel: Patterns | None) -> None:
        self._sound = sound
        self._panel = panel

    def verdict(self, look: Look, heads: int, left: int, ticks: int) -> None:
        if self._panel is not None:
            self._panel.show(look, heads, left)
        if self._sound is not None:
            self._sound.play(look, ticks)

    def ready(self) -> None:
        if self._panel is not None:
            self._panel.ready()

    @property
    def problem(self) -> str:
        """A sentence when nothing can be heard."""
        return self._sound.problem if self._sound is not None else ""


class Kiosk:
    """Implements `app.ports.Kiosk`. `places`: the stations at this machine, the kiosk's own first."""

    def __init__(
        self,
        hub: Hub,
        places: Sequence[Place],
        sources: Sequence[Source],
        setup: Setup,
        effects: Effects,
        *,
        contact: str = "",
        lamps: Callable[[], Lamps | None] = lambda: None,
    ) -> None:
        self._hub = hub
        self._sources = tuple(sources)
        self._contact = contact
        self._allowances = Allowances(hub.store)
        self._desks: Mapping[str, _Desk] = {
            place.name: _Desk(hub, place, self._of(place), setup, effects if at == 0 else NoEffects())
            for at, place in enumerate(places)
        }
        self._first = places[0].name
        self._desks[self._first].screen.lamps = lamps
        self._stopping = threading.Event()
        self._beat = time.monotonic()
        self._healths: dict[str, Health] = {}
        self._effects = effects
        self._problem = ""
        self._threads: list[threading.Thread] = []

    def screen(self, station: str) -> Screen | None:
        desk = self._desks.get(station or self._first)
        return desk.screen if desk is not None else None

    def start(self) -> None:
        for at, source in enumerate(self._sources):
            self._spawn(f"reader-{at}", partial(self._pump, source))
        self._spawn("kiosk", self._watch)

    def leave(self) -> None:
        """Let the pages go that watch the screens: the hub is about to end."""
        for desk in self._desks.values():
            desk.screen.close()

    def close(self) -> None:
        """Readers first, then what is being looked up, then the screens."""
        self._stopping.set()
        for source in self._sources:
            source.reader.close()
        for thread in self._threads:
            thread.join(timeout=5)
        for desk in self._desks.values():
            desk.station.close()
            desk.screen.close()

    def alive(self) -> bool:
        """Does everything that should run still run? For the watchdog."""
        return time.monotonic() - self._beat < HUNG_S and all(thread.is_alive() for thread in self._threads)

    def _of(self, place: Place) -> list[Reader]:
        return [source.reader for source in self._sources if source.place.name == place.name]

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _pump(self, source: Source) -> None:
        """Readings to their station, for as long as the kiosk runs, whatever goes wrong with one of them."""
        station = self._desks[source.place.name].station
        while not self._stopping.is_set():
            try:
                for reading in source.reader:
                    try:
                        station.read(reading)
                    except Exception:
                        log.exception("reading.failed", reader=source.reader.name)
            except Exception:
                log.exception("reader.failed", reader=source.reader.name)
            if source.reader.health.condition is Condition.ENDED:
                self._stopping.wait()  # nothing is wrong: the watchdog sees a thread that lives
            self._stopping.wait(AGAIN_S)

    def _watch(self) -> None:
        looked = 0.0
        while not self._stopping.wait(TICK_S):
            self._beat = time.monotonic()
            try:
                for desk in self._desks.values():
                    desk.screen.tick()
                if self._beat - looked >= LOOK_EVERY_S:
                    looked = self._beat
                    self._look()
            except Exception:
                log.exception("kiosk.failed")

    def _look(self) -> None:
        for source in self._sources:
            self._tell_health(source.reader)
        if self._effects.problem != self._problem:
            self._problem = self._effects.problem
            log.warning("sound.changed", words=self._problem or "ready")
        for desk in self._desks.values():
            desk.screen.around(look_around(self._hub, desk.place, desk.readers, self._contact, self._allowances))

    def _tell_health(self, reader: Reader) -> None:
        health, before = reader.health, self._healths.get(reader.name)
        if before is not None and (before.condition, before.words) == (health.condition, health.words):
            return
        self._healths[reader.name] = health
        fine = health.condition in {Condition.STARTING, Condition.READY, Condition.ENDED}
        tell = log.info if fine else log.warning
        tell("reader.changed", reader=reader.name, condition=health.condition, words=health.words)


class _Desk:
    """One station at this machine."""

    def __init__(self, hub: Hub, place: Place, readers: Sequence[Reader], setup: Setup, effects: Effects) -> None:
        self.place = place
        self.readers = tuple(readers)
        self.screen = Screen(place.name, setup, effects, hub.clock, time.monotonic)
        self.station = Station(place, hub.admit, hub.undo, self.screen, hub.clock)
        self.screen.station = self.station
        self.screen.picture = self._picture

    def _picture(self) -> bytes | None:
        for reader in self.readers:
            preview = getattr(reader, "preview", None)
            if preview is not None:
                picture: bytes | None = preview()
                return picture
        return None
