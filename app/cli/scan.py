"""`doorcheck scan`: decide in this process, against the same database as the hub."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from app.bootstrap import Hub
from app.cli.common import Trouble, a_hub, find_station, say, settings_or_stop, start_logs
from app.domain.codes import clean
from app.domain.model import QR, RFID, Answer, Direction, Scan, ScanId, Station
from app.web.wire.scans import answered
from scanner import decoding


class Scheme(StrEnum):
    """As `Credential.scheme` says it."""

    QR = QR
    RFID = RFID


def scan(
    code: Annotated[list[str] | None, typer.Option(help="A code as it was read; may be given several times.")] = None,
    image: Annotated[list[Path] | None, typer.Option(help="A photo or screenshot with one or more QR codes.")] = None,
    video: Annotated[Path | None, typer.Option(help="A video file or stream in which codes are presented.")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read one code per line.")] = False,
    station: Annotated[str | None, typer.Option(help="Decide as this station.")] = None,
    heads: Annotated[int, typer.Option(help="People to let in with each code.", min=1, max=500)] = 1,
    direction: Annotated[Direction | None, typer.Option(help="Default: the station's.")] = None,
    scheme: Annotated[Scheme, typer.Option(help="What the codes are: qr, or rfid for wristbands.")] = Scheme.QR,
    language: Annotated[str, typer.Option(help="Language of the messages: en or es.")] = "en",
) -> None:
    """Scan codes and print one JSON line per scan. Exit status 1 when an image held no code.

    Example: [bold]doorcheck scan --image photo.jpg --station "Gate 1"[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    if not (code or image or video or stdin):
        raise Trouble("nothing to scan: give --code, --image, --video or --stdin")
    readings = Readings(code or [], image or [], video, stdin)
    with a_hub(settings) as hub:
        where = find_station(hub, station)
        for value in readings:
            answer = _decide(hub, where, value, heads, direction, scheme)
            line = msgspec.json.encode(answered(answer, language, settings.zone))
            sys.stdout.write(line.decode() + "\n")
            sys.stdout.flush()
    if readings.missed:
        raise typer.Exit(1)


def _decide(hub: Hub, station: Station, value: str, heads: int, direction: Direction | None, scheme: Scheme) -> Answer:
    scan = Scan(
        id=ScanId(secrets.token_hex(16)), code=clean(value) or "", at=hub.clock(), heads=heads, scheme=scheme.value,
        direction=direction or station.direction,
    )  # fmt: skip
    return hub.admit(scan, station)


class Readings:
    """Codes from wherever they come; `missed` counts sources that held none."""

    def __init__(self, codes: list[str], images: list[Path], video: Path | None, stdin: bool) -> None:
        self._codes = codes
        self._images = images
        self._video = video
        self._stdin = stdin
        self._decoder = decoding.Decoder()
        self.missed = 0

    def __iter__(self) -> Iterator[str]:
        yield from self._codes
        for path in self._images:
            yield from self._image(path)
        if self._video is not None:
            yield from self._film(self._video)
        if self._stdin:
            yield from (line.rstrip("\n") for line in sys.stdin)

    def _image(self, path: Path) -> list[str]:
        reading = decoding.decode_file(path, self._decoder)
        if not reading.codes:
            self.missed += 1
            say(f"doorcheck: {path}: {reading.error or 'there is no QR code in this picture'}")
        return [code.value for code in reading.codes]

    def _film(self, path: Path) -> Iterator[str]:
        try:
            for read in decoding.read_video(str(path), self._decoder):
                yield read.value
        except decoding.CannotOpenVideo as error:
            self.missed += 1
            say(f"doorcheck: {error}")
