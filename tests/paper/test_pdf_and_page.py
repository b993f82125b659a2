"""Receipts and reports as PDF, and the page of a receipt's link."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from app.domain.sale import SaleState, Tender
from app.paper.desk import AGAIN_S, PaperDesk
from app.ports.paper import Paper
from tests.paper import samples

DESK = PaperDesk(samples.HEAD)
MM = 72 / 25.4


def lines_of(pdf: bytes, page: int = 0) -> list[str]:
    return [line.strip() for line in PdfReader(io.BytesIO(pdf)).pages[page].extract_text().splitlines() if line.strip()]


def sizes_of(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of the pages in mm."""
    boxes = [page.mediabox for page in PdfReader(io.BytesIO(pdf)).pages]
    return [(round(float(box.width) / MM), round(float(box.height) / MM)) for box in boxes]


def test_the_desk_is_what_the_hub_asks_for() -> None:
    paper: Paper = DESK
    assert paper.prints is False


def test_a_receipt_as_pdf_says_all_that_stands_on_paper() -> None:
    text = "\n".join(lines_of(DESK.receipt_pdf(samples.sale(), "es", "2026-11-28"))).replace("\u00a0", " ")
    for part in (
        "Sala Luz",
        "Noche de Otoño",
        "sáb 28 nov 2026",
        "36,00 €",
        "Total",
        "46,50 €",
        "Lukasz Zak",
        "4F6A12BC",
    ):
        assert part in text
    assert [secret for secret in samples.SECRETS if secret in text] == []


def test_a_receipt_as_pdf_is_one_strip_of_80_mm_as_long_as_it_takes() -> None:
    short, long = (sizes_of(DESK.receipt_pdf(samples.sale(("A",) * count), "en")) for count in (1, 9))
    assert ([width for width, _ in (*short, *long)], long[0][1] > short[0][1] + 300) == ([80, 80], True)


def test_a_hundred_tickets_go_on_pages_that_every_reader_opens_and_each_has_its_code() -> None:
    pdf = DESK.receipt_pdf(samples.sale(("Ana",) * 100), "en")
    text = "".join("\n".join(lines_of(pdf, page)) for page in range(len(sizes_of(pdf))))
    assert (len(sizes_of(pdf)) > 1, max(high for _, high in sizes_of(pdf)) <= 2000) == (True, True)
    assert text.count("DC7K2M9Q4X8R1T") == 100


def test_a_shift_as_pdf_is_a_sheet_of_a4_with_every_amount() -> None:
    one = samples.shift()
    pdf = DESK.shift_pdf(one, samples.report(one), "en")
    text = "\n".join(lines_of(pdf))
    assert sizes_of(pdf) == [(210, 297)]
    for part in ("Till report", "Marta", "Íñigo", "€1,162.50", "€1,262.50", "Difference: missing", "-€25.50"):
        assert part in text


def test_the_same_receipt_is_the_same_file() -> None:
    assert DESK.receipt_pdf(samples.sale(), "en") == DESK.receipt_pdf(samples.sale(), "en")


def test_a_word_that_is_wider_than_the_paper_is_cut_and_not_lost() -> None:
    text = "".join(lines_of(DESK.receipt_pdf(samples.sale(("X" * 120,), rate_name="R" * 90), "en")))
    assert (text.count("X") >= 120, text.count("R") >= 90) == (True, True)


def test_signs_that_the_font_does_not_have_break_nothing_and_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert DESK.receipt_pdf(samples.sale(("王小明 😀",)), "en").startswith(b"%PDF")
    assert caplog.records == []


def test_the_codes_of_a_pdf_are_read_by_a_reader(tmp_path: Path) -> None:
    file = tmp_path / "receipt.pdf"
    file.write_bytes(DESK.receipt_pdf(samples.sale(), "en"))
    try:
        subprocess.run(["pdftoppm", "-r", "200", "-png", "-singlefile", file, tmp_path / "page"], check=True)
    except FileNotFoundError:
        missing = pytest.fail if os.environ.get("CI", "").lower() in {"1", "true"} else pytest.skip
        missing("no pdftoppm: apt-get install poppler-utils")
    with Image.open(tmp_path / "page.png") as picture:
        found = zxingcpp.read_barcodes(np.asarray(picture.convert("L")))
    assert sorted(one.text for one in found) == [f"DC7K2M9Q4X8R1T{n}" for n in (1, 2, 3)]


# The page


class Seen(HTMLParser):
    """What a browser would look at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


def page(one: object = None, language: str = "es") -> str:
    return DESK.receipt_page(one or samples.sale(), language, "2026-11-28").html  # type: ignore[arg-type]


def test_the_page_of_a_receipt_says_what_the_paper_says() -> None:
    seen = Seen(page())
    for part in ("Sala Luz", "sáb 28 nov 2026", "46,50\u00a0€", "Pagado en efectivo", "Lucía Ibáñez"):
        assert part in seen.words
    assert seen.tags.count("svg") == 3
    assert [secret for secret in (*samples.SECRETS, "s3cr3t") if secret in page()] == []


def test_the_page_stands_alone() -> None:
    seen = Seen(page())
    assert {"script", "img", "link", "iframe", "a", "form"} & set(seen.tags) == set()
    assert [name for name, _ in seen.attributes if name.startswith("on") or name in {"src", "href", "style"}] == []
    assert "url(" not in page()


def test_its_policy_lets_in_its_style_and_nothing_else() -> None:
    made = DESK.receipt_page(samples.sale(), "en")
    style = re.search(r"<style>(.*)</style>", made.html, re.DOTALL)
    assert style is not None
    proof = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{proof}';" in made.policy


def test_the_page_tells_its_language_and_fits_a_small_screen() -> None:
    assert ('lang="es"' in page(), "width=device-width" in page()) == (True, True)


def test_a_name_can_not_write_on_the_page() -> None:
    html = page(samples.sale(("<script>alert(1)</script>\"'&",)))
    assert ("<script>" in html, "&lt;script&gt;" in html) == (False, True)


def test_a_code_can_not_write_on_the_page() -> None:
    one = samples.sale(("A",))
    (ticket,) = one.tickets
    from dataclasses import replace

    html = page(replace(one, tickets=(replace(ticket, code='"><script>'),)))
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("state", "again"),
    [(SaleState.WAITING, True), (SaleState.ASKED, True), (SaleState.PAID, False), (SaleState.CANCELLED, False)],
)
def test_a_receipt_that_waits_for_its_payment_looks_again_by_itself(state: SaleState, again: bool) -> None:
    html = page(samples.sale(state=state, tender=Tender.PHONE))
    assert (f'http-equiv="refresh" content="{AGAIN_S}"' in html) == again


@pytest.mark.browser
def test_the_page_is_readable_at_320_px_in_the_dark_and_on_paper(tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS, CHROMIUM

    long = samples.sale(("Maximiliana Josefina de la Santísima Trinidad", "X" * 60), rate_name="Entrada " + "R" * 50)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        shown = browser.new_page(viewport={"width": 320, "height": 640}, color_scheme="dark")
        shown.set_content(page(long))
        assert shown.evaluate("document.documentElement.scrollWidth") == 320
        assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 20, 23)"
        dark = zxingcpp.read_barcodes(np.asarray(Image.open(io.BytesIO(shown.screenshot(full_page=True))).convert("L")))
        assert Axe().run(shown).response["violations"] == []
        shown.emulate_media(media="print", color_scheme="light")
        assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        browser.close()
    assert [one.text for one in dark] == ["DC7K2M9Q4X8R1T1", "DC7K2M9Q4X8R1T2"]
