"""What a venue can set about its kiosk: `[kiosk]` in `doorcheck.toml`, and the guns it was taught."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

LEARNED_FILE = "readers.toml"
"""In the data folder: the guns that `doorcheck kiosk --learn` bound."""

Layout = Literal["us", "es", "fr", "de", "it", "pt"]
Scheme = Literal["qr", "rfid"]
"""What a reader reads: codes, or the ids of wristbands and cards."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _AnyReader(_Section):
    station: str = ""
    """The station it reads for; the kiosk's own when empty."""


class CameraSettings(_AnyReader):
    """`device`: a number or path of a camera, a file, a pattern like `f%03d.png`, or the address of a stream."""

    kind: Literal["camera"]
    device: str = "/dev/video0"
    width: int | None = Field(default=None, ge=160, le=4096)
    height: int | None = Field(default=None, ge=120, le=4096)
    fps: float | None = Field(default=None, gt=0, le=120)
    exposure: float | None = None
    rotation: Literal[0, 90, 180, 270] = 0
    mirror: bool = True
    backend: Literal["opencv", "picamera2"] = "opencv"
    loop: bool = False


class GunSettings(_AnyReader):
    """A USB gun, by path (`/dev/input/by-id/...`) or `vendor:product[:serial]`. `layout` is the gun's own setting."""

    kind: Literal["gun"]
    device: str = Field(min_length=1)
    scheme: Scheme = "qr"
    layout: Layout = "us"
    prefix: str = ""
    suffix: str = ""
    pause_ms: int = Field(default=80, ge=10, le=2000)


class SerialSettings(_AnyReader):
    kind: Literal["serial"]
    device: str = Field(min_length=1)
    scheme: Scheme = "qr"
    baud: int = Field(default=9600, ge=300, le=4_000_000)
    prefix: str = ""
    suffix: str = ""
    pause_ms: int = Field(default=80, ge=10, le=2000)


class KeyboardSettings(_AnyReader):
    """One code a line from standard input."""

    kind: Literal["keyboard"]


ReaderSettings = Annotated[
    CameraSettings | GunSettings | SerialSettings | KeyboardSettings, Field(discriminator="kind")
]
_READERS: TypeAdapter[tuple[ReaderSettings, ...]] = TypeAdapter(tuple[ReaderSettings, ...])


class PanelSettings(_Section):
    """Lamps, buzzer and turnstile relay on GPIO pins (BCM numbers); an output without a pin is not there."""

    green: int | None = Field(default=None, ge=0, le=27)
    amber: int | None = Field(default=None, ge=0, le=27)
    red: int | None = Field(default=None, ge=0, le=27)
    buzzer: int | None = Field(default=None, ge=0, le=27)
    relay: int | None = Field(default=None, ge=0, le=27)
    relay_pulse_ms: int = Field(default=500, ge=50, le=10_000)
    relay_per_head: bool = True
    active_low: tuple[Literal["green", "amber", "red", "buzzer", "relay"], ...] = ()
    simulated: bool = False
    """Draw the panel on the page instead: for rehearsals."""

    @property
    def wired(self) -> bool:
        return any(pin is not None for pin in (self.green, self.amber, self.red, self.buzzer, self.relay))


class KioskSettings(_Section):
    """How the kiosk is set up. Times in the unit that their name says."""

    station: str = "Kiosk"
    layout: Literal["self", "staffed"] = "self"
    language: Literal["en", "es"] = "en"
    names: Literal["short", "full", "none"] = "short"
    """What of a guest's name is shown: `short` is the first name and the surname's initial."""
    contact: str = Field(default="", max_length=80)
    """Whom to call when the kiosk is out of order."""
    arrow: Literal["down", "up", "left", "right", "none"] = "down"
    saver_minutes: float = Field(default=10, ge=0)
    """Minutes without a guest after which the screen rests; 0: never."""
    sound: Literal["page", "alsa", "both", "off"] = "page"
    alsa_device: str = "default"
    volume: int = Field(default=80, ge=0, le=100)
    readers: tuple[ReaderSettings, ...] = ()
    panel: PanelSettings = PanelSettings()


class DamagedReaders(Exception):
    """The file of learned guns can't be read; the message is one line that names it."""


def learned_readers(data_dir: Path) -> tuple[ReaderSettings, ...]:
    """The guns bound with `--learn`. Raises `DamagedReaders`."""
    file = data_dir / LEARNED_FILE
    try:
        return _READERS.validate_python(tomllib.loads(file.read_text(encoding="utf-8")).get("readers", []))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, ValidationError):
        raise DamagedReaders(f"{file}: can't be read; remove it and run doorcheck kiosk --learn again") from None


def learn_reader(data_dir: Path, gun: GunSettings) -> None:
    """Bind a gun to its station; what was known of the same gun is replaced. Survives a power cut at any moment."""
    kept = [one for one in learned_readers(data_dir) if getattr(one, "device", None) != gun.device]
    file = data_dir / LEARNED_FILE
    lines = ["# Written by `doorcheck kiosk --learn`."]
    for one in (*kept, gun):
        lines += ["", "[[readers]]", *_assignments(one.model_dump(exclude_defaults=True) | {"kind": one.kind})]
    data_dir.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def _assignments(values: dict[str, Any]) -> list[str]:
    """TOML's basic strings, numbers and booleans are JSON's."""
    return [f"{name} = {json.dumps(value)}" for name, value in values.items()]
