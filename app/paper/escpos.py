"""A printer that speaks ESC/POS, at the other end of a network, a cable or a file, through python-escpos."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from app.paper.places import MUTE, Place, Way
from app.paper.status import ASK_CAUSE, ASK_PAPER, answers_in, fault_of
from app.paper.strip import known, render
from app.paper.words import fault
from app.ports.paper import Document, Fault, PrinterError

CONNECT_S = 1.2
ANSWER_S = 0.8
"""For how paper and cover are; with the time to connect it leaves some of the 3 s that staff wait."""
JOB_S = 30.0
"""For taking all of a document: a printer takes no more than it prints."""
LISTEN_S = 0.1
"""A serial line waits as long as it is told, also when the answer is there."""
AT_HAND = "is it switched on and plugged in?"


class EscposPrinter:
    """A printer that speaks ESC/POS. `profile` is python-escpos' name of a model, `width` the paper's in mm."""

    def __init__(self, place: Place, *, width: int = 80, copies: int = 1, profile: str = "default") -> None:
        self._place = place
        self._width = width
        self._copies = copies
        self._profile = profile

    def prepare(self) -> None:
        """Load python-escpos, which takes a second or two on a small machine."""
        with suppress(PrinterError):
            known(self._profile)
            _opener(Way.DUMMY)(self._place)

    def check(self) -> None:
        """Is it there, with paper and a closed cover? Raises `PrinterError`."""
        known(self._profile)
        with self._line() as line:
            self._look(line, ANSWER_S, Fault.SILENT)

    def print(self, document: Document) -> None:
        """Give it all of a document. Raises `PrinterError`; what says that a part may be printed means it."""
        data = render(document, self._width, self._profile) * self._copies
        with self._line() as line:
            self._look(line, ANSWER_S, Fault.SILENT)
            _send(line, data)
            self._look(line, JOB_S, Fault.STUCK)

    @contextmanager
    def _line(self) -> Iterator[Any]:
        line = _opener(self._place.way)(self._place)
        try:
            try:
                line.open()
            except Exception as error:  # each way fails in its own way
                raise _closed(self._place, error) from None
            yield line
        finally:
            with suppress(Exception):
                line.close()

    def _look(self, line: Any, seconds: float, silent: Fault) -> None:
        """Ask how it is, where it answers: by then it has taken what it was sent before."""
        if not self._place.answers:
            return
        first = silent is Fault.SILENT
        try:
            cause, paper = (_ask(line, one, seconds) for one in (ASK_CAUSE, ASK_PAPER))
        except TimeoutError:
            raise fault(silent, f"switch it off and on; if it never answers, add {MUTE}" if first else "") from None
        except OSError:
            raise fault(Fault.SILENT if first else Fault.BROKE_OFF) from None
        if (why := fault_of(cause, paper)) is not None:
            raise fault(why)


def _send(line: Any, data: bytes) -> None:
    _patience(line, JOB_S)
    try:
        line._raw(data)
    except OSError as error:
        raise fault(Fault.STUCK if _late(error) else Fault.BROKE_OFF) from None


def _ask(line: Any, question: bytes, seconds: float) -> int:
    """One answer. Raises TimeoutError when none comes, OSError when the line is gone."""
    until = time.monotonic() + seconds
    _patience(line, seconds)
    line._raw(question)
    while (left := until - time.monotonic()) > 0:
        _patience(line, min(left, LISTEN_S))
        if answers := answers_in(_heard(line)):
            return answers[-1]
    raise TimeoutError


def _heard(line: Any) -> bytes:
    """What came within its patience. Raises OSError when the line is gone."""
    try:
        heard = bytes(line._read())
    except OSError as error:
        if _late(error):
            return b""
        raise
    if not heard and hasattr(line.device, "recv"):
        raise ConnectionResetError
    return heard


def _late(error: OSError) -> bool:
    """Did time run out? Serial lines and USB have errors of their own for it."""
    return isinstance(error, TimeoutError) or "Timeout" in type(error).__name__


def _patience(line: Any, seconds: float) -> None:
    """How long the next read and write may take: each way has its own words for it."""
    device = line.device
    if hasattr(device, "settimeout"):
        device.settimeout(seconds)
    elif hasattr(device, "write_timeout"):
        device.timeout = device.write_timeout = seconds
    elif hasattr(device, "default_timeout"):
        device.default_timeout = line.timeout = int(seconds * 1000)


def _network(place: Place) -> Any:
    from escpos.printer import Network  # noqa: PLC0415

    return Network(place.target, place.number, timeout=CONNECT_S)


def _usb(place: Place) -> Any:
    if importlib.util.find_spec("usb") is None:
        raise fault(Fault.UNUSABLE, "pip install 'doorcheck[usb]', or use file:/dev/usb/lp0")
    from escpos.printer import Usb  # noqa: PLC0415

    return Usb(*place.usb)


def _serial(place: Place) -> Any:
    from escpos.printer import Serial  # noqa: PLC0415

    return Serial(place.target, baudrate=place.number)


def _file(place: Place) -> Any:
    if place.target.startswith("/dev/") and not os.path.exists(place.target):
        raise fault(Fault.UNREACHABLE, AT_HAND)  # to open it would make a file of that name
    from escpos.printer import File  # noqa: PLC0415

    return File(place.target)


def _nowhere(_place: Place) -> Any:
    from escpos.printer import Dummy  # noqa: PLC0415

    dummy = Dummy()
    dummy.open = lambda: None
    return dummy


def _opener(way: Way) -> Callable[[Place], Any]:
    return {Way.TCP: _network, Way.USB: _usb, Way.SERIAL: _serial, Way.FILE: _file, Way.DUMMY: _nowhere}[way]


def _closed(place: Place, error: Exception) -> PrinterError:
    """Why there is no line to it. python-escpos wraps the cause: who may not is told another cure."""
    cause = error.__context__ or error
    if isinstance(cause, PermissionError) or getattr(cause, "errno", None) == 13:
        group = "dialout" if place.way is Way.SERIAL else "lp"
        return fault(Fault.UNUSABLE, f"add the user to the group {group}")
    if type(cause).__name__ == "NoBackendError":
        return fault(Fault.UNUSABLE, "apt-get install libusb-1.0-0, or use file:/dev/usb/lp0")
    if place.way is Way.TCP:
        return fault(Fault.UNREACHABLE)
    return fault(Fault.UNREACHABLE, AT_HAND)
