"""A USB gun, read as a Linux input device: below the browser and the system's own keyboard, and for itself alone.

EVIOCGRAB (linux/input.h: `_IOW('E', 0x90, int)`) keeps what the gun types from every other program. Who may open
/dev/input is a matter of a group (`input`) and of the udev rule in deploy/kiosk.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

from scanner.readers import devices
from scanner.readers.contract import Condition
from scanner.readers.framing import PAUSE_S, Framer
from scanner.readers.keys import EVENT, Keys
from scanner.readers.reopening import CannotOpen, Reopening

EVIOCGRAB = 0x40044590
_CHUNK = EVENT.size * 64


class HidGun(Reopening):
    """`device`: a path, such as /dev/input/by-id/usb-..., or `vendor:product[:serial]` as `--list-readers` shows it.

    `layout` is the country that the gun is set to. A pipe in the place of a device is read in the same way. A pause
    is measured when the events are read: guns that are slower than that pause would be split in any case.
    """

    def __init__(
        self,
        device: str,
        *,
        layout: str = "us",
        prefix: str = "",
        suffix: str = "",
        pause_s: float = PAUSE_S,
        grab: bool = True,
        scheme: str = "qr",
    ) -> None:
        super().__init__(f"gun {device}", "gun", self._opened, Framer(prefix, suffix, pause_s), scheme)
        self._device = device
        self._layout = layout
        self._grab = grab

    def _opened(self) -> _InputDevice:
        path = devices.resolve(self._device)
        if path is None:
            raise CannotOpen(Condition.MISSING, f"{self.name} is not plugged in")
        return _InputDevice(path, Keys(self._layout), self._grab)


class _InputDevice:
    """An open input device, grabbed."""

    def __init__(self, path: Path, keys: Keys, grab: bool) -> None:
        self._keys = keys
        self._fd = _open(path)
        try:
            if grab and stat.S_ISCHR(os.fstat(self._fd).st_mode):
                fcntl.ioctl(self._fd, EVIOCGRAB, 1)
        except OSError as error:
            os.close(self._fd)
            raise _refused(path, error) from None

    def fileno(self) -> int:
        return self._fd

    def read(self) -> str:
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return ""
        if not data:
            raise OSError(errno.ENODEV, "the other end is gone")
        return self._keys.feed(data)

    def close(self) -> None:
        os.close(self._fd)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _refused(path, error) from None


def _refused(path: Path, error: OSError | ValueError) -> CannotOpen:
    number = getattr(error, "errno", None)
    if number in {errno.EACCES, errno.EPERM}:
        cure = "add the user to the group input, or install the udev rule of deploy/kiosk"
        return CannotOpen(Condition.LOCKED, f"gun {path} may not be read: {cure}")
    if number == errno.EBUSY:
        return CannotOpen(Condition.LOCKED, f"gun {path} is held by another program: end that")
    return CannotOpen(Condition.MISSING, f"gun {path} is not plugged in")
