"""What axe-core says of a page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe, AxeResults
from playwright.sync_api import Page

ASKED = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
"""All rules that axe-core asks by itself (WCAG A and AA, best practice), and the size of what is touched (WCAG 2.2)."""


def violations(page: Page) -> str:
    """As a report; "" when there are none. The script goes into a document once, however often it is asked."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    answer: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", ASKED)
    found = AxeResults(answer)
    return found.generate_report() if answer["violations"] else ""
