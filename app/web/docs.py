"""The interface, described: OpenAPI for programs, and a page for people that needs nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.responses import HTMLResponse, Response

from app.web.front import API, OPEN
from app.web.problems import MEDIA_TYPE
from app.web.wire.common import Problem

Schema = dict[str, Any]

REF = "#/components/schemas/"
SUMMARY = "Door check-in that keeps working when the internet does not."
DESCRIPTION = """\
Every call carries the token of a station: `Authorization: Bearer <token>`. `doorcheck station add` makes one.
Every verdict about a guest is a 200, refusals too; anything else is about the request or the hub, never about a guest,
and is a problem document (RFC 9457). Times are UTC. Sentences for people come in the language of `Accept-Language`
(English, Spanish).
"""
STYLE = """\
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h3{margin:2rem 0 .25rem}code,pre{font:14px/1.4 ui-monospace,monospace}
pre{overflow:auto;padding:.75rem;border:1px solid #8886;border-radius:6px}
b.verb{display:inline-block;min-width:4.5rem}table{border-collapse:collapse}td{padding:.15rem 1rem .15rem 0}
td{vertical-align:top}
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"


def describe(app: FastAPI) -> None:
    """Say in the schema what the front does for every route: tokens, limits, problem documents."""

    def openapi() -> Schema:
        if not app.openapi_schema:
            schema = get_openapi(
                title=app.title, version=app.version, summary=SUMMARY, description=DESCRIPTION, routes=app.routes
            )
            app.openapi_schema = _completed(schema)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def install(app: FastAPI) -> None:
    async def docs(_request: Request) -> Response:
        return HTMLResponse(page(app.openapi()), headers={"Content-Security-Policy": POLICY})

    app.add_route("/docs", docs, methods=["GET"], include_in_schema=False)


def _completed(schema: Schema) -> Schema:
    parts = schema.setdefault("components", {})
    parts["securitySchemes"] = {"station": {"type": "http", "scheme": "bearer", "description": "A station's token."}}
    schemas = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _, problem = models_json_schema([(Problem, "serialization")], ref_template=REF + "{model}")
    schemas |= problem["$defs"]
    for path, _, operation in operations(schema):
        guarded = path.startswith(API) and path not in OPEN
        if guarded:
            operation["security"] = [{"station": []}]
        _complete_responses(operation, guarded)
    return schema


def _complete_responses(operation: Schema, guarded: bool) -> None:
    responses = operation["responses"]
    if guarded:
        responses["401"] = {"description": "The token is not known here, or was revoked."}
        responses["503"] = {"description": "The hub can't write to its disk: try again after `Retry-After` seconds."}
    if guarded and "requestBody" in operation:
        responses["400"] = {"description": "The body can't be read."}
        responses["413"] = {"description": "The body is too large."}
    if "422" in responses:
        responses["422"]["description"] = "A value can't be used; `errors` names its field."
    for status, response in responses.items():
        if status >= "400":
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": REF + "Problem"}}}
    operation["responses"] = dict(sorted(responses.items()))


def operations(schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def page(schema: Schema) -> str:
    """The schema as one readable page without scripts."""
    title = escape(f"{schema['info']['title']} {schema['info']['version']}")
    found = "".join(_operation(schema, *one) for one in operations(schema))
    shapes = "".join(_shape(name, one) for name, one in sorted(schema["components"]["schemas"].items()))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style><h1>{title}</h1>{_text(schema['info']['description'])}"
        '<p>For programs: <a href="/openapi.json">/openapi.json</a></p>'
        f"<h2>Calls</h2>{found}<h2>Shapes</h2>{shapes}</html>"
    )


def _operation(schema: Schema, path: str, method: str, operation: Schema) -> str:
    rows = [_parameter(one) for one in operation.get("parameters", [])]
    sent = operation.get("requestBody", {}).get("content", {})
    rows += [f"<tr><td>sends<td>{_contents(sent)}"] if sent else []
    rows += [
        f"<tr><td>{status}<td>{escape(one['description'])} {_contents(one.get('content', {}))}"
        for status, one in operation["responses"].items()
    ]
    return (
        f'<h3><b class="verb">{method.upper()}</b> <code>{escape(path)}</code></h3>'
        f"<p><strong>{escape(operation['summary'])}</strong></p>{_text(operation.get('description', ''))}"
        f"<table>{''.join(rows)}</table>"
    )


def _parameter(one: Schema) -> str:
    said = escape(one.get("description", ""))
    return f"<tr><td>{escape(one['in'])}<td><code>{escape(one['name'])}</code> {said}"


def _contents(contents: Schema) -> str:
    return ", ".join(f"<code>{escape(kind)}</code> {_link(one.get('schema', {}))}" for kind, one in contents.items())


def _link(schema: Schema) -> str:
    ref = schema.get("$ref") or next((one["$ref"] for one in schema.get("anyOf", []) if "$ref" in one), "")
    name = escape(ref.removeprefix(REF))
    return f'<a href="#{name}">{name}</a>' if name else ""


def _shape(name: str, schema: Schema) -> str:
    text = json.dumps(schema, indent=2, ensure_ascii=False)
    return f'<h3 id="{escape(name)}">{escape(name)}</h3><pre>{escape(text)}</pre>'


def _text(markdown: str) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in markdown.strip().split("\n\n") if paragraph)
