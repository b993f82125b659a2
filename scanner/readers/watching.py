"""What a camera's view tells: has anything changed, and which code is being presented. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scanner.video import ONE_PRESENTATION

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scanner.decoding import Decoded
    from scanner.engines import Frame

    Sample = NDArray[np.int16]

LOOK_ANYWAY_S = 1.0
"""A view in which nothing moves is looked at so often all the same: something may have been put down gently."""
AFTER_CHANGE_S = 1.2
"""After a change every frame is looked at for so long: the code comes to rest after the hand."""
STEP = 8
"""Pixels between two samples: a code that can be read is a good deal larger."""
CALM = 4.0
"""Grey levels that a sample may move in light that is steady."""
SPREAD = 4.0
"""Times its own usual restlessness (a camera's noise) that a sample has to move to have changed."""
FEW = 6
"""Samples that must have changed: the smallest code that can be read covers some dozens."""
HISTORY = 12


class ChangeGate:
    """Is a frame worth looking at? Compares a coarse sample of it with the frames before."""

    def __init__(self) -> None:
        self._before: Sample | None = None
        self._restless: deque[float] = deque(maxlen=HISTORY)
        self._open_until = -1.0
        self._looked_at = -LOOK_ANYWAY_S

    def opens(self, frame: Frame, now: float) -> bool:
        """`frame` is grey or BGR; `now` in seconds."""
        import numpy as np  # noqa: PLC0415

        grey = frame[:, :, 1] if frame.ndim == 3 else frame
        sample = grey[STEP // 2 :: STEP, STEP // 2 :: STEP].astype(np.int16)
        before, self._before = self._before, sample
        if before is None or before.shape != sample.shape or self._changed(sample - before):
            self._open_until = now + AFTER_CHANGE_S
        if now < self._open_until or now - self._looked_at >= LOOK_ANYWAY_S:
            self._looked_at = now
            return True
        return False

    def keep_open(self, now: float) -> None:
        """Something was read: look on while it is there."""
        self._open_until = now + AFTER_CHANGE_S

    def _changed(self, moved: Sample) -> bool:
        """An exposure that drifts moves all samples alike, so that counts for nothing; noise makes itself known."""
        import numpy as np  # noqa: PLC0415

        away = np.abs(moved - np.median(moved))
        usual = min(self._restless, default=0.0)
        self._restless.append(float(np.percentile(away, 75)))
        return int(np.count_nonzero(away > max(CALM, SPREAD * usual) + CALM)) >= FEW


NEARLY = 0.12
"""Codes whose distances from the middle differ by less (in short sides of the view) are equally near."""
SETTLED = 3
"""Looks for which another code must be the nearest while the one taken before is still in view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A code that somebody holds up, and others that are equally near."""

    value: str
    rivals: tuple[str, ...] = ()


@dataclass(slots=True)
class Presentations:
    """One presentation is one reading, however long the code stays and however often it is lost from sight.

    The code nearest the middle is meant. Another one that stays in view, or a poster at the edge, is taken only once
    it has been the nearest for a moment. Codes that are equally near are told together, and the same set only once.
    """

    _told: dict[str, float] = field(default_factory=dict)
    _candidate: str = ""
    _looks: int = 0
    _asked: frozenset[str] = frozenset()

    def look(self, codes: Sequence[Decoded], size: tuple[int, int], now: float) -> Presented | None:
        """What this look at a view of `size` (width, height) begins; None when it is nothing new."""
        present = {code.value for code in codes}
        self._forget(now)
        others = any(value in self._told for value in present)
        for value in present & self._told.keys():
            self._told[value] = now  # from the last sight: a phone held up for ten seconds is one presentation
        nearest = _nearest(codes, size)
        if not nearest:
            return None
        value, *rivals = nearest
        if rivals:
            return self._among(value, tuple(rivals), now)
        self._asked = frozenset()
        self._count(value)
        if value in self._told or (others and self._looks < SETTLED):
            return None
        self._told[value] = now
        return Presented(value=value)

    def _among(self, value: str, rivals: tuple[str, ...], now: float) -> Presented | None:
        """Two at once may be one that is just leaving: asked only when neither was taken, after a moment."""
        together = frozenset((value, *rivals))
        if any(one in self._told for one in together):
            return None
        self._count("\n".join(sorted(together)))
        if self._looks < SETTLED or together == self._asked:
            return None
        self._asked = together
        return Presented(value=value, rivals=rivals)

    def _count(self, candidate: str) -> None:
        self._looks = self._looks + 1 if candidate == self._candidate else 1
        self._candidate = candidate

    def _forget(self, now: float) -> None:
        for value in [value for value, at in self._told.items() if now - at > ONE_PRESENTATION]:
            del self._told[value]


def _nearest(codes: Sequence[Decoded], size: tuple[int, int]) -> list[str]:
    """The code nearest the middle, then those that are equally near; each value once."""
    width, height = size
    distances: dict[str, float] = {}
    for code in codes:
        away = ((code.centre[0] - width / 2) ** 2 + (code.centre[1] - height / 2) ** 2) ** 0.5
        distances[code.value] = min(away, distances.get(code.value, away))
    order = sorted(distances, key=lambda value: distances[value])
    if not order:
        return []
    limit = distances[order[0]] + NEARLY * min(width, height)
    return [order[0], *(value for value in order[1:] if distances[value] <= limit)]
