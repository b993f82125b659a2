"""The sounds themselves, and that they never hold anybody up."""

from __future__ import annotations

import io
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from scanner.kiosk.frame import Look
from scanner.kiosk.sound import RATE, TONES, Sound, wav


def samples(data: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float)


def strongest(part: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 17))
    return float(np.fft.rfftfreq(1 << 17, 1 / RATE)[spectrum.argmax()])


@pytest.mark.parametrize("look", list(Look))
def test_each_verdict_has_its_tones(look: Look) -> None:
    heard, at = samples(wav(look, 0, 80)), 0
    for tone in TONES[look]:
        part = heard[at : at + RATE * tone.ms // 1000]
        if tone.ms >= 50:
            assert strongest(part) == pytest.approx(tone.hz, rel=0.03)
        assert abs(part[0]) < 500, "it begins without a crack"
        at += RATE * (tone.ms + tone.gap) // 1000
    assert at == len(heard)


def test_ticks_come_behind_and_volume_is_heard() -> None:
    plain, ticking = samples(wav(Look.ADMIT, 0, 80)), samples(wav(Look.ADMIT, 3, 80))
    assert len(ticking) > len(plain)
    assert np.abs(samples(wav(Look.ADMIT, 0, 40))).max() == pytest.approx(np.abs(plain).max() / 2, rel=0.02)
    assert np.abs(samples(wav(Look.ADMIT, 0, 0))).max() == 0


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `aplay` that keeps what it was given."""
    program = tmp_path / "bin" / "aplay"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nf=$(mktemp {tmp_path}/heard.XXXXXX)\ncat > $f\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return tmp_path


def wait_for(true: object) -> None:
    until = time.monotonic() + 10
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.01)


def test_alsa_is_given_the_sound(speaker: Path) -> None:
    sound = Sound("plughw:1", 60)
    sound.play(Look.REFUSE)
    expected = wav(Look.REFUSE, 0, 60)
    wait_for(lambda: [one.read_bytes() for one in speaker.glob("heard.*")] == [expected])
    wait_for(lambda: sound._playing is None)
    sound.close()
    assert (speaker / "asked").read_text().strip() == "-q -D plughw:1 -"
    assert sound.problem == ""


def test_the_newest_cuts_what_is_playing(speaker: Path) -> None:
    program = speaker / "bin" / "aplay"
    program.write_text(f"#!/bin/sh\necho began >> {speaker}/asked\nexec sleep 60\n")
    sound = Sound()
    sound.play(Look.REFUSE)
    wait_for((speaker / "asked").exists)
    sound.play(Look.ADMIT)
    wait_for(lambda: (speaker / "asked").read_text().count("began") == 2)
    sound.close()
    assert not sound._thread.is_alive()


@pytest.mark.parametrize(
    ("script", "words"),
    [(None, "apt-get install alsa-utils"), ("#!/bin/sh\necho 'no such device' >&2\nexit 1\n", "no such device")],
)
def test_a_machine_without_sound_says_so_and_goes_on(
    script: str | None, words: str, speaker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = speaker / "bin" / "aplay"
    if script is None:
        program.unlink()
        monkeypatch.setenv("PATH", str(program.parent))
    else:
        program.write_text(script)
    sound = Sound()
    sound.play(Look.ADMIT)
    wait_for(lambda: words in sound.problem)
    sound.play(Look.ASK)
    sound.close()
