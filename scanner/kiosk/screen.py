"""The screen of one station: what is shown now, for how long, and what a touch does."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import msgspec
import structlog

from app.ports import Clock
from scanner.kiosk.conditions import Conditions
from scanner.kiosk.frame import Frame, Lamps, Last, Look, State, UndoOffer
from scanner.kiosk.showing import Manner, Showing, look_of, showing
from scanner.readers.contract import Reading
from scanner.station import Station, Verdict

log = structlog.get_logger()

ASKING_S = 5.0
"""A question to the platform never takes longer."""
LATE_AFTER_S = 2.0
"""A late answer waits until whoever came meanwhile has seen theirs for so long."""
LATE_FOR_S = 20.0
LANGUAGE_S = 30.0
"""Seconds after the last touch or code for which a guest's own language stays."""
LAST_KEPT = 5
ACTIONS = frozenset({"party", "choose", "undo", "typed", "dismiss", "language", "wake"})


class Effects(Protocol):
    """Sound and light outside the page: told of each new verdict. Must return at once and never raise."""

    def verdict(self, look: Look, heads: int, left: int, ticks: int) -> None: ...

    def ready(self) -> None: ...

    @property
    def problem(self) -> str:
        """A sentence when something of it does not work."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a screen is set up. Seconds; `saver_s` 0: it never rests. `page_sound`: the page plays the sounds."""

    manner: Manner
    arrow: str = "down"
    saver_s: float = 600
    page_sound: bool = True


@dataclass(slots=True)
class _Now:
    """What is on the screen. Monotonic seconds."""

    verdict: Verdict | None = None
    showing: Showing | None = None
    undo: UndoOffer | None = None
    until: float = 0.0
    began: float = 0.0
    asking_until: float = 0.0
    touched: float = 0.0
    language: str = ""


class Screen:
    """Implements `app.ports.Screen` for the page and `scanner.station.Feedback` for the station. Thread-safe."""

    def __init__(self, name: str, setup: Setup, effects: Effects, clock: Clock, seconds: Callable[[], float]) -> None:
        self._name = name
        self._setup = setup
        self._effects = effects
        self._clock = clock
        self._seconds = seconds
        self._mutex = threading.RLock()
        self._now = _Now(touched=seconds())
        self._conditions = Conditions(starting=True)
        self._late: deque[tuple[float, Verdict]] = deque()
        self._last: deque[Last] = deque(maxlen=LAST_KEPT)
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._drawn = Frame(station=name)
        self._sound: tuple[str, int, int] = ("", 0, 0)
        self._state_since: tuple[State, datetime] = (State.STARTING, clock())
        self.lamps: Callable[[], Lamps | None] = lambda: None
        self.picture: Callable[[], bytes | None] = lambda: None
        self.station: Station | None = None
        self.closed = False

    # what the station tells

    def asking(self) -> None:
        with self._mutex:
            now = self._seconds()
            self._now.showing, self._now.asking_until, self._now.touched = None, now + ASKING_S, now
        self.draw()

    def show(self, verdict: Verdict) -> None:
        now = self._seconds()
        if verdict.late and self._busy(now):
            self._late.append((now, verdict))
            return
        self._put(verdict, now)

    def _busy(self, now: float) -> bool:
        return self._now.showing is not None and now < min(self._now.until, self._now.began + LATE_AFTER_S)

    def _put(self, verdict: Verdict, now: float) -> None:
        made = showing(verdict, self._manner())
        with self._mutex:
            mine = self._now
            mine.verdict, mine.showing, mine.began, mine.until = verdict, made, now, now + made.stays_s
            mine.undo = made.undo or (None if made.shown.look is Look.UNDO else mine.undo)
            mine.asking_until, mine.touched = 0.0, now
            if not verdict.again:
                self._sound = (made.sound, self._sound[1] + 1, made.ticks)
                self._last.appendleft(
                    Last(look=made.shown.look, word=made.shown.word, name=made.shown.name, at=self._clock())
                )
        if not verdict.again:
            self._effects.verdict(made.shown.look, made.shown.heads, made.shown.left, made.ticks)
        self.draw()

    # what the kiosk tells

    def around(self, conditions: Conditions) -> None:
        before, after = self._conditions.trouble, conditions.trouble
        if before is not None and after is not None and before.what == after.what:
            kept = msgspec.structs.replace(after, since=min(before.since, after.since))
            conditions = replace(conditions, trouble=kept)
        self._conditions = conditions
        self.draw()

    def tick(self) -> None:
        """Time passes: verdicts end, late ones get their turn."""
        now = self._seconds()
        ended = False
        with self._mutex:
            if self._now.showing is not None and now >= self._now.until:
                self._now.showing, ended = None, True
            while self._late and now - self._late[0][0] > LATE_FOR_S:
                log.warning("verdict.not_shown", station=self._name, look=look_of(self._late.popleft()[1]))
            late = self._late.popleft()[1] if self._late and not self._busy(now) else None
            if self._now.language and now - self._now.touched >= LANGUAGE_S:
                self._now.language = ""
        if late is not None:
            self._put(late, now)
        elif ended:
            self._effects.ready()
        self.draw()

    def close(self) -> None:
        self.closed = True
        self._wake()

    # what the page asks

    def frame(self) -> bytes:
        return msgspec.json.encode(self._drawn)

    @property
    def drawn(self) -> Frame:
        return self._drawn

    def preview(self) -> bytes | None:
        return self.picture()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        with self._mutex:
            self._listeners = (*self._listeners, wake)

        def stop() -> None:
            with self._mutex:
                self._listeners = tuple(one for one in self._listeners if one is not wake)

        return stop

    def touch(self, action: str, body: Mapping[str, Any]) -> bool:
        self._now.touched = self._seconds()
        station = self.station
        if station is None or action not in ACTIONS:
            return False
        scan = str(body.get("scan", ""))
        if action in {"party", "choose"}:
            if self._on_screen(scan):  # else somebody else has come: the touch was meant for who is gone
                self._answer_to(station, action, scan, body)
        elif action == "undo":
            if self._setup.manner.staffed:
                station.take_back(scan)
        elif action == "typed":
            station.read(Reading(raw=str(body["code"]), seen_at=self._seconds()))
        elif action == "dismiss":
            self._dismiss()
        elif action == "language":
            self._speak(str(body["language"]))
        self.draw()
        return True

    @staticmethod
    def _answer_to(station: Station, action: str, scan: str, body: Mapping[str, Any]) -> None:
        if action == "party":
            station.more(scan, int(body["heads"]))
        else:
            station.choose(scan, int(body["admission"] or 0))

    def _on_screen(self, scan: str) -> bool:
        showing = self._now.showing
        return showing is not None and showing.shown.scan == scan

    def _dismiss(self) -> None:
        with self._mutex:
            self._now.showing = None
        self._effects.ready()

    def _speak(self, language: str) -> None:
        """A guest's own language, also for what is on the screen already."""
        with self._mutex:
            self._now.language = language
            if self._now.showing is not None and self._now.verdict is not None:
                self._now.showing = showing(self._now.verdict, self._manner())

    # drawing

    def draw(self) -> None:
        """Work out the frame; who listens is woken when it changed."""
        with self._mutex:
            frame = self._compose(self._seconds())
            if msgspec.structs.replace(frame, seq=self._drawn.seq) == self._drawn:
                return
            self._drawn = msgspec.structs.replace(frame, seq=self._drawn.seq + 1)
        self._wake()

    def _compose(self, now: float) -> Frame:
        around, made = self._conditions, self._now.showing
        state = self._state(now)
        if state is not self._state_since[0]:
            self._state_since = (state, self._clock())
        staffed = self._setup.manner.staffed
        live = made is not None and state is made.state
        sound, sound_seq, ticks = self._sound
        return Frame(
            station=self._name, extra=around.extra, event=around.event, layout=self._setup.manner.layout,
            language=self._manner().language, state=state, since=self._state_since[1], signs=around.signs,
            data_age_s=around.data_age_s, arrow=self._setup.arrow, camera=around.camera, gun=around.gun,
            shown=made.shown if made and live else None, party=made.party if made and live else None,
            choices=made.choices if made and live else (), trouble=around.trouble,
            undo=self._undo(), last=tuple(self._last) if staffed else (),
            counts=around.counts if staffed else None, lamps=self.lamps(),
            sound=sound if self._setup.page_sound else "", sound_seq=sound_seq, ticks=ticks,
        )  # fmt: skip

    def _state(self, now: float) -> State:
        """A verdict before everything: whoever has just been answered must see it."""
        if self._now.showing is not None and now < self._now.until:
            return self._now.showing.state
        if now < self._now.asking_until:
            return State.READING
        around = self._conditions
        if around.trouble is not None:
            return State.OUT_OF_ORDER
        if around.starting:
            return State.STARTING
        if self._setup.saver_s and now - self._now.touched >= self._setup.saver_s:
            return State.SAVER
        return State.READY if around.is_open else State.CLOSED

    def _undo(self) -> UndoOffer | None:
        offer = self._now.undo
        return offer if offer is not None and self._clock() < offer.until else None

    def _manner(self) -> Manner:
        manner = self._setup.manner
        if not self._now.language:
            return manner
        return Manner(layout=manner.layout, language=self._now.language, names=manner.names, zone=manner.zone)

    def _wake(self) -> None:
        for wake in self._listeners:
            wake()
