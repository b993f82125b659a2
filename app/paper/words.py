"""The words on paper, and what is said when something does not get there."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.sale import SaleState
from app.ports.paper import Fault, Printed, PrinterError

_EN: Mapping[str, str] = {
    "receipt": "Receipt", "vat": "VAT no.", "date": "Date", "station": "Sold at", "number": "Number",
    "fee": "Booking fee", "warranty": "Warranty", "change": "Price change", "total": "Total", "of": "{n} of {all}",
    "paid_cash": "Paid in cash", "paid_card": "Paid by card", "paid_phone": "Paid on the phone",
    SaleState.ASKED: "Not paid yet", SaleState.REPRICED: "Not paid yet", SaleState.WAITING: "Not paid yet",
    SaleState.FAILED: "The payment failed", SaleState.EXPIRED: "Not paid in time", SaleState.CANCELLED: "Cancelled",
    "unpaid": "The tickets come here once it is paid.", "void": "There are no tickets for this sale.",
    "keep": "Each code lets one person in.", "invoice": "This receipt is not an invoice.",
    "shift": "Till report", "so_far": "Till so far", "opened": "Opened", "closed": "Closed",
    "till": "Till",
    "sold": "Sold", "taken": "Taken", "sales": "Sales", "tickets": "Tickets", "nothing": "Nothing was sold.",
    "cash": "Cash", "card": "Card", "phone": "Phone (not in the till)", "in_till": "Cash in the till",
    "float": "Float", "cash_sales": "Cash sales", "expected": "Should be there", "counted": "Counted",
    "difference": "Difference", "right": "It is right", "missing": "Missing", "over": "Too much",
    "open": "Not counted yet", "note": "Note",
    "printed": "Printed",
}  # fmt: skip
_ES: Mapping[str, str] = {
    "receipt": "Recibo", "vat": "NIF", "date": "Fecha", "station": "Vendido en", "number": "Número",
    "fee": "Gastos de gestión", "warranty": "Garantía", "change": "Cambio de precio", "total": "Total",
    "of": "{n} de {all}",
    "paid_cash": "Pagado en efectivo", "paid_card": "Pagado con tarjeta", "paid_phone": "Pagado con el móvil",
    SaleState.ASKED: "Sin pagar todavía", SaleState.REPRICED: "Sin pagar todavía",
    SaleState.WAITING: "Sin pagar todavía", SaleState.FAILED: "El pago ha fallado",
    SaleState.EXPIRED: "No se pagó a tiempo", SaleState.CANCELLED: "Anulada",
    "unpaid": "Las entradas aparecen aquí cuando esté pagado.", "void": "Esta venta no tiene entradas.",
    "keep": "Cada código vale para una persona.", "invoice": "Este recibo no es una factura.",
    "shift": "Cierre de caja", "so_far": "Caja hasta ahora", "opened": "Apertura", "closed": "Cierre",
    "till": "Caja",
    "sold": "Vendido", "taken": "Cobrado", "sales": "Ventas", "tickets": "Entradas", "nothing": "No se vendió nada.",
    "cash": "Efectivo", "card": "Tarjeta", "phone": "Móvil (no está en la caja)", "in_till": "Efectivo en la caja",
    "float": "Fondo de caja", "cash_sales": "Ventas en efectivo", "expected": "Debería haber", "counted": "Contado",
    "difference": "Diferencia", "right": "Cuadra", "missing": "Falta", "over": "Sobra",
    "open": "Sin contar todavía", "note": "Nota",
    "printed": "Impreso",
}  # fmt: skip
_WORDS = {"en": _EN, "es": _ES}

_FAULTS_EN: Mapping[Fault, tuple[str, str]] = {
    Fault.NO_PRINTER: ("No printer is set up", "show the receipt's code on the screen"),
    Fault.PAPER_OUT: ("The printer is out of paper", "put in a new roll, then print again"),
    Fault.COVER_OPEN: ("The printer's cover is open", "close it, then print again"),
    Fault.ERROR: ("The printer reports an error", "look for a paper jam, switch it off and on"),
    Fault.UNREACHABLE: ("The printer can't be reached", "is it switched on and connected?"),
    Fault.SILENT: ("The printer does not answer", "switch it off and on, then print again"),
    Fault.UNUSABLE: ("The printer can't be used from here", "run doorcheck printer test"),
    Fault.BUSY: ("The printer is busy, this was not printed", "wait a moment, then print again"),
    Fault.SLOW: ("The printer has not finished yet", "look at the paper before you print again"),
    Fault.STUCK: ("The printer stopped", "check paper and cover; look at the paper before you print again"),
    Fault.BROKE_OFF: ("The printer broke off", "look at the paper before you print again"),
}
_FAULTS_ES: Mapping[Fault, tuple[str, str]] = {
    Fault.NO_PRINTER: ("No hay impresora", "enseña el código del recibo en la pantalla"),
    Fault.PAPER_OUT: ("La impresora no tiene papel", "pon un rollo nuevo e imprime otra vez"),
    Fault.COVER_OPEN: ("La tapa de la impresora está abierta", "ciérrala e imprime otra vez"),
    Fault.ERROR: ("La impresora avisa de un error", "mira si hay un atasco, apágala y enciéndela"),
    Fault.UNREACHABLE: ("No se llega a la impresora", "¿está encendida y conectada?"),
    Fault.SILENT: ("La impresora no contesta", "apágala y enciéndela, e imprime otra vez"),
    Fault.UNUSABLE: ("La impresora no se puede usar desde aquí", "ejecuta doorcheck printer test"),
    Fault.BUSY: ("La impresora está ocupada, esto no se ha impreso", "espera un momento e imprime otra vez"),
    Fault.SLOW: ("La impresora no ha terminado todavía", "mira el papel antes de imprimir otra vez"),
    Fault.STUCK: ("La impresora se ha parado", "revisa el papel y la tapa; mira el papel antes de imprimir otra vez"),
    Fault.BROKE_OFF: ("La impresora se ha cortado", "mira el papel antes de imprimir otra vez"),
}
_FAULTS = {"en": _FAULTS_EN, "es": _FAULTS_ES}


def words(language: str) -> Mapping[str, str]:
    """The words of a language; of an unknown one, the English ones."""
    return _WORDS.get(language, _EN)


def fault(why: Fault, cure: str = "") -> PrinterError:
    """The error of a fault, with its usual cure or with one that is known better."""
    said, usual = _FAULTS_EN[why]
    return PrinterError(said, cure or usual, why)


def outcome(why: Fault | None, language: str) -> Printed:
    """What the door says of a print: that it is printed, or why not and what to do."""
    if why is None:
        return Printed(words=words(language)["printed"])
    said, cure = _FAULTS.get(language, _FAULTS_EN)[why]
    return Printed(words=said, cure=cure, fault=why)
