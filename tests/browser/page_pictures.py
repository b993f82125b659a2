"""The pictures of docs/page.md, from those that the tests kept: `python -m tests.browser.page_pictures`."""

from __future__ import annotations

from PIL import Image

from tests.browser.pictures import IMAGES, save
from tests.browser.test_screens import PICTURES

ROWS = {
    "verdicts": ("admit", "admit-party", "already-in", "refuse", "ask", "trouble"),
    "without-the-hub": ("cut-off", "conflict", "history"),
    "at-the-door": ("camera", "search", "more"),
    "selling": ("sell-rates", "sell-vip", "sold", "payment", "till-report"),
    "at-the-bar": ("bar-served", "bar-none-left", "bar-not-included", "rights", "one-platform-down"),
}
GAP = 24


def main() -> None:
    folder = IMAGES / "page"
    folder.mkdir(parents=True, exist_ok=True)
    for name, screens in ROWS.items():
        save(side_by_side([Image.open(PICTURES / f"{one}-en.png") for one in screens]), folder / f"{name}.png")


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    width, height = pictures[0].size
    row = Image.new("RGB", (len(pictures) * (width + GAP) - GAP, height), "white")
    for at, picture in enumerate(pictures):
        row.paste(picture, (at * (width + GAP), 0))
    return row


if __name__ == "__main__":
    main()
