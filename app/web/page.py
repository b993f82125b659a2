"""The scanner page, the kiosk's and the reports': files that are always asked for again, under a strict policy."""

from __future__ import annotations

import mimetypes
import os
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.web import beside
from app.web.parts import house
from app.web.problems import Problem

KIOSK = "/kiosk"
REPORTS = "/reports"

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("application/wasm", ".wasm")
mimetypes.add_type("text/javascript", ".js")

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""Nothing inline and nothing from elsewhere; `wasm-unsafe-eval` is for the reader of codes, which is ours too."""
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self)",
    "Referrer-Policy": "no-referrer",
    "Service-Worker-Allowed": "/",
}


NAMED = "/assets/"
"""Files whose names change with what is in them."""
FOR_EVER = "public, max-age=31536000, immutable"


class PageFiles(StaticFiles):
    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        if NAMED in Path(full_path).as_posix():
            response.headers["Cache-Control"] = FOR_EVER
        return response


def install(app: FastAPI, folder: Path | None) -> None:
    """The pages at `/`, `/reports` and `/kiosk`, their files under `/page`; one sentence where none is installed."""
    files = PageFiles(directory=folder) if folder is not None and (folder / "index.html").is_file() else None

    async def index(request: Request) -> Response:
        if files is None:
            raise Problem(404, "The scanner page is not installed with this hub.", slug="no-page")
        return await files.get_response("index.html", request.scope)

    async def reports(request: Request) -> Response:
        if files is None:
            raise Problem(404, "The page of reports is not installed with this hub.", slug="no-page")
        return await files.get_response("report/index.html", request.scope)

    async def kiosk(request: Request) -> Response:
        beside.only(request)
        if files is None or house(request).parts.kiosk is None:
            raise Problem(404, "No kiosk runs here: doorcheck kiosk starts one.", slug="no-kiosk")
        return await files.get_response("kiosk/index.html", request.scope)

    app.add_route("/", index, methods=["GET"], include_in_schema=False)
    app.add_route(REPORTS, reports, methods=["GET"], include_in_schema=False)
    app.add_route(KIOSK, kiosk, methods=["GET"], include_in_schema=False)
    if files is not None:
        app.mount("/page", files, name="page")
