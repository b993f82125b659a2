"""What a printer says of itself: the answers to DLE EOT. Pure."""

from __future__ import annotations

from app.ports.paper import Fault

ASK_CAUSE = b"\x10\x04\x02"
"""Why are you off line? (DLE EOT 2)"""
ASK_PAPER = b"\x10\x04\x04"
"""How is the paper? (DLE EOT 4)"""
_FIXED, _FIXED_BITS = 0x93, 0x12
_COVER, _PAPER_STOP, _ERROR = 0x04, 0x20, 0x40
_NO_PAPER = 0x60


def answers_in(data: bytes) -> list[int]:
    """The answers among what came: printers may also tell things that nobody asked, with other fixed bits."""
    return [one for one in data if one & _FIXED == _FIXED_BITS]


def fault_of(cause: int, paper: int) -> Fault | None:
    """What keeps the printer from printing. An open cover hides the paper: it goes first."""
    if cause & _COVER:
        return Fault.COVER_OPEN
    if cause & _PAPER_STOP or paper & _NO_PAPER == _NO_PAPER:
        return Fault.PAPER_OUT
    return Fault.ERROR if cause & _ERROR else None
