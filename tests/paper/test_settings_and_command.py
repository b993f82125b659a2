"""What a venue can say about its paper, and what the command line tells of its printer."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import cli, doctor
from app.cli.common import Trouble
from app.settings import Settings, UnusableSetting, load_settings
from tests.paper.printers import PAPER_OUT, NetworkPrinter, free_port, plugged_in


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of settings of this test."""
    file = tmp_path / "doorcheck.toml"
    monkeypatch.setenv("DOORCHECK_CONFIG", str(file))
    monkeypatch.setenv("DOORCHECK_DATA_DIR", str(tmp_path))
    return file


def settings(file: Path, text: str) -> Settings:
    file.write_text(f"[printing]\n{text}\n")
    return load_settings()


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["printer", *words])


def test_without_a_word_there_is_no_printer_and_paper_of_80_mm(written: Path) -> None:
    one = settings(written, "").printing
    assert (one.printer, one.width, one.copies, one.profile) == ("", 80, 1, "default")


def test_all_of_it_can_be_set(written: Path) -> None:
    one = settings(
        written, 'printer = "file:/dev/usb/lp0"\nvenue = "Sala Luz"\nvat = "B1"\nwidth = 58\ncopies = 2'
    ).printing
    assert (one.printer, one.venue, one.vat, one.width, one.copies) == ("file:/dev/usb/lp0", "Sala Luz", "B1", 58, 2)


def test_the_environment_sets_it_as_well(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORCHECK_PRINTING__PRINTER", "dummy")
    monkeypatch.setenv("DOORCHECK_PRINTING__WIDTH", "58")
    one = settings(written, "").printing
    assert (one.printer, one.width) == ("dummy", 58)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('printer = "192.168.1.50"', "DOORCHECK_PRINTING__PRINTER: must be tcp://"), ("width = 76", "WIDTH"),
        ("copies = 0", "COPIES"), ("copies = 9", "COPIES"),
        ('profile = "a b"', "PROFILE"), ('colour = "red"', "COLOUR"),
        (f'venue = "{"x" * 61}"', "VENUE"),
    ],
)  # fmt: skip
def test_what_can_not_be_used_is_named(written: Path, text: str, named: str) -> None:
    with pytest.raises(UnusableSetting, match=named):
        settings(written, text)


def test_a_test_print_comes_out(written: Path) -> None:
    with plugged_in(NetworkPrinter()) as printer:
        settings(written, f'printer = "{printer.address}"\nvenue = "Sala Luz"')
        told = run("test", "--language", "es")
        paper = printer.paper
    assert (told.exit_code, told.stdout.strip()) == (0, f"{printer.address}: printed")
    assert (paper.codes, "Sala Luz" in paper.text, "Prueba de impresión" in paper.text) == (
        ["DOORCHECK-TEST"],
        True,
        True,
    )


def test_of_a_printer_that_does_not_tell_one_is_asked_to_look(written: Path, tmp_path: Path) -> None:
    settings(written, f'printer = "file:{tmp_path / "lp0"}"')
    assert "look at it" in run("test").stdout


def test_what_is_wrong_and_its_cure_are_one_line(written: Path) -> None:
    with plugged_in(NetworkPrinter(PAPER_OUT)) as printer:
        settings(written, f'printer = "{printer.address}"')
        told = run("test").exception
    assert isinstance(told, Trouble)
    assert str(told) == f"{printer.address}: The printer is out of paper: put in a new roll, then print again"


def test_without_a_printer_the_setting_is_named(written: Path) -> None:
    settings(written, "")
    told = run("test").exception
    assert (isinstance(told, Trouble), "DOORCHECK_PRINTING__PRINTER" in str(told)) == (True, True)


def test_the_doctor_looks_at_a_printer_only_where_one_is_set_up(written: Path) -> None:
    assert list(doctor._printer(settings(written, ""))) == []
    with plugged_in(NetworkPrinter()) as printer:
        (found,) = doctor._printer(settings(written, f'printer = "{printer.address}"'))
        assert (found.light, found.words, printer.paper.lines) == ("green", "ready", [])


def test_the_doctor_tells_the_cure_of_a_printer_that_is_not_there(written: Path) -> None:
    (found,) = doctor._printer(settings(written, f'printer = "tcp://127.0.0.1:{free_port()}"'))
    assert (found.light, found.words, bool(found.cure)) == ("red", "The printer can't be reached", True)
