"""The pictures of docs/kiosk.md: `python -m tests.browser.kiosk_pictures` draws them anew."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.kiosk_stand import a_stand
from tests.browser.kiosk_states import OTHERS, VERDICTS, encoded, frame
from tests.browser.pictures import IMAGES, save
from tests.scanner.readers.film import EVENING, film, jpeg

FOLDER = IMAGES / "kiosk"
WIDE: ViewportSize = {"width": 1024, "height": 600}
TALL = 1200
HIGH: ViewportSize = {"width": 1080, "height": 1920}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with a_stand() as stand, sync_playwright() as playwright:
        stand.own.picture = jpeg(film(EVENING[:1])[14])
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport=WIDE, reduced_motion="reduce")
        page.goto(f"{stand.url}/kiosk")
        for name in (*OTHERS, *VERDICTS):
            stand.own.shows(encoded(frame(name)))
            _keep(page, name)
        for name in ("admit", "choices"):
            stand.own.shows(encoded(frame(name, layout="staffed")))
            _keep(page, f"staffed-{name}")
        page.set_viewport_size(HIGH)
        for name in ("ready-camera", "party"):
            stand.own.shows(encoded(frame(name, "es")))
            _keep(page, f"portrait-{name}")
        browser.close()


def _keep(page: Page, name: str) -> None:
    page.wait_for_timeout(2000 if "camera" in name else 600)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if picture.height > TALL:
        picture = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
    save(picture, FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
