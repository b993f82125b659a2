"""Printing on printers of every temper: what comes out, and what is said when nothing does."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog

from app.paper import escpos
from app.paper.columns import row, wrap
from app.paper.desk import PaperDesk
from app.paper.escpos import EscposPrinter
from app.paper.places import Place, Way, place_of
from app.paper.queue import PrintQueue
from app.paper.receipt import receipt
from app.paper.strip import render
from app.paper.trial import trial
from app.ports.paper import Document, Fault, PrinterError, Text
from tests.paper import printers, samples
from tests.paper.printers import NetworkPrinter, free_port, plugged_in, read_back

PROMISE_S = 3.0
SPANISH = trial(samples.HEAD, "es", samples.AT)


def document(*texts: str) -> Document:
    return Document(title="", language="en", at=samples.AT, lines=tuple(Text(text=one) for one in texts))


def printed(text: str, profile: str = "default") -> str:
    pages = printers.CHEAP_58 if profile == "POS-5890" else printers.CODE_PAGES
    return read_back(render(document(text), 80, profile), pages).lines[0]


def at(printer: NetworkPrinter) -> EscposPrinter:
    return EscposPrinter(place_of(printer.address))


def fault_of(printer: EscposPrinter, one: Document = SPANISH) -> Fault:
    with pytest.raises(PrinterError) as raised:
        printer.print(one)
    return raised.value.fault


# What comes out


def test_text_and_codes_of_a_receipt_are_read_back_from_the_paper() -> None:
    with plugged_in(NetworkPrinter()) as printer:
        at(printer).print(receipt(samples.sale(), samples.HEAD, "es", "2026-11-28"))
        paper = printer.paper
    assert paper.codes == ["DC7K2M9Q4X8R1T1", "DC7K2M9Q4X8R1T2", "DC7K2M9Q4X8R1T3"]
    assert "3 × Entrada general, Anticipada    36,00 €" in paper.lines
    assert ("Lucía Ibáñez" in paper.text, paper.cuts, paper.unknown) == (True, 1, [])


def test_nothing_of_a_guest_but_the_name_and_the_code_is_sent_to_a_printer() -> None:
    sent = render(receipt(samples.sale(), samples.HEAD, "en"), 80)
    assert [secret for secret in samples.SECRETS if secret.encode() in sent] == []


@pytest.mark.parametrize(
    "text",
    [
        "12,50 € £3 $1",
        "áéíóú ÁÉÍÓÚ ñÑ üÜ çÇ ¿¡ «» º ª",
        "3 × Copa · sáb",
        "Zoë Ødegård Müller",
        "Łukasz Żak",
    ],
)
def test_accents_and_the_euro_sign_come_out_right(text: str) -> None:
    assert printed(text) == text


@pytest.mark.parametrize("profile", ["TM-T20II", "TM-T88III", "TM-T88V", "POS-5890", "Sunmi-V2", "CT-S651", "simple"])
def test_spanish_comes_out_right_or_without_accents_on_every_model(profile: str) -> None:
    line = printed("Ángel Núñez: 12,50", profile)
    assert line in {"Ángel Núñez: 12,50", "Angel Núñez: 12,50", "Angel Nunez: 12,50"}


@pytest.mark.parametrize("profile", ["TM-T20II", "TM-T88V", "TM-T88II", "POS-5890", "Sunmi-V2"])
def test_the_euro_sign_comes_out_on_every_model_that_has_it(profile: str) -> None:
    assert printed("12,50 €", profile) == "12,50 €"


def test_spanish_takes_one_code_page_only() -> None:
    assert render(document("¿Ñandú? Í 12,50 €"), 80).count(b"\x1bt") == 1


def test_what_no_code_page_has_loses_its_accent_or_becomes_a_question_mark() -> None:
    assert printed("Ḍavid 王 😀 a\u00a0b") == "David ? ? a b"


def test_a_name_can_not_steer_the_printer() -> None:
    evil = samples.sale(("\x1bp\x00Eve\x1d\x56\x00\u202eluz",))
    paper = read_back(render(receipt(evil, samples.HEAD, "en"), 80))
    assert (paper.cuts, paper.unknown, "pEve Vluz" in paper.text) == (1, [], True)


@pytest.mark.parametrize(("width", "columns"), [(80, 42), (58, 32)])
def test_no_line_is_wider_than_the_paper(width: int, columns: int) -> None:
    one = samples.sale(("Maximiliana Josefina de la Santísima Trinidad y Todos los Santos",), rate_name="R" * 70)
    lines = read_back(render(receipt(one, samples.HEAD, "es"), width)).lines
    assert max(len(line) for line in lines) == columns


def test_a_label_that_is_too_long_goes_on_and_its_value_stands_at_the_edge() -> None:
    assert row("one two three four", "€1.00", 16) == ["one two", "three four €1.00"]
    assert row("a", "a very long value", 10) == ["a", "    a very", "long value"]
    assert wrap("", 10) == [""]


def test_a_model_that_can_not_draw_codes_gets_them_as_pictures() -> None:
    data = render(receipt(samples.sale(("Ana",)), samples.HEAD, "es"), 58, "POS-5890")
    made = read_back(data, printers.CHEAP_58)
    assert (made.codes, made.unknown) == (["DC7K2M9Q4X8R1T1"], [])


def test_every_copy_is_cut_off() -> None:
    with plugged_in(NetworkPrinter()) as printer:
        EscposPrinter(place_of(printer.address), copies=2).print(SPANISH)
        assert (printer.paper.cuts, printer.paper.codes) == (2, ["DOORCHECK-TEST"] * 2)


# What is said when nothing does


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (printers.PAPER_OUT, Fault.PAPER_OUT), (printers.COVER_OPEN, Fault.COVER_OPEN),
        (printers.IN_ERROR, Fault.ERROR),
    ],
)  # fmt: skip
def test_a_printer_that_can_not_print_is_sent_nothing(status: dict[int, int], fault: Fault) -> None:
    with plugged_in(NetworkPrinter(status)) as printer:
        assert fault_of(at(printer)) is fault
        assert printer.paper.lines == []


def test_paper_that_is_nearly_out_is_paper() -> None:
    with plugged_in(NetworkPrinter(printers.NEARLY_OUT)) as printer:
        at(printer).print(SPANISH)
        assert printer.paper.cuts == 1


def test_paper_that_ends_while_it_prints_is_told() -> None:
    with plugged_in(NetworkPrinter(later=printers.PAPER_OUT)) as printer:
        assert fault_of(at(printer)) is Fault.PAPER_OUT


def test_a_printer_that_talks_of_itself_is_still_understood() -> None:
    with plugged_in(NetworkPrinter(chatter=b"\x14\x00\x00\x0f")) as printer:
        at(printer).print(SPANISH)
        assert printer.paper.cuts == 1


def test_a_printer_that_is_not_there_can_not_be_reached() -> None:
    assert fault_of(EscposPrinter(place_of(f"tcp://127.0.0.1:{free_port()}"))) is Fault.UNREACHABLE


def test_a_name_that_nobody_has_can_not_be_reached() -> None:
    assert fault_of(EscposPrinter(place_of("tcp://printer.invalid"))) is Fault.UNREACHABLE


def test_a_printer_that_accepts_and_never_reads_does_not_answer() -> None:
    with plugged_in(NetworkPrinter(deaf=True)) as printer:
        assert fault_of(at(printer)) is Fault.SILENT


def test_a_printer_that_never_answers_prints_when_its_address_says_so() -> None:
    with plugged_in(NetworkPrinter(mute=True)) as printer:
        assert fault_of(at(printer)) is Fault.SILENT
        EscposPrinter(place_of(printer.address + "?status=no")).print(SPANISH)
        assert printer.paper.codes == ["DOORCHECK-TEST"]


def test_a_printer_that_dies_in_the_middle_may_have_printed_a_part() -> None:
    with plugged_in(NetworkPrinter(dies_after=100)) as printer:
        assert fault_of(at(printer)) is Fault.BROKE_OFF


def test_a_printer_that_stops_taking_data_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escpos, "JOB_S", 0.3)
    with plugged_in(NetworkPrinter(deaf=True)) as printer:
        assert fault_of(EscposPrinter(place_of(printer.address + "?status=no"), copies=40_000)) is Fault.STUCK


def test_a_printer_is_checked_without_paper() -> None:
    with plugged_in(NetworkPrinter()) as printer:
        at(printer).check()
        assert printer.paper.lines == []


def test_a_profile_that_nobody_knows_is_named_with_its_cure() -> None:
    with pytest.raises(PrinterError, match=r"no profile 'EPSON'.*leave printing.profile out"):
        EscposPrinter(Place(way=Way.DUMMY), profile="EPSON").print(SPANISH)


# Other ways than the network


def test_a_file_takes_what_a_printer_would(tmp_path: Path) -> None:
    EscposPrinter(place_of(f"file:{tmp_path / 'lp0'}")).print(SPANISH)
    assert read_back((tmp_path / "lp0").read_bytes()).codes == ["DOORCHECK-TEST"]


def test_a_device_that_is_not_plugged_in_is_not_made_a_file() -> None:
    with pytest.raises(PrinterError, match="plugged in"):
        EscposPrinter(place_of("file:/dev/doorcheck-no-printer")).print(SPANISH)
    assert not Path("/dev/doorcheck-no-printer").exists()


def test_a_rehearsal_prints_nowhere() -> None:
    EscposPrinter(place_of("dummy")).print(SPANISH)


@pytest.fixture
def cable() -> Iterator[tuple[str, list[bytes]]]:
    """A serial line with a printer at its end that is fine."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, True)
    heard: list[bytes] = []

    def listen() -> None:
        try:
            while data := os.read(ours, 1024):
                heard.append(data)
                os.write(ours, b"\x12" * data.count(b"\x10\x04"))
        except OSError:
            return

    threading.Thread(target=listen, daemon=True).start()
    yield os.ttyname(theirs), heard
    os.close(theirs)
    os.close(ours)


def test_a_serial_printer_prints_and_answers(cable: tuple[str, list[bytes]]) -> None:
    path, heard = cable
    EscposPrinter(place_of(f"serial:{path}:38400")).print(SPANISH)
    assert read_back(b"".join(heard)).codes == ["DOORCHECK-TEST"]


def test_a_serial_line_that_is_not_there_can_not_be_reached() -> None:
    assert fault_of(EscposPrinter(place_of("serial:/dev/doorcheck-none"))) is Fault.UNREACHABLE


def test_usb_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escpos.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PrinterError, match=r"pip install 'doorcheck\[usb\]'"):
        EscposPrinter(place_of("usb:04b8:0e15")).check()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tcp://192.168.1.50", Place(way=Way.TCP, target="192.168.1.50", number=9100)),
        ("tcp://printer.lan:9101/", Place(way=Way.TCP, target="printer.lan", number=9101)),
        ("tcp://h?status=no", Place(way=Way.TCP, target="h", number=9100, answers=False)),
        ("usb:04b8:0E15", Place(way=Way.USB, usb=(0x04B8, 0x0E15))),
        ("serial:/dev/ttyUSB0", Place(way=Way.SERIAL, target="/dev/ttyUSB0", number=9600)),
        ("file:/dev/usb/lp0", Place(way=Way.FILE, target="/dev/usb/lp0", answers=False)),
        ("dummy:", Place(way=Way.DUMMY, answers=False)),
    ],
)
def test_the_address_of_a_printer_is_understood(text: str, place: Place) -> None:
    assert place_of(text) == place


@pytest.mark.parametrize(
    "text", ["192.168.1.50", "tcp://", "tcp://a b", "http://x", "tcp://h:70000", "usb:1:2", "file:x"]
)
def test_what_is_no_address_says_what_would_be_one(text: str) -> None:
    with pytest.raises(ValueError, match="9100"):
        place_of(text)


# Printing never holds up the door


class Slow:
    """Prints when it is let."""

    def __init__(self) -> None:
        self.let, self.begun, self.prepared = threading.Event(), threading.Event(), threading.Event()
        self.done: list[Document] = []
        self.fails: list[Exception] = []

    def prepare(self) -> None:
        self.prepared.set()

    def check(self) -> None:
        return

    def print(self, one: Document) -> None:
        self.begun.set()
        self.let.wait(10)
        if self.fails:
            raise self.fails.pop(0)
        self.done.append(one)


@pytest.mark.parametrize("temper", ["well", "out", "deaf", "absent", "dies"])
def test_whatever_the_printer_does_an_answer_comes_within_three_seconds(temper: str) -> None:
    made = {
        "well": NetworkPrinter(), "out": NetworkPrinter(printers.PAPER_OUT), "deaf": NetworkPrinter(deaf=True),
        "absent": NetworkPrinter(), "dies": NetworkPrinter(dies_after=50),
    }[temper]  # fmt: skip
    if temper == "absent":
        made.close()
    with plugged_in(made), closing(PrintQueue(at(made))) as prints:
        begun = time.monotonic()
        told = prints.print(SPANISH)
    assert time.monotonic() - begun < PROMISE_S
    assert told.fault is {
        "well": None, "out": Fault.PAPER_OUT, "deaf": Fault.SILENT, "absent": Fault.UNREACHABLE,
        "dies": Fault.BROKE_OFF,
    }[temper]  # fmt: skip


def test_what_came_of_it_is_told_in_the_language_of_the_document() -> None:
    with plugged_in(NetworkPrinter(printers.PAPER_OUT)) as printer, closing(PrintQueue(at(printer))) as prints:
        assert prints.print(SPANISH).words == "La impresora no tiene papel"
        assert prints.print(document("x")).words == "The printer is out of paper"
        printer.status = printers.FINE
        assert prints.print(SPANISH).words == "Impreso"


def test_a_document_that_is_still_printing_is_told_apart_from_one_that_was_never_begun() -> None:
    printer = Slow()
    with closing(PrintQueue(printer, patience=0.2)) as prints:
        assert prints.print(document("first")).fault is Fault.SLOW
        assert prints.print(document("second")).fault is Fault.BUSY
        printer.let.set()
        assert prints.print(document("third")).ok
    assert [one.lines[0] for one in printer.done] == [Text(text="first"), Text(text="third")]


def test_too_many_waiting_documents_are_refused_at_once() -> None:
    printer = Slow()
    with closing(PrintQueue(printer, patience=1.0)) as prints:
        askers = [threading.Thread(target=prints.print, args=[document(str(one))]) for one in range(9)]
        askers[0].start()
        printer.begun.wait(2)
        for one in askers[1:]:
            one.start()
        time.sleep(0.2)
        begun = time.monotonic()
        assert prints.print(document("ten")).fault is Fault.BUSY
        assert time.monotonic() - begun < 0.5
        printer.let.set()


def test_a_printer_with_an_error_of_its_own_kind_does_not_end_the_thread() -> None:
    printer = Slow()
    printer.let.set()
    printer.fails = [RuntimeError("libusb")]
    with closing(PrintQueue(printer)) as prints:
        assert prints.print(document("x")).fault is Fault.UNUSABLE
        assert prints.print(document("y")).ok


def test_after_the_end_nothing_is_taken() -> None:
    prints = PrintQueue(Slow())
    prints.close()
    assert prints.print(document("x")).fault is Fault.BUSY


def test_a_change_of_health_is_logged_once_and_nothing_of_a_guest() -> None:
    one = receipt(samples.sale(), samples.HEAD, "en")
    with (
        structlog.testing.capture_logs() as logs,
        plugged_in(NetworkPrinter(printers.PAPER_OUT)) as printer,
        closing(PrintQueue(at(printer))) as prints,
    ):
        prints.print(one)
        prints.print(one)
        printer.status = printers.FINE
        prints.print(one)
    assert [one["event"] for one in logs] == ["printer.ill", "printer.well"]
    assert not any(word in str(logs) for word in ("Lucía", "DC7K"))


def test_without_a_printer_the_desk_says_so() -> None:
    desk = PaperDesk(samples.HEAD)
    assert (desk.prints, desk.print_receipt(samples.sale(), "es").fault) == (False, Fault.NO_PRINTER)


def test_the_desk_prints_receipts_and_reports() -> None:
    one = samples.shift()
    with plugged_in(NetworkPrinter()) as printer:
        with closing(PaperDesk(samples.HEAD, PrintQueue(at(printer)))) as desk:
            assert desk.prints
            assert desk.print_receipt(samples.sale(), "en").ok
            assert desk.print_shift(one, samples.report(one), "es").ok
        assert "Cierre de caja" in printer.paper.text


def test_a_hub_without_a_printer_loads_neither_printing_nor_pdf() -> None:
    loads = "import sys, app.paper.desk, app.paper.escpos, app.settings; print(*sorted(sys.modules))"
    seen = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True).stdout.split()
    assert {"escpos", "fpdf", "fontTools", "yaml", "usb"} & set(seen) == set()


def test_python_escpos_leaves_nothing_behind(tmp_path: Path) -> None:
    load = "from app.paper import escpos, places; escpos.EscposPrinter(places.place_of('dummy')).prepare()"
    subprocess.run([sys.executable, "-c", load], check=True, env=os.environ | {"TMPDIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []
