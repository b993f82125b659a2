"""Lamps, buzzer and turnstile relay: what they do for each verdict, on real pins (gpiozero) or drawn on the page."""

from __future__ import annotations

import atexit
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from scanner.kiosk.frame import Lamps, Look

log = structlog.get_logger()

OUTPUTS = ("green", "amber", "red", "buzzer", "relay")
PULSE_GAP_S = 0.3
MOST_PULSES = 20
"""More than so many people of one party are let through with the turnstile held open by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPins:
    """BCM numbers; an output without one is not there. Of those in `active_low`, low voltage means on."""

    green: int | None = None
    amber: int | None = None
    red: int | None = None
    buzzer: int | None = None
    relay: int | None = None
    active_low: Collection[str] = ()
    relay_pulse_ms: int = 500
    relay_per_head: bool = True
    """One pulse for each person; else one for all of them."""


@dataclass(frozen=True, slots=True)
class Step:
    """Which outputs are on, and for how many seconds."""

    on: frozenset[str]
    seconds: float


def _steps(*pairs: tuple[str, float]) -> tuple[Step, ...]:
    return tuple(Step(frozenset(on.split()), seconds) for on, seconds in pairs)


LIGHTS: Mapping[Look, Sequence[Step]] = {
    Look.ADMIT: _steps(("green buzzer", 0.09), ("green", 0.04), ("green buzzer", 0.13), ("green", 3.7)),
    Look.ALREADY: _steps(*[("red buzzer", 0.15), ("red", 0.65), ("", 0.5)], ("red", 0.8), ("", 0.5), ("red", 0.8)),
    Look.REFUSE: _steps(("red buzzer", 0.4), ("red", 4.0)),
    Look.ASK: _steps(*[("amber buzzer", 0.1), ("amber", 0.3), ("", 0.3)] * 3, *[("amber", 0.4), ("", 0.3)] * 5),
    Look.TROUBLE: _steps(("amber", 2.0)),
    Look.UNDO: _steps(("amber", 0.5)),
}
"""`already` and `refuse` share a lamp: one blinks slowly, the other stays. Trouble is nobody's fault: no buzzer."""


class Outputs(Protocol):
    """Something that can be switched. MUST switch everything off when it is closed."""

    def switch(self, on: frozenset[str]) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class _Track:
    """Steps that are under way."""

    steps: deque[Step] = field(default_factory=deque)
    until: float = 0.0


class Patterns:
    """Runs the lights and the relay, each at its own time: a new verdict cuts the lights of the one before, and never
    a pulse that somebody who was let in is still owed. Whatever goes wrong, everything is off in the end."""

    def __init__(self, outputs: Outputs, pins: PanelPins, seconds: Callable[[], float] = time.monotonic) -> None:
        self._outputs = outputs
        self._pins = pins
        self._seconds = seconds
        self._lights, self._relay = _Track(), _Track()
        self._bell = threading.Condition()
        self._closing = False
        self._on: frozenset[str] = frozenset()
        self._outputs.switch(self._on)
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def show(self, look: Look, heads: int, left: int) -> None:
        """A verdict: lights at once; for an admission one pulse of the relay per head, behind those already owed."""
        with self._bell:
            self._lights = _Track(deque(LIGHTS[look]))
            if look is Look.ADMIT and heads > 0:
                self._relay.steps.extend(self._pulses(heads))
            self._bell.notify()

    def ready(self) -> None:
        """The verdict has left the screen: its light goes out."""
        with self._bell:
            self._lights = _Track()
            self._bell.notify()

    def lamps(self) -> Lamps:
        """What is on now."""
        on = self._on
        return Lamps(**{name: name in on for name in OUTPUTS})

    def close(self) -> None:
        with self._bell:
            self._closing = True
            self._bell.notify()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=2)
        self._switch(frozenset())
        self._outputs.close()
        atexit.unregister(self.close)

    def _pulses(self, heads: int) -> list[Step]:
        count = min(heads, MOST_PULSES) if self._pins.relay_per_head else 1
        pulse = Step(frozenset({"relay"}), self._pins.relay_pulse_ms / 1000)
        return [step for _ in range(count) for step in (pulse, Step(frozenset(), PULSE_GAP_S))]

    def _run(self) -> None:
        try:
            with self._bell:
                while not self._closing:
                    self._bell.wait(self._advance(self._seconds()))
        except Exception:
            log.exception("panel.failed")
        finally:
            self._switch(frozenset())

    def _advance(self, now: float) -> float | None:
        """Switch what is due; seconds until the next change, None when nothing is under way."""
        on, waits = frozenset[str](), list[float]()
        for track in (self._lights, self._relay):
            step = _current(track, now)
            if step is not None:
                on |= step.on
                waits.append(track.until - now)
        self._switch(on)
        return max(min(waits), 0.001) if waits else None

    def _switch(self, on: frozenset[str]) -> None:
        if on != self._on:
            self._on = on
            self._outputs.switch(on)


def _current(track: _Track, now: float) -> Step | None:
    """The step of this moment; those that are over are dropped."""
    while track.steps:
        if track.until == 0.0:
            track.until = now + track.steps[0].seconds
        if now < track.until:
            return track.steps[0]
        track.steps.popleft()
        track.until = track.until + track.steps[0].seconds if track.steps else 0.0
    track.until = 0.0
    return None


class _Pins:
    """The outputs on GPIO. All are off from the first moment, whatever they were before."""

    def __init__(self, pins: PanelPins, factory: Any = None) -> None:
        from gpiozero import DigitalOutputDevice  # noqa: PLC0415

        self._devices: dict[str, Any] = {}
        try:
            for name in OUTPUTS:
                number = getattr(pins, name)
                if number is not None:
                    self._devices[name] = DigitalOutputDevice(
                        number, active_high=name not in pins.active_low, initial_value=False, pin_factory=factory
                    )
        except BaseException:
            self.close()
            raise

    def switch(self, on: frozenset[str]) -> None:
        for name, device in self._devices.items():
            device.value = name in on

    def close(self) -> None:
        for device in self._devices.values():
            device.off()
            device.close()


class _Drawn:
    """Outputs that are only seen on the page."""

    def switch(self, on: frozenset[str]) -> None:
        return

    def close(self) -> None:
        return


class NoPanel(Exception):
    """There are no pins to switch here; a sentence for people."""


def wired_panel(pins: PanelPins, factory: Any = None) -> Patterns:
    """A panel on the pins of this machine. Raises `NoPanel`."""
    try:
        return Patterns(_Pins(pins, factory), pins)
    except ImportError:
        raise NoPanel("lamps and relay need gpiozero: pip install gpiozero") from None
    except Exception as error:
        # gpiozero tells with many kinds of errors that there are no pins, that they are taken, that we may not
        name = type(error).__name__
        raise NoPanel(
            f"lamps and relay can't be used ({name}): is this a Raspberry Pi, is python3-lgpio installed, "
            "is the user in the group gpio?"
        ) from None


def drawn_panel(pins: PanelPins) -> Patterns:
    """A panel that is only drawn."""
    return Patterns(_Drawn(), pins)
