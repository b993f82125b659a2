"""What the door says: a word for every answer in every language, as screens promise it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import messages, troubles
from app.domain.messages import LANGUAGES, phrase
from app.domain.model import (
    Answer,
    Direction,
    FirstEntry,
    Guest,
    Kind,
    Outcome,
    Reason,
    Right,
    ScanId,
    Why,
)
from app.domain.settle import Trouble
from tests.fakes.clock import EVENING

MADRID = ZoneInfo("Europe/Madrid")
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - asked so
WORDS = st.text("abcdef ñÑ-", max_size=12)


DRINK = Right(ref="addon:5", name="Welcome drink", left=1, limit=2)


def answer(reason: Reason, **changes: object) -> Answer:
    outcome = Outcome.ADMIT if reason is Reason.OK else Outcome.REFUSE
    values = {
        "scan": ScanId("scan-1"), "code": "ZQ4K81MD7", "station": "Gate 2", "at": EVENING,
        "direction": Direction.IN, "outcome": outcome, "reason": reason, "why": Why(rule="left", value="1 of 1 left"),
    }  # fmt: skip
    return Answer(**values | changes)  # type: ignore[arg-type]


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    undone = draw(st.booleans())
    return answer(
        draw(st.sampled_from(Reason)),
        direction=draw(st.sampled_from(Direction)),
        heads=draw(st.integers(0, 9)), left=draw(st.integers(-2, 9)), limit=draw(st.integers(0, 9)),
        kind=draw(st.none() | st.sampled_from(Kind)), rate=draw(WORDS),
        word=draw(WORDS | st.sampled_from(["cancelled", "refunded", "removed", "rejected"])),
        word_at=draw(st.none() | INSTANTS), guest=Guest(name="Ane Zabala"),
        event_name=draw(WORDS), event_label=draw(st.sampled_from(["", "2025-11-28", "soon", "2025-02-30"])),
        opens_at=draw(st.none() | INSTANTS), closes_at=draw(st.none() | INSTANTS),
        first_entry=draw(
            st.none() | st.builds(FirstEntry, at=st.none() | INSTANTS, station=st.sampled_from(["", "Gate 2"]))
        ),
        provisional=draw(st.booleans()), warning=draw(st.sampled_from(["", "no_entry"])),
        undoes=ScanId("scan-0") if undone else None,
        why=Why(rule="undo", value=draw(st.sampled_from(["sent", "withdrawn", "here"]))),
        allowance=draw(st.sampled_from(["entrance", "addon:5"])), rights=draw(st.sampled_from([(), (DRINK,)])),
    )  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(answers(), st.sampled_from([*LANGUAGES, "de", ""]))
def test_every_answer_has_a_word_and_no_gap_in_it(given_answer: Answer, language: str) -> None:
    message = phrase(given_answer, language, MADRID)
    assert message.word.strip()
    assert not set("{}") & set(message.word + message.detail)
    assert given_answer.reason == "ok" or given_answer.reason not in message.word
    assert message.detail == message.detail.strip(" ,") or given_answer.rate or given_answer.event_name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_word_in_every_language(reason: Reason, language: str) -> None:
    assert phrase(answer(reason), language, MADRID).word


def test_an_unknown_language_is_english() -> None:
    asked = answer(Reason.UNKNOWN_CODE)
    assert phrase(asked, "fr", MADRID) == phrase(asked, "en", MADRID)


LATE = datetime(2025, 11, 28, 22, 41, tzinfo=UTC)
ONE = datetime(2025, 11, 29, 0, 0, tzinfo=UTC)
TABLE = [
    ({"reason": "ok", "heads": 2, "left": 1, "limit": 3},
     "Come in · 2 now, 1 left", "Adelante · 2 ahora, queda 1"),
    ({"reason": "ok", "heads": 1, "limit": 1}, "Come in", "Adelante"),
    ({"reason": "already_in", "first_entry": FirstEntry(at=LATE, station="Gate 2")},
     "Already in · 23:41, Gate 2", "Ya ha entrado · 23:41, Gate 2"),
    ({"reason": "already_in", "first_entry": FirstEntry(at=LATE, station="")},
     "Already in · 23:41, at another door", "Ya ha entrado · 23:41, en otra puerta"),
    ({"reason": "too_many", "left": 1, "limit": 3}, "Only 1 left · admit 1?", "Solo queda 1 · ¿dejar pasar 1?"),
    ({"reason": "too_many", "left": 2, "limit": 3}, "Only 2 left · admit 2?", "Solo quedan 2 · ¿dejar pasar 2?"),
    ({"reason": "unknown_code"}, "Not on the list · checked just now", "No está en la lista · comprobado ahora"),
    ({"reason": "not_allowed_offline"},
     "Can't check right now · no connection; ask your supervisor",
     "No se puede comprobar · sin conexión; avisa al responsable"),
    ({"reason": "ambiguous"}, "Which one? · choose below", "¿Cuál es? · elige abajo"),
    ({"reason": "other_event", "event_name": "Saturday Night", "event_label": "2025-11-28"},
     "Another night · Fri 28 Nov, Saturday Night", "Otra noche · vie 28 nov, Saturday Night"),
    ({"reason": "wrong_gate", "rate": "VIP"}, "Other entrance · VIP", "Otra entrada · VIP"),
    ({"reason": "too_early", "opens_at": ONE}, "From 01:00", "Desde la 01:00"),
    ({"reason": "too_late", "closes_at": ONE + timedelta(hours=1)}, "Until 02:00", "Hasta las 02:00"),
    ({"reason": "pending"}, "Not confirmed yet · send to the box office", "Sin confirmar · enviar a taquilla"),
    ({"reason": "void", "word": "cancelled", "word_at": datetime(2025, 11, 21, 12, tzinfo=UTC)},
     "Cancelled · on 21 Nov", "Anulada · el 21 nov"),
    ({"reason": "void", "word": "refunded", "word_at": datetime(2025, 11, 21, 12, tzinfo=UTC)},
     "Refunded · on 21 Nov", "Reembolsada · el 21 nov"),
    ({"reason": "unsure", "word": "on_hold"},
     "Please look · the platform says “on_hold”", "Revisar · la plataforma dice «on_hold»"),
    ({"reason": "ok", "heads": 2, "left": 1, "limit": 3, "allowance": "addon:5", "rights": (DRINK,)},
     "2 × Welcome drink · 1 left", "2 × Welcome drink · queda 1"),
    ({"reason": "ok", "heads": 1, "limit": 1, "allowance": "addon:5"}, "1 × Extra", "1 × Extra"),
    ({"reason": "already_in", "allowance": "addon:5", "rights": (DRINK,),
      "first_entry": FirstEntry(at=LATE, station="Bar")},
     "None left · Welcome drink, last at 23:41", "Agotado · Welcome drink, última a las 23:41"),
    ({"reason": "already_in", "allowance": "addon:5", "rights": (DRINK,),
      "first_entry": FirstEntry(at=None, station="")}, "None left · Welcome drink", "Agotado · Welcome drink"),
    ({"reason": "wrong_gate", "rate": "General", "allowance": "addon:5", "why": Why(rule="allowance", value="addon:5")},
     "Not included · General", "No incluido · General"),
    ({"reason": "wrong_gate", "rate": "General", "allowance": "addon:5", "why": Why(rule="rate", value="General")},
     "Other entrance · General", "Otra entrada · General"),
    ({"reason": "ok", "undoes": ScanId("s"), "why": Why(rule="undo", value="here")},
     "Taken back · only here; the organizer has to be told", "Anulado · solo aquí; hay que avisar al organizador"),
    ({"reason": "unreadable"}, "Again, please · hold it flat", "Otra vez · ponlo plano"),
]  # fmt: skip


@pytest.mark.parametrize(("given_answer", "english", "spanish"), TABLE, ids=[one[1] for one in TABLE])
def test_the_door_speaks_as_the_screens_promise(given_answer: dict[str, object], english: str, spanish: str) -> None:
    reason = Reason(str(given_answer["reason"]))
    asked = answer(reason, **{name: value for name, value in given_answer.items() if name != "reason"})
    said = [phrase(asked, language, MADRID) for language in ("en", "es")]
    assert [" · ".join(filter(None, (one.word, one.detail))) for one in said] == [english, spanish]


@pytest.mark.parametrize("language", [*LANGUAGES, "de"])
@pytest.mark.parametrize("trouble", [*Trouble, "a word of a newer version"])
def test_every_trouble_is_a_sentence_in_every_language(trouble: str, language: str) -> None:
    assert troubles.explain(trouble, language).endswith(".")


def test_no_trouble_needs_no_words() -> None:
    assert troubles.explain("", "es") == ""


def test_both_languages_say_the_same_things() -> None:
    english, spanish = messages._EN, messages._ES
    for part in ("words", "voids", "texts"):
        assert getattr(english, part).keys() == getattr(spanish, part).keys()
