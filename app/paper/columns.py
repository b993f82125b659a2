"""Text in columns of one width, as printers of receipts have them. Pure."""

from __future__ import annotations

import textwrap


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters; words that are longer are cut."""
    return textwrap.wrap(text, width, break_long_words=True, break_on_hyphens=False) or [""]


def row(label: str, value: str, width: int) -> list[str]:
    """The label from the left, the value at the right edge of its last line; a long value on lines of its own."""
    room = width - len(value) - 1
    if room < width // 3:
        return [*wrap(label, width), *(one.rjust(width) for one in wrap(value, width))]
    *above, last = wrap(label, room)
    return [*above, f"{last}{value.rjust(width - len(last))}"]
