"""What the kiosk's screen shows, for how long, and what a touch does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from app.domain.model import Answer, Direction, FirstEntry, Guest, Outcome, Reason, ScanId, Why, short_name
from scanner.kiosk.conditions import Conditions
from scanner.kiosk.frame import Look, Sign, State, Trouble
from scanner.kiosk.screen import Screen, Setup
from scanner.kiosk.showing import Manner, look_of, showing
from scanner.readers.contract import Reading
from scanner.station import Station, Verdict
from tests.conformance.store import House
from tests.fakes.clock import EVENING, FakeClock
from tests.fakes.night import admission
from tests.scanner.door import Seconds

MADRID = ZoneInfo("Europe/Madrid")
LUCIA = Guest(name="Lucía Romero Vidal", note="birthday", tags=("VIP",))


def manner(layout: Literal["self", "staffed"] = "self", **changes: Any) -> Manner:
    values: dict[str, Any] = {"layout": layout, "language": "en", "names": "short", "zone": MADRID}
    return Manner(**values | changes)


def answer(**changes: Any) -> Answer:
    values: dict[str, Any] = {
        "scan": ScanId("s1"), "code": "ZQ4K81MD7", "station": "Kiosk", "at": EVENING, "direction": Direction.IN,
        "outcome": Outcome.ADMIT, "reason": Reason.OK, "heads": 1, "limit": 1, "entered": 1, "guest": LUCIA,
        "undo_until": EVENING + timedelta(minutes=10), "why": Why(rule="left", value="1 of 1 left"),
    }  # fmt: skip
    return Answer(**values | changes)


def verdict(**changes: Any) -> Verdict:
    flags = {name: changes.pop(name) for name in ("again", "late") if name in changes}
    return Verdict(seen_at=0, told_at=0, answer=answer(**changes), **flags)


GROUP = {"heads": 1, "left": 3, "limit": 4}
REFUSED = {"outcome": Outcome.REFUSE, "reason": Reason.VOID, "heads": 0, "word": "refunded", "undo_until": None}
ASKED = {"outcome": Outcome.ASK, "reason": Reason.UNSURE, "heads": 0, "undo_until": None}


class Lights:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def verdict(self, look: Look, heads: int, left: int, ticks: int) -> None:
        self.seen.append(look)

    def ready(self) -> None:
        self.seen.append("ready")

    @property
    def problem(self) -> str:
        return ""


class Stage:
    """A screen that is watched."""

    def __init__(self, saver_s: float = 600, **how: Any) -> None:
        self.seconds, self.clock, self.lights, self.woken = Seconds(), FakeClock(), Lights(), 0
        self.screen = Screen(
            "Kiosk", Setup(manner=manner(**how), saver_s=saver_s), self.lights, self.clock, self.seconds
        )
        self.screen.listen(self._wake)
        self.screen.around(Conditions(event="Saturday Night"))

    def _wake(self) -> None:
        self.woken += 1

    def passes(self, seconds: float) -> None:
        for _ in range(max(1, int(seconds / 0.1))):
            self.seconds.pass_(min(seconds, 0.1))
            self.clock.sleep(seconds=min(seconds, 0.1))
            self.screen.tick()

    @property
    def state(self) -> State:
        return self.screen.drawn.state


@pytest.fixture
def stage() -> Stage:
    return Stage()


LOOKS = [
    ({}, Look.ADMIT),
    (GROUP, Look.ADMIT),
    (REFUSED, Look.REFUSE),
    ({**REFUSED, "reason": Reason.ALREADY_IN}, Look.ALREADY),
    ({**REFUSED, "reason": Reason.NOT_ALLOWED_OFFLINE}, Look.TROUBLE),
    (ASKED, Look.ASK),
    ({**ASKED, "reason": Reason.NOT_ALLOWED_OFFLINE}, Look.ASK),
    ({**ASKED, "reason": Reason.UNREADABLE}, Look.TROUBLE),
    ({"undoes": ScanId("s0"), "direction": Direction.OUT}, Look.UNDO),
]


@pytest.mark.parametrize(("changes", "look"), LOOKS)
def test_every_answer_has_its_look(changes: dict[str, Any], look: Look) -> None:
    assert look_of(verdict(**changes)) is look


def test_a_scan_that_could_not_be_made_is_no_refusal() -> None:
    assert look_of(Verdict(seen_at=0, told_at=0, trouble="the disk is full")) is Look.TROUBLE
    assert look_of(Verdict(seen_at=0, told_at=0, rivals=2)) is Look.ASK


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_answer_can_be_shown_in_every_language(reason: Reason, outcome: Outcome, language: str) -> None:
    first = FirstEntry(at=EVENING, station="Gate 2")
    made = showing(verdict(outcome=outcome, reason=reason, first_entry=first), manner(language=language))
    assert made.shown.word
    assert "{" not in made.shown.word + made.shown.detail


def test_a_verdict_leaves_by_itself(stage: Stage) -> None:
    stage.screen.show(verdict())
    assert (stage.state, stage.screen.drawn.sound, stage.screen.drawn.sound_seq) == (State.VERDICT, "admit", 1)
    stage.passes(3.8)
    assert stage.state is State.VERDICT
    stage.passes(0.4)
    assert stage.state is State.READY
    assert stage.lights.seen == ["admit", "ready"]


def test_others_stay_longer(stage: Stage) -> None:
    stage.screen.show(verdict(**REFUSED))
    stage.passes(7.5)
    assert stage.state is State.VERDICT
    stage.passes(1)
    assert stage.state is State.READY


def test_the_next_guest_wins_over_whatever_is_there(stage: Stage) -> None:
    stage.screen.show(verdict(**GROUP))
    assert stage.state is State.PARTY
    stage.screen.show(verdict(**REFUSED))
    assert (stage.state, stage.screen.drawn.party) == (State.VERDICT, None)
    assert stage.screen.drawn.sound == "refuse"


def test_the_same_code_again_shows_the_same_and_makes_no_second_sound(stage: Stage) -> None:
    stage.screen.show(verdict())
    stage.passes(3)
    stage.screen.show(verdict(again=True))
    stage.passes(2)
    assert (stage.state, stage.screen.drawn.sound_seq, stage.lights.seen) == (State.VERDICT, 1, ["admit"])


def test_a_late_answer_waits_until_the_guest_before_it_has_seen_theirs(stage: Stage) -> None:
    stage.screen.show(verdict())
    stage.screen.show(verdict(late=True, **REFUSED))
    assert stage.screen.drawn.sound == "admit"
    stage.passes(2.2)
    assert (stage.state, stage.screen.drawn.sound) == (State.VERDICT, "refuse")


def test_a_late_answer_that_nobody_was_in_the_way_of_is_shown_at_once(stage: Stage) -> None:
    stage.screen.show(verdict(late=True))
    assert stage.state is State.VERDICT


def test_a_question_to_the_platform_is_seen_and_never_stays(stage: Stage) -> None:
    stage.screen.asking()
    assert stage.state is State.READING
    stage.passes(5.5)
    assert stage.state is State.READY


def test_a_party_that_is_not_complete_may_be_completed(stage: Stage) -> None:
    stage.screen.show(verdict(**GROUP))
    frame = stage.screen.drawn
    assert frame.party is not None
    assert (frame.party.left, frame.sound, frame.ticks) == (3, "party", 3)


def test_what_a_person_has_to_settle_goes_to_staff_only_where_guests_are_alone() -> None:
    assert showing(verdict(**ASKED), manner()).state is State.STAFF
    assert showing(verdict(**ASKED), manner("staffed")).state is State.VERDICT
    unreadable = {**ASKED, "reason": Reason.UNREADABLE}
    assert showing(verdict(**unreadable), manner()).state is State.VERDICT, "they can help themselves"


def test_the_queue_sees_a_first_name_and_staff_see_all() -> None:
    alone = showing(verdict(), manner()).shown
    assert (alone.name, alone.note, alone.tags) == ("Lucía R.", "", ())
    assert showing(verdict(), manner(names="full")).shown.name == "Lucía Romero Vidal"
    assert showing(verdict(), manner(names="none")).shown.name == ""
    staffed = showing(verdict(), manner("staffed")).shown
    assert (staffed.name, staffed.note, staffed.tags) == ("Lucía Romero Vidal", "birthday", ("VIP",))


@pytest.mark.parametrize(
    ("name", "short"), [("Lucía Romero Vidal", "Lucía R."), ("Ñandú", "Ñandú"), ("", ""), ("  Bo   Li ", "Bo L.")]
)
def test_names_are_shortened(name: str, short: str) -> None:
    assert short_name(name) == short


def test_staff_can_take_the_last_entry_back_for_as_long_as_it_is_allowed() -> None:
    stage = Stage(layout="staffed")
    stage.screen.show(verdict())
    stage.passes(60)
    assert stage.state is State.READY
    assert stage.screen.drawn.undo is not None
    stage.clock.sleep(minutes=10)
    stage.screen.tick()
    assert stage.screen.drawn.undo is None


def test_out_of_order_tells_since_when_and_lets_a_verdict_be_seen(stage: Stage) -> None:
    began = datetime(2025, 11, 28, 22, 31, tzinfo=UTC)
    trouble = Trouble(what="camera_missing", since=began, contact="Marta")
    stage.screen.around(Conditions(trouble=trouble))
    assert stage.state is State.OUT_OF_ORDER
    later = Trouble(what="camera_missing", since=began + timedelta(minutes=3), contact="Marta")
    stage.screen.around(Conditions(trouble=later))
    assert stage.screen.drawn.trouble is not None
    assert stage.screen.drawn.trouble.since == began, "the same trouble goes on"
    stage.screen.show(verdict())
    assert stage.state is State.VERDICT
    stage.passes(5)
    assert stage.state is State.OUT_OF_ORDER
    stage.screen.around(Conditions())
    assert stage.state is State.READY


def test_closed_saver_and_starting() -> None:
    stage = Stage(saver_s=60)
    stage.screen.around(Conditions(is_open=False))
    assert stage.state is State.CLOSED
    stage.screen.around(Conditions(starting=True))
    assert stage.state is State.STARTING
    stage.screen.around(Conditions())
    stage.passes(61)
    assert stage.state is State.SAVER
    stage.screen.station = None
    stage.screen.show(verdict())
    assert stage.state is State.VERDICT
    stage.passes(5)
    assert stage.state is State.READY


def test_signs_do_not_change_the_state(stage: Stage) -> None:
    stage.screen.around(Conditions(signs=(Sign.OFFLINE, Sign.STALE), data_age_s=720))
    assert (stage.state, stage.screen.drawn.signs) == (State.READY, (Sign.OFFLINE, Sign.STALE))


def test_who_listens_is_woken_only_by_a_change(stage: Stage) -> None:
    before, seq = stage.woken, stage.screen.drawn.seq
    stage.passes(3)
    assert (stage.woken, stage.screen.drawn.seq) == (before, seq)
    stage.screen.show(verdict())
    assert stage.woken == before + 1


class Touched:
    """A screen on a station on a real store."""

    def __init__(self, house: House, layout: Literal["self", "staffed"]) -> None:
        self.house = house
        self.stage = Stage(layout=layout)
        self.screen = self.stage.screen
        self.station = Station(house.gate, house.door, house.undoing, self.screen, house.clock, self.stage.seconds)
        self.screen.station = self.station

    def reads(self, raw: str) -> None:
        self.station.read(Reading(raw=raw, seen_at=0))

    def touches(self, action: str, **body: Any) -> bool:
        given = {"action": action, "scan": "", "heads": 0, "admission": "", "code": "", "language": ""}
        return self.screen.touch(action, given | body)

    @property
    def scan(self) -> str:
        shown = self.screen.drawn.shown
        assert shown is not None
        return shown.scan


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(f"sqlite:///{tmp_path / 'doorcheck.db'}")
    house.knows(admission(), admission("FAMILY77", limit=4))
    try:
        yield house
    finally:
        house.close()


def test_a_touch_lets_the_rest_in_and_closes_the_question(house: House) -> None:
    touched = Touched(house, "self")
    touched.reads("FAMILY77")
    assert touched.touches("party", scan=touched.scan, heads=3)
    frame = touched.screen.drawn
    assert (frame.state, frame.shown.heads if frame.shown else 0) == (State.VERDICT, 3)
    assert [call.heads for call in house.calls()] == [1, 3]


def test_a_second_touch_on_the_same_button_lets_nobody_else_in(house: House) -> None:
    touched = Touched(house, "self")
    touched.reads("FAMILY77")
    scan = touched.scan
    touched.touches("party", scan=scan, heads=1)
    touched.touches("party", scan=scan, heads=1)
    assert [call.heads for call in house.calls()] == [1, 1]


def test_a_touch_for_a_party_that_is_no_longer_on_the_screen_does_nothing(house: House) -> None:
    touched = Touched(house, "self")
    touched.reads("FAMILY77")
    scan = touched.scan
    touched.reads("ZQ4K81MD7")
    touched.touches("party", scan=scan, heads=2)
    assert [call.heads for call in house.calls()] == [1, 1]


@pytest.mark.parametrize(("layout", "left"), [("self", 1), ("staffed", 0)])
def test_only_staff_take_back(house: House, layout: Literal["self", "staffed"], left: int) -> None:
    touched = Touched(house, layout)
    touched.reads("FAMILY77")
    touched.touches("undo", scan=touched.scan)
    assert house.count("tk-FAMILY77").owed == left
    assert (touched.screen.drawn.sound == "undo") == (left == 0)


def test_a_code_typed_into_the_page_is_a_reading(house: House) -> None:
    touched = Touched(house, "self")
    assert touched.touches("typed", code="ZQ4K81MD7")
    assert touched.screen.drawn.state is State.VERDICT


def test_a_guests_language_changes_what_is_there_and_goes_back_by_itself(house: House) -> None:
    touched = Touched(house, "self")
    touched.reads("ZQ4K81MD7")
    touched.touches("language", language="es")
    shown = touched.screen.drawn.shown
    assert shown is not None
    assert (touched.screen.drawn.language, shown.word) == ("es", "Adelante")
    touched.stage.passes(31)
    assert touched.screen.drawn.language == "en"


def test_an_unknown_touch_is_told(house: House) -> None:
    assert not Touched(house, "self").touches("dance")


def test_dismissed_is_ready(house: House) -> None:
    touched = Touched(house, "staffed")
    touched.reads("ZQ4K81MD7")
    touched.touches("dismiss")
    assert touched.screen.drawn.state is State.READY
