"""Characters as they arrive -> raw codes: ended by Enter, Tab or a pause, without the gun's own prefix and suffix."""

from __future__ import annotations

from scanner.readers.contract import LONGEST

ENDS = frozenset("\r\n\t")
PAUSE_S = 0.08
"""Silence that ends a code of a gun that sends neither Enter nor Tab."""
PATIENT_S = 1.0
"""The same for a gun that sends one, or was not heard yet: a hiccup, or a busy machine, must not split its code."""


class Framer:
    """One gun's codes. Seconds are monotonic and the caller's; a pause counts from the last character.

    Control characters other than the ends stay in the code: the station's cleaning knows what they mean. A single
    character that only a pause ended is a key that somebody touched, and no code.
    """

    def __init__(
        self, prefix: str = "", suffix: str = "", pause_s: float = PAUSE_S, patient_s: float = PATIENT_S
    ) -> None:
        self._prefix = prefix
        self._suffix = suffix
        self._pause_s = pause_s
        self._patient_s = max(pause_s, patient_s)
        self._letters: list[str] = []
        self._last = 0.0
        self._sends_ends = True  # until a code ends without

    @property
    def due(self) -> float | None:
        """When the code that has begun ends by itself; None when none has."""
        if not self._letters:
            return None
        return self._last + (self._patient_s if self._sends_ends else self._pause_s)

    def feed(self, text: str, now: float) -> list[str]:
        """The codes that these characters complete."""
        codes = self.wait(now)
        for letter in text:
            if letter in ENDS:
                self._sends_ends = self._sends_ends or bool(self._letters)
                codes += self._end()
            elif len(self._letters) < LONGEST:  # the rest of an endless one is counted as seen and not kept
                self._letters.append(letter)
            self._last = now
        return codes

    def wait(self, now: float) -> list[str]:
        """The code that a pause has ended, if one has."""
        due = self.due
        if due is None or now < due:
            return []
        if len(self._letters) == 1:
            self.drop()
        else:
            self._sends_ends = False
        return self._end()

    def drop(self) -> None:
        """Forget the code that has begun: the rest of it will not come."""
        self._letters.clear()

    def _end(self) -> list[str]:
        raw = "".join(self._letters)
        self.drop()
        code = raw.removeprefix(self._prefix).removesuffix(self._suffix)
        return [code] if code else []
