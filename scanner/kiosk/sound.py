"""The sounds of the verdicts through ALSA, for machines whose speaker is not the browser's.

`aplay` (Debian's alsa-utils) plays them: one process a sound, so that a driver that hangs holds up nobody.
"""

from __future__ import annotations

import array
import io
import math
import subprocess
import threading
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from scanner.kiosk.frame import Look

RATE = 48_000
LONGEST_S = 3.0
_EDGE_S = 0.008
"""Without soft edges each tone begins and ends with a crack."""


@dataclass(frozen=True, slots=True)
class Tone:
    """Hertz and milliseconds, then `gap` milliseconds of silence."""

    hz: float
    ms: int
    gap: int = 40
    buzz: bool = False


_TICK = Tone(1500, 25, gap=110)
TONES: Mapping[Look, Sequence[Tone]] = {
    Look.ADMIT: (Tone(660, 90), Tone(880, 130)),
    Look.ALREADY: (Tone(660, 130), Tone(440, 170)),
    Look.REFUSE: (Tone(180, 400, buzz=True),),
    Look.ASK: (Tone(587, 100), Tone(587, 100), Tone(587, 100)),
    Look.TROUBLE: (Tone(90, 14),),
    Look.UNDO: (Tone(90, 14),),
}
"""The same as the scanner page's (scanner/page/looks.js)."""


@lru_cache(maxsize=32)
def wav(look: Look, ticks: int, volume: int) -> bytes:
    """A sound as a WAV file: 16 bits, mono, 48 kHz; `volume` 0 to 100; `ticks` behind it, one per head left."""
    tones = (*TONES[look], *(_TICK for _ in range(ticks)))
    samples = array.array("h")
    for tone in tones:
        samples.extend(_samples(tone, volume / 100 * 0.7))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def _samples(tone: Tone, level: float) -> list[int]:
    count, edge = RATE * tone.ms // 1000, min(RATE * _EDGE_S, RATE * tone.ms / 4000)
    sounding = [
        round(32_767 * level * min(1.0, at / edge, (count - at) / edge) * _wave(tone, at / RATE)) for at in range(count)
    ]
    return sounding + [0] * (RATE * tone.gap // 1000)


def _wave(tone: Tone, seconds: float) -> float:
    phase = tone.hz * seconds
    return 2 * (phase % 1) - 1 if tone.buzz else math.sin(2 * math.pi * phase)


class Sound:
    """Plays what it is told, the newest first: a sound that still plays is cut. Never waits, never fails.

    `problem` is one sentence for people when nothing can be heard.
    """

    def __init__(self, device: str = "default", volume: int = 80) -> None:
        self._device = device
        self._volume = volume
        self._next: tuple[Look, int] | Literal["end"] | None = None
        self._bell = threading.Condition()
        self._playing: subprocess.Popen[bytes] | None = None
        self.problem = ""
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    def play(self, look: Look, ticks: int = 0) -> None:
        with self._bell:
            if self._next != "end":
                self._next = (look, ticks)
            self._cut()
            self._bell.notify()

    def close(self) -> None:
        with self._bell:
            self._next = "end"
            self._cut()
            self._bell.notify()
        self._thread.join(timeout=5)

    def _cut(self) -> None:
        if self._playing is not None:
            self._playing.kill()

    def _run(self) -> None:
        while (wanted := self._wait()) != "end":
            self._play(wav(wanted[0], wanted[1], self._volume))

    def _wait(self) -> tuple[Look, int] | Literal["end"]:
        with self._bell:
            self._bell.wait_for(lambda: self._next is not None)
            wanted = self._next
            if wanted is None:
                raise AssertionError("woken for nothing")
            if wanted != "end":
                self._next = None
            return wanted

    def _play(self, data: bytes) -> None:
        command = ["aplay", "-q", "-D", self._device, "-"]
        try:
            with self._bell:
                self._playing = subprocess.Popen(  # noqa: S603
                    command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
                )
            _, told = self._playing.communicate(data, timeout=LONGEST_S)
            if self._playing.returncode > 0:
                last = told.decode(errors="replace").strip().splitlines()[-1:]
                self.problem = f"no sound from {self._device}: {' '.join(last) or 'aplay failed'}"
            elif self._playing.returncode == 0:
                self.problem = ""
        except FileNotFoundError:
            self.problem = "no sound: aplay is missing; apt-get install alsa-utils"
        except subprocess.TimeoutExpired:
            self._cut()
            self.problem = f"no sound from {self._device}: it does not take any"
        except OSError as error:
            self.problem = f"no sound from {self._device}: {error.strerror}"
        finally:
            self._reap()

    def _reap(self) -> None:
        with self._bell:
            playing, self._playing = self._playing, None
        if playing is not None:
            playing.kill()
            playing.wait()
