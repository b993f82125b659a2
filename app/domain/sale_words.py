"""How a sale stands, in words for the people at the door. Never a platform's text, never a code name."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.model import Reason
from app.domain.sale import SaleState, Tender

_EN: Mapping[str, str] = {
    SaleState.DUE: "Sold. The platform will be told.",
    SaleState.ISSUED: "Sold. The platform has the tickets.",
    SaleState.CONFLICT: "Sold and paid, but the platform does not make these tickets. Please look at this sale.",
    SaleState.DISCARDED: "Sold and paid; somebody decided that the platform is not to be told.",
    SaleState.ASKED: "One moment: the payment page is being asked for.",
    SaleState.REPRICED: "The price has changed. Ask the guest before anyone pays.",
    SaleState.WAITING: "Waiting for the guest to pay.",
    SaleState.PAID: "Paid.",
    SaleState.FAILED: "Not paid. Nothing was taken; you can sell again.",
    SaleState.EXPIRED: "The time to pay is over. You can sell again.",
    SaleState.CANCELLED: "Taken back.",
}
_ES: Mapping[str, str] = {
    SaleState.DUE: "Vendido. Se avisará a la plataforma.",
    SaleState.ISSUED: "Vendido. La plataforma tiene las entradas.",
    SaleState.CONFLICT: "Vendido y cobrado, pero la plataforma no crea estas entradas. Revisa esta venta.",
    SaleState.DISCARDED: "Vendido y cobrado; alguien decidió que no se avise a la plataforma.",
    SaleState.ASKED: "Un momento: se está pidiendo la página de pago.",
    SaleState.REPRICED: "El precio ha cambiado. Pregunta antes de que nadie pague.",
    SaleState.WAITING: "Esperando a que el cliente pague.",
    SaleState.PAID: "Pagado.",
    SaleState.FAILED: "No se ha pagado. No se ha cobrado nada; puedes vender otra vez.",
    SaleState.EXPIRED: "Se acabó el tiempo para pagar. Puedes vender otra vez.",
    SaleState.CANCELLED: "Anulado.",
}
_NOT_IN: Mapping[str, tuple[str, str]] = {
    Reason.ALREADY_IN: ("Already in", "Ya ha entrado"),
    Reason.TOO_EARLY: ("Not open yet", "Aún no está abierto"),
    Reason.TOO_LATE: ("Closed by now", "Ya está cerrado"),
    Reason.WRONG_GATE: ("Other entrance", "Otra entrada"),
    Reason.OTHER_EVENT: ("Another night", "Otra noche"),
}
_LOOK = ("Please scan the ticket", "Escanea la entrada")
_WORDS = {"en": _EN, "es": _ES}
_CANCELLED_HERE = {"en": "Taken back. Give the money back.", "es": "Anulado. Devuelve el dinero."}


def not_in_words(reason: str, language: str) -> str:
    """Why the door did not let somebody in with the sale; nothing where it did."""
    return _NOT_IN.get(reason, _LOOK)[language == "es"] if reason else ""


def sale_words(state: SaleState, tender: Tender, language: str) -> str:
    """The sentence of a state (an unknown language: English)."""
    known = language if language in _WORDS else "en"
    if state is SaleState.CANCELLED and tender is not Tender.PHONE:
        return _CANCELLED_HERE[known]
    return _WORDS[known][SaleState.DUE if state is SaleState.SENDING else state]
