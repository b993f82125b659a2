"""Files that other programs hold open, save over and take away.

What goes wrong is a busy `ProviderError` whose words name the file, never its folder. Writing is all or nothing.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from app.domain.outbox import AnswerKind
from app.ports import ProviderError

_MEGABYTE = 1024 * 1024
_WORDS = {
    errno.EACCES: "may not be opened (is it open in another program?)",
    errno.EPERM: "may not be changed",
    errno.ENOSPC: "finds no room: the disk is full",
    errno.EDQUOT: "finds no room: the disk is full",
    errno.EROFS: "is on a disk that can't be written",
    errno.ENOENT: "has lost its folder",
    errno.EISDIR: "is a folder",
}


@dataclass(frozen=True, slots=True)
class State:
    """What tells without reading that a file is as it was. `changed` is by the machine's clock, in nanoseconds."""

    size: int
    changed: int
    touched: int
    number: int


def busy(path: Path, words: str) -> ProviderError:
    return ProviderError(AnswerKind.BUSY, f"{path.name} {words}")


def trouble(path: Path, error: OSError) -> ProviderError:
    """A failure of the disk in words."""
    return busy(path, _WORDS.get(error.errno or 0, f"can't be used: {error.strerror or type(error).__name__}"))


def state(path: Path) -> State | None:
    """How a file is now; None when it is not there."""
    try:
        return _state(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise trouble(path, error) from None


def read(path: Path, most: int) -> tuple[bytes, State]:
    """All of a file that nobody changed meanwhile, and how it is. A file of more than `most` bytes is broken."""
    try:
        with path.open("rb") as file:
            before = _state(os.fstat(file.fileno()))
            if before.size > most:
                words = f"{path.name} has {before.size // _MEGABYTE} MB; {most // _MEGABYTE} MB at most are read"
                raise ProviderError(AnswerKind.BROKEN, words)
            data = file.read(most)
            after = _state(os.fstat(file.fileno()))  # of what we have read, be there another one in its place by now
    except (FileNotFoundError, NotADirectoryError):
        raise busy(path, "is not there") from None
    except OSError as error:
        raise trouble(path, error) from None
    if (after.size, after.changed, len(data)) != (before.size, before.changed, before.size):
        raise busy(path, "is just being written")
    return data, before


def check_unlocked(path: Path) -> None:
    """Does another program hold the file? On a share that knows no locks nobody can tell."""
    try:
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(file, fcntl.LOCK_UN)
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return
    except BlockingIOError:
        raise busy(path, "is open in another program") from None
    except OSError as error:
        if error.errno not in {errno.ENOLCK, errno.EOPNOTSUPP}:
            raise trouble(path, error) from None


def check_folder(path: Path) -> None:
    """May a file be put beside it?"""
    if not os.access(path.resolve().parent, os.W_OK | os.X_OK):
        raise busy(path, "is in a folder that may not be written, or that is not there")


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of the file: after a power cut it is the old one or the new one. Raises OSError."""
    target = path.resolve()
    draft = target.with_name(f".{target.name}.writing")
    try:
        _write(draft, data, "wb")
        if target.exists():
            shutil.copymode(target, draft)
        os.replace(draft, target)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(target.parent)


def keep_aside(path: Path, data: bytes, stamp: str) -> None:
    """Keep `data` beside the file under a name of its own. Raises OSError."""
    target = path.resolve()
    for again in range(1, 1000):
        name = f"{target.stem}.damaged-{stamp}{f'-{again}' if again > 1 else ''}{target.suffix}"
        with contextlib.suppress(FileExistsError):
            _write(target.with_name(name), data, "xb")
            _sync_folder(target.parent)
            return
    raise OSError(errno.EEXIST, "too many damaged files")


def _write(path: Path, data: bytes, mode: str) -> None:
    with path.open(mode) as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(folder: Path) -> None:
    """The new name itself must outlive a power cut; some file systems can't promise it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _state(seen: os.stat_result) -> State:
    return State(size=seen.st_size, changed=seen.st_mtime_ns, touched=seen.st_ctime_ns, number=seen.st_ino)
