"""Rows of a spreadsheet in our words: total, whatever a row says."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.domain.model import AccountId, Admission, Event, EventId, Kind, Standing
from app.ports import Damaged, Row
from app.providers.file import guests, headers, results, text, translate

EVENT = Event(id=EventId("wedding:wedding"), account=AccountId("wedding"), ref="wedding", name="Boda")
FIELDS = [*guests.Guest.__struct_fields__, "guest", "inside", "last_at"]

anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=30)
    | st.sampled_from(["cancelado", "lista", "code:Q1", 0, 1, -1, 10**6, 10**30, "2026-11-28T20:00:00Z", "nan"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=9),
    max_leaves=12,
)  # fmt: skip
cells = st.text(st.characters() | st.sampled_from("=+-@'\";,\t\n|0123456789"), max_size=12) | st.sampled_from(
    ["code", "Nombre", "Personas", "Pulsera", "+2", "04A2", "sep=;", "cancelado", "1,2E+15", '="007"', "scan", "heads"]
)
tables = st.lists(st.lists(cells, max_size=6), max_size=8)


@given(anything, st.sampled_from(["guests", "tickets", ""]), st.sampled_from(["code:Q1", "", "x"]))
def test_no_row_upsets_the_translator(payload: object, resource: str, ref: str) -> None:
    row = Row(ref=ref, raw=msgspec.json.encode(payload), digest=1)
    seen = translate.admission(EVENT, resource, row)
    if isinstance(seen, Admission):
        assert (seen.ref, resource) == (ref, "guests")
        assert seen.allowances[0].limit >= 1
    else:
        assert seen.why


@given(st.binary(max_size=60))
def test_no_bytes_upset_the_translator(raw: bytes) -> None:
    assert isinstance(translate.admission(EVENT, "guests", Row(ref="code:Q1", raw=raw, digest=1)), Damaged)


@given(
    st.binary(max_size=200)
    | tables.map(lambda rows: "\n".join(";".join(row) for row in rows).encode("utf-8", "ignore"))
)
def test_no_file_upsets_the_reader_and_every_guest_is_translated(data: bytes) -> None:
    rows = text.lines(text.decoded(b"code;name;heads;rfid;status\n" + data).text)
    delimiter, start = text.separator(rows, headers.score)
    known = guests.read(text.records(rows, delimiter, start), "guests.csv").known
    for ref, guest in known.items():
        seen = translate.admission(EVENT, "guests", translate.row(translate.Told(guest=guest)))
        assert isinstance(seen, Admission)
        assert (seen.ref, guest.ref) == (ref, ref)


@given(
    st.binary(max_size=200)
    | tables.map(lambda rows: "\n".join(",".join(row) for row in rows).encode("utf-8", "ignore"))
)
def test_no_file_of_entries_upsets_its_reader_and_one_line_more_is_read_back(data: bytes) -> None:
    if data.startswith(b"PK"):
        return
    book = results.read(data, "entries.csv")
    entry = results.Entry(code="Q1", name="Ana", heads=2, at="2026-11-28T21:15:07+01:00", station="A", scan="s1")
    after = results.appended(book, entry) if book.sound else results.afresh([*book.entries, entry], ";")
    assert entry.key in {one.key for one in results.read(after.data, "entries.csv").entries}
    assert len(after.entries) > len(book.entries)


@given(cells)
def test_what_is_guarded_is_no_formula_and_comes_back(cell: str) -> None:
    assert results.guarded(cell)[:1] not in set("=+-@\t\r")
    assert results.unguarded(results.guarded(cell)) == cell


def test_words_for_and_against_a_guest_are_heard_and_other_words_asked_about() -> None:
    told = {word: translate.of(EVENT, translate.Told(guest=guests.Guest(ref="x", status=word))) for word in (
        "", "Confirmado", "CANCELADA", "Devuelto", "pendiente", "Jalisco",
    )}  # fmt: skip
    assert [one.standing for one in told.values()] == [
        Standing.GOOD, Standing.GOOD, Standing.VOID, Standing.VOID, Standing.PENDING, Standing.UNKNOWN,
    ]  # fmt: skip
    assert [one.word for one in told.values()] == ["", "", "cancelled", "refunded", "pending", "Jalisco"]


def test_a_kind_is_a_word_in_english_or_spanish() -> None:
    words = {
        "Entrada": Kind.TICKET,
        "guest list": Kind.LIST,
        "Pase": Kind.PASS,
        "Reserva": Kind.BOOKING,
        "VIP": Kind.TICKET,
    }
    for word, kind in words.items():
        assert translate.of(EVENT, translate.Told(guest=guests.Guest(ref="x", kind=word))).kind is kind
