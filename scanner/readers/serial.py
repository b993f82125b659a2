"""A serial gun: RS-232, USB with a serial chip, or a USB gun in its COM-port mode. 8 bits, no parity, 1 stop bit."""

from __future__ import annotations

import errno
from typing import Any

from scanner.readers import devices
from scanner.readers.contract import Condition
from scanner.readers.framing import PAUSE_S, Framer
from scanner.readers.reopening import CannotOpen, Reopening

BAUD = 9600


class SerialGun(Reopening):
    """`device`: a port such as /dev/ttyACM0, or `vendor:product[:serial]` as `--list-readers` shows it."""

    def __init__(
        self,
        device: str,
        *,
        baud: int = BAUD,
        prefix: str = "",
        suffix: str = "",
        pause_s: float = PAUSE_S,
        scheme: str = "qr",
    ) -> None:
        super().__init__(f"serial gun {device}", "serial", self._opened, Framer(prefix, suffix, pause_s), scheme)
        self._device = device
        self._baud = baud

    def _opened(self) -> _Port:
        path = devices.resolve_port(self._device)
        if path is None:
            raise CannotOpen(Condition.MISSING, f"{self.name} is not plugged in")
        return _Port(path, self._baud)


class _Port:
    """An open port, for us alone. What is no UTF-8 is read as Latin-1."""

    def __init__(self, path: str, baud: int) -> None:
        try:
            import serial  # noqa: PLC0415
        except ImportError:
            raise CannotOpen(Condition.MISSING, "serial guns need pyserial: pip install pyserial") from None
        try:
            self._port: Any = serial.Serial(path, baud, timeout=0, exclusive=True)
        except (OSError, ValueError) as error:
            raise _refused(path, error) from None

    def fileno(self) -> int:
        return int(self._port.fileno())

    def read(self) -> str:
        data = bytes(self._port.read(4096))
        if not data:
            raise OSError(errno.ENODEV, "readable, and nothing to read")
        try:
            return data.decode().replace("\x00", "")
        except UnicodeDecodeError:
            return data.decode("latin-1").replace("\x00", "")

    def close(self) -> None:
        self._port.close()


def _refused(path: str, error: OSError | ValueError) -> CannotOpen:
    number, words = getattr(error, "errno", None), str(error).lower()
    if number in {errno.EACCES, errno.EPERM}:
        return CannotOpen(Condition.LOCKED, f"serial gun {path} may not be read: add the user to the group dialout")
    if number in {errno.EBUSY, errno.EWOULDBLOCK} or "exclusively lock" in words:
        return CannotOpen(Condition.LOCKED, f"serial gun {path} is held by another program: end that")
    return CannotOpen(Condition.MISSING, f"serial gun {path} is not plugged in")
