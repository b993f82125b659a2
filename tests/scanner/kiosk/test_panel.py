"""Lamps, buzzer and relay on mock pins, moment by moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory

from scanner.kiosk import panel as panels
from scanner.kiosk.frame import Look
from scanner.kiosk.panel import LIGHTS, NoPanel, PanelPins, Patterns, drawn_panel, wired_panel

PINS = PanelPins(green=17, amber=27, red=22, buzzer=23, relay=24, relay_pulse_ms=50)


class Recorder:
    """Outputs that remember what was switched, and when."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, frozenset[str]]] = []
        self.closed = False

    def switch(self, on: frozenset[str]) -> None:
        self.seen.append((time.monotonic(), on))

    def close(self) -> None:
        self.closed = True

    def pulses(self) -> list[float]:
        """How long the relay was on, each time."""
        lengths, began = [], None
        for at, on in self.seen:
            if "relay" in on and began is None:
                began = at
            elif "relay" not in on and began is not None:
                lengths.append(at - began)
                began = None
        return lengths


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def panel(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Patterns]:
    monkeypatch.setattr(panels, "PULSE_GAP_S", 0.02)
    panel = Patterns(recorder, PINS)
    yield panel
    panel.close()


def wait_for(true: object) -> None:
    until = time.monotonic() + 10
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.002)


def test_an_admission_is_green_and_opens_once_for_each_head(panel: Patterns, recorder: Recorder) -> None:
    panel.show(Look.ADMIT, 3, 0)
    wait_for(lambda: len(recorder.pulses()) == 3)
    assert all("green" in on for _, on in recorder.seen[1:])
    assert all(length >= 0.045 for length in recorder.pulses())


@pytest.mark.parametrize("look", [look for look in Look if look is not Look.ADMIT])
def test_nothing_else_ever_opens_the_turnstile(look: Look, panel: Patterns, recorder: Recorder) -> None:
    panel.show(look, 5, 5)
    wait_for(lambda: len(recorder.seen) > 1)
    panel.close()
    assert recorder.pulses() == []
    assert not any("green" in on for _, on in recorder.seen)


def test_the_next_verdict_cuts_the_light_and_not_a_pulse_that_is_owed(panel: Patterns, recorder: Recorder) -> None:
    panel.show(Look.ADMIT, 2, 0)
    wait_for(lambda: panel.lamps().relay)
    panel.show(Look.REFUSE, 0, 0)
    wait_for(lambda: panel.lamps().red)
    assert not panel.lamps().green
    wait_for(lambda: len(recorder.pulses()) == 2)


def test_one_pulse_for_all_where_that_is_wanted(recorder: Recorder) -> None:
    panel = Patterns(recorder, PanelPins(relay=24, relay_pulse_ms=20, relay_per_head=False))
    panel.show(Look.ADMIT, 6, 0)
    wait_for(lambda: len(recorder.pulses()) == 1)
    panel.close()
    assert len(recorder.pulses()) == 1


def test_ready_puts_the_light_out(panel: Patterns) -> None:
    panel.show(Look.REFUSE, 0, 0)
    wait_for(lambda: panel.lamps().red)
    panel.ready()
    wait_for(lambda: not panel.lamps().red)


def test_closing_puts_everything_off_in_the_middle_of_a_pulse(recorder: Recorder) -> None:
    panel = Patterns(recorder, PanelPins(relay=24, relay_pulse_ms=10_000))
    panel.show(Look.ADMIT, 1, 0)
    wait_for(lambda: panel.lamps().relay)
    panel.close()
    assert recorder.seen[-1][1] == frozenset()
    assert recorder.closed


def test_a_panel_whose_thread_fails_leaves_nothing_on(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = Patterns(recorder, PINS)
    panel.show(Look.ADMIT, 1, 0)
    wait_for(lambda: panel.lamps().relay)

    def fail(*_: object) -> None:
        raise RuntimeError("a broken thing")

    monkeypatch.setattr(panels, "_current", fail)
    panel.ready()
    panel._thread.join(10)
    assert recorder.seen[-1][1] == frozenset()
    panel.close()


def test_the_pins_follow_and_are_off_at_the_start_and_the_end() -> None:
    factory = MockFactory()
    pins = PanelPins(green=17, relay=24, active_low=("relay",), relay_pulse_ms=5000)
    panel = wired_panel(pins, factory)
    green, relay = factory.pin(17), factory.pin(24)
    assert (green.state, relay.state) == (0, 1), "the relay is off when its pin is high"
    panel.show(Look.ADMIT, 1, 0)
    wait_for(lambda: (green.state, relay.state) == (1, 0))
    states: list[tuple[int, int]] = []
    switch = panel._outputs.switch

    def watch(on: frozenset[str]) -> None:
        switch(on)
        states.append((green.state, relay.state))

    panel._outputs.switch = watch  # type: ignore[method-assign]
    panel.close()
    assert states[-1] == (0, 1)
    factory.reset()


def test_a_machine_without_pins_says_so() -> None:
    with pytest.raises(NoPanel, match="Raspberry Pi"):
        wired_panel(PINS, factory="no factory at all")


def test_every_look_has_a_light_and_only_its_own() -> None:
    assert set(LIGHTS) == set(Look)
    for look, steps in LIGHTS.items():
        lit = {name for step in steps for name in step.on} - {"buzzer"}
        assert lit == {
            Look.ADMIT: {"green"}, Look.ALREADY: {"red"}, Look.REFUSE: {"red"}, Look.ASK: {"amber"},
            Look.TROUBLE: {"amber"}, Look.UNDO: {"amber"},
        }[look]  # fmt: skip


def test_a_drawn_panel_shows_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = drawn_panel(PINS)
    panel.show(Look.ADMIT, 1, 0)
    wait_for(lambda: panel.lamps().green and panel.lamps().relay)
    panel.close()
    assert not panel.lamps().relay
    assert not any(thread.name == "panel" for thread in threading.enumerate())
