"""What stands on a receipt and on a till's report."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import Money, total
from app.domain.sale import SaleState, Tender
from app.domain.till import NOT_TAKEN
from app.paper.amounts import amount, moment, night_of, tidy
from app.paper.receipt import Head, parts, receipt, short
from app.paper.shift import shift_report
from app.paper.trial import trial
from app.paper.words import _FAULTS, _WORDS, outcome, words
from app.ports.paper import Document, Fault, Heading, Row, Text, Ticket
from tests.paper import samples


def said(document: Document) -> list[str]:
    """Every line as people read it; amounts are not broken."""
    shown = {Heading: "text", Text: "text", Row: "label", Ticket: "code"}
    lines = [one for one in document.lines if type(one) in shown]
    texts = [f"{getattr(one, shown[type(one)])} {one.value if isinstance(one, Row) else ''}".strip() for one in lines]
    return [text.replace("\u00a0", " ") for text in texts]


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (1250, "EUR", "en", "€12.50"), (1250, "EUR", "es", "12,50 €"), (5, "GBP", "en", "£0.05"),
        (-2550, "EUR", "en", "-€25.50"), (-2550, "EUR", "es", "-25,50 €"), (123456, "EUR", "en", "€1,234.56"),
        (123456, "EUR", "es", "1234,56 €"), (1234567, "EUR", "es", "12.345,67 €"), (1250, "CHF", "en", "12.50 CHF"),
        (1250, "CHF", "es", "12,50 CHF"), (1250, "JPY", "en", "1,250 JPY"), (1250, "KWD", "es", "1,250 KWD"),
        (1250, "USD", "fr", "$12.50"), (0, "EUR", "en", "€0.00"),
    ],
)  # fmt: skip
def test_an_amount_reads_as_people_write_it(minor: int, currency: str, language: str, text: str) -> None:
    assert amount(Money(minor, currency), language).replace("\u00a0", " ") == text


def test_an_amount_is_never_broken_over_two_lines() -> None:
    assert " " not in amount(Money(1250, "EUR"), "es")


def test_times_are_those_of_the_venue() -> None:
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert moment(summer, ZoneInfo("Europe/Madrid"), "en") == "2 Jul 2026, 00:30"
    assert moment(summer, ZoneInfo("Atlantic/Canary"), "es") == "1 jul 2026, 23:30"


def test_a_night_is_named_and_a_label_that_is_no_day_is_left_out() -> None:
    assert [night_of("2026-11-28", "en"), night_of("2026-11-28", "es"), night_of("", "en")] == [
        "Sat 28 Nov 2026", "sáb 28 nov 2026", "",
    ]  # fmt: skip


@given(st.text())
def test_nothing_that_steers_a_printer_is_left_in_a_name(text: str) -> None:
    assert all(one.isprintable() for one in tidy(text))


def test_a_receipt_says_who_sold_what_when_where_and_how_it_was_paid() -> None:
    assert said(receipt(samples.sale(), samples.HEAD, "en", "2026-11-28")) == [
        "Sala Luz", "VAT no. B12345678", "Noche de Otoño", "Sat 28 Nov 2026",
        "Date 28 Nov 2026, 23:41", "Sold at Taquilla", "Receipt 4F6A12BC",
        "3 × Entrada general, Anticipada €36.00", "1 × Copa de cava €6.00", "3 × Booking fee €4.50", "Total €46.50",
        "Paid in cash", "DC7K2M9Q4X8R1T1", "DC7K2M9Q4X8R1T2", "DC7K2M9Q4X8R1T3",
        "Each code lets one person in.", "This receipt is not an invoice.",
    ]  # fmt: skip


def test_a_receipt_in_spanish_is_spanish_throughout() -> None:
    lines = said(receipt(samples.sale(tender=Tender.CARD), samples.HEAD, "es"))
    assert lines[1:8] == [
        "NIF B12345678", "Noche de Otoño", "Fecha 28 nov 2026, 23:41", "Vendido en Taquilla", "Recibo 4F6A12BC",
        "3 × Entrada general, Anticipada 36,00 €", "1 × Copa de cava 6,00 €",
    ]  # fmt: skip
    assert "Pagado con tarjeta" in lines


def test_a_venue_without_name_and_number_has_a_receipt_all_the_same() -> None:
    first = receipt(samples.sale(), Head(zone=samples.HEAD.zone), "en").lines[0]
    assert first == Heading(text="Noche de Otoño", large=True)


@given(
    unit=st.integers(0, 10**6), fee=st.integers(0, 10**4), whole=st.integers(0, 10**7),
    names=st.lists(st.just("A"), min_size=1, max_size=6), warranty=st.booleans(),
)  # fmt: skip
def test_what_a_total_is_made_of_always_adds_up_to_it(
    unit: int, fee: int, whole: int, names: list[str], warranty: bool
) -> None:
    eur = samples.eur
    one = samples.sale(tuple(names), unit=eur(unit), fee=eur(fee), total=eur(whole), warranty=warranty)
    assert total((price for _, price in parts(one, words("en"))), "EUR") == one.total


def test_what_the_tickets_cost_beyond_price_and_extras_is_the_warranty() -> None:
    one = samples.sale(unit=samples.eur(1100), warranty=True)
    assert ("Warranty", samples.eur(300)) in parts(one, words("en"))


def test_a_price_that_the_platform_changed_is_told_apart() -> None:
    one = samples.sale(total=samples.eur(5000))
    assert parts(one, words("en"))[-1] == ("Price change", samples.eur(350))


@pytest.mark.parametrize("state", sorted(NOT_TAKEN))
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_sale_that_nobody_has_paid_carries_no_code_and_says_so(state: SaleState, language: str) -> None:
    made = receipt(samples.sale(state=state), samples.HEAD, language)
    assert not [one for one in made.lines if isinstance(one, Ticket)]
    assert words(language)[state] in said(made)
    assert not {words(language)[f"paid_{one}"] for one in Tender} & set(said(made))


@pytest.mark.parametrize("state", sorted(set(SaleState) - NOT_TAKEN))
def test_what_was_paid_has_a_code_for_each_guest(state: SaleState) -> None:
    made = receipt(samples.sale(state=state), samples.HEAD, "en")
    assert [one.name for one in made.lines if isinstance(one, Ticket)] == ["Lucía Ibáñez", "Łukasz Żak", ""]


def test_a_receipt_knows_of_its_guests_the_names_only() -> None:
    made = repr(receipt(samples.sale(), samples.HEAD, "en"))
    assert [secret for secret in (*samples.SECRETS, "s3cr3t", "Marta") if secret in made] == []


def test_two_ids_of_the_same_minute_are_told_apart_by_their_end() -> None:
    assert short("0199e1f2-aaaa-7000-8000-00114f6a12bc") == "4F6A12BC"


def test_a_closed_till_says_what_was_sold_how_it_was_paid_and_what_is_missing() -> None:
    one = samples.shift()
    assert said(shift_report(one, samples.report(one), samples.HEAD, "en")) == [
        "Sala Luz", "VAT no. B12345678", "Till report", "Till Taquilla", "Number 17",
        "Opened 28 Nov 2026, 21:00, Marta", "Closed 29 Nov 2026, 06:12, Íñigo",
        "Sold", "75 × Entrada general, Anticipada €1,162.50", "1 × Mesa VIP, Terraza €19.50", "18 × Puerta €297.00",
        "Sales 35", "Tickets 94",
        "Taken", "Cash €1,162.50", "Card €297.00", "Phone (not in the till) €19.50", "Total €1,479.00",
        "Cash in the till", "Float €100.00", "Cash sales €1,162.50", "Should be there €1,262.50", "Counted €1,237.00",
        "Difference: missing -€25.50", "Note: Un billete de 50 € retirado: parecía falso.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("counted", "words"), [(126250, "Diferencia Cuadra"), (126255, "Diferencia: sobra 0,05 €"), (0, "falta -1262,50 €")]
)
def test_the_difference_is_said_in_a_word(counted: int, words: str) -> None:
    one = samples.shift(counted=samples.eur(counted), note="")
    assert said(shift_report(one, samples.report(one), samples.HEAD, "es"))[-1].endswith(words)


def test_a_till_that_is_open_says_how_it_stands_and_counts_nothing() -> None:
    one = samples.shift(closed_at=None, closed_by="", counted=None, note="")
    lines = said(shift_report(one, samples.report(one), samples.HEAD, "en"))
    assert ("Till so far" in lines, lines[-1]) == (True, "Not counted yet")


def test_both_languages_have_every_word_and_every_fault_its_cure() -> None:
    assert _WORDS["en"].keys() == _WORDS["es"].keys()
    assert all(set(table) == set(Fault) for table in _FAULTS.values())
    assert all(outcome(one, language).cure for one in Fault for language in _WORDS)
    assert outcome(None, "es").ok


def test_the_test_print_has_accents_the_euro_sign_and_a_code() -> None:
    made = said(trial(samples.HEAD, "es", samples.AT))
    assert any("ñÑ" in line and "€" in line for line in made)
    assert "DOORCHECK-TEST" in made
