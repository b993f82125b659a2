"""Documents as a page that stands alone: no script, nothing from elsewhere, for a small screen, the dark and paper."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from html import escape
from typing import Any

import segno

from app.ports.paper import Document, Heading, Line, PaperPage, Row, Rule, Text, Ticket

STYLE = """
:root { color-scheme: light dark; --ink: #16181b; --page: #fff; --faint: #5b6168; --edge: #c9cdd2 }
@media (prefers-color-scheme: dark) { :root { --ink: #f1f2f4; --page: #121417; --faint: #a9b0b8; --edge: #41474e } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.45 system-ui, sans-serif }
main { max-width: 26rem; margin: 0 auto; padding: 1.25rem 1rem 2.5rem; overflow-wrap: anywhere }
h1, h2 { margin: .1rem 0; text-align: center; line-height: 1.2 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem }
p { margin: .4rem 0 } .mid { text-align: center; color: var(--faint) }
hr { border: 0; border-top: 1px solid var(--edge); margin: .8rem 0 }
dl { margin: 0 } dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .12rem 0 }
dt { flex: 1 } dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; max-width: 65% }
.strong { font-weight: 700; font-size: 1.2rem }
figure { margin: 1rem 0; text-align: center; break-inside: avoid }
svg { display: block; width: min(15rem, 100%); height: auto; margin: .4rem auto; background: #fff;
  border-radius: .5rem }
figure b, figure code { display: block } code { font: .95rem ui-monospace, monospace; color: var(--faint) }
small { color: var(--faint); font-size: .95rem }
@media print {
  :root { color-scheme: light; --ink: #000; --page: #fff; --faint: #000; --edge: #000 }
  main { padding: 0 } svg { width: 40mm }
}
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
QUIET = 4


def page(document: Document, again_s: int = 0) -> PaperPage:
    """The page of a document; with `again_s` it asks for itself again after so many seconds."""
    again = f'<meta http-equiv="refresh" content="{again_s}">\n' if again_s else ""
    html = (
        f'<!doctype html>\n<html lang="{escape(document.language)}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n<meta name="referrer" content="no-referrer">\n'
        f"{again}<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n"
        f"<main>\n{''.join(_WRITERS[type(one)](one) for one in _gathered(document.lines))}</main>\n</html>\n"
    )
    return PaperPage(html=html, policy=POLICY)


def _gathered(lines: tuple[Line, ...]) -> list[Any]:
    """Rows that follow each other are one list."""
    made: list[Any] = []
    for one in lines:
        if isinstance(one, Row) and made and isinstance(made[-1], list):
            made[-1].append(one)
        else:
            made.append([one] if isinstance(one, Row) else one)
    return made


def _heading(one: Heading) -> str:
    level = "h1" if one.large else "h2"
    return f"<{level}>{escape(one.text)}</{level}>\n"


def _text(one: Text) -> str:
    return f"<p{' class=mid' if one.centred else ''}>{escape(one.text)}</p>\n"


def _rows(rows: list[Row]) -> str:
    made = (
        f"<div{' class=strong' if one.strong else ''}><dt>{escape(one.label)}</dt><dd>{escape(one.value)}</dd></div>\n"
        for one in rows
    )
    return f"<dl>\n{''.join(made)}</dl>\n"


def _rule(_one: Rule) -> str:
    return "<hr>\n"


def _ticket(one: Ticket) -> str:
    name = f"<b>{escape(one.name)}</b>" if one.name else ""
    return f"<figure><small>{escape(one.title)}</small>{_qr(one)}{name}<code>{escape(one.code)}</code></figure>\n"


def _qr(one: Ticket) -> str:
    """Dark on white also on a dark page: not every reader knows codes the other way round."""
    made = segno.make(one.code, micro=False, error="m")
    svg: str = made.svg_inline(border=QUIET, omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff")
    return svg.replace("<svg ", f'<svg role="img" aria-label="QR {escape(one.code)}" ', 1)


_WRITERS: dict[type, Callable[[Any], str]] = {
    Heading: _heading, Text: _text, list: _rows, Rule: _rule, Ticket: _ticket,
}  # fmt: skip
