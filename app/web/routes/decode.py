"""An image becomes codes, for pages whose browser can't read them."""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile

from app.ports import UnreadableImage
from app.web.front import LARGEST_IMAGE
from app.web.parts import parts
from app.web.problems import Problem, wrong
from app.web.wire.search import CodeOut, CodesOut

DECODES_AT_ONCE = 2

router = APIRouter(tags=["scans"])
_decodes = CapacityLimiter(DECODES_AT_ONCE)  # a decode takes a core and the memory of a photograph

_BINARY = {"type": "string", "format": "binary"}
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "properties": {"image": _BINARY}, "required": ["image"]},
        },
        "image/*": {"schema": _BINARY},
    },
}


@router.post(
    "/decode",
    summary="Read the codes in an image",
    description="A photograph or a frame of a camera, 12 MB at most: as the field `image` of a form, or as the body.",
    responses={
        415: {"description": "This is not an image."},
        422: {"description": "The image can't be opened."},
        501: {"description": "This hub can't read images."},
    },
    openapi_extra={"requestBody": _BODY},
)
async def decode(request: Request) -> CodesOut:
    decoder = parts(request).decoder
    if decoder is None:
        detail = "This hub can't read images: install a decoder (pip install zxing-cpp) and start it again."
        raise Problem(501, detail, slug="no-decoder")
    image = await _image(request)
    try:
        codes = await to_thread.run_sync(decoder.decode_bytes, image, limiter=_decodes)
    except UnreadableImage as error:
        raise Problem(422, str(error), slug="unreadable-image", errors=[("image", str(error))]) from error
    return CodesOut(codes=[CodeOut.of(one) for one in codes])


async def _image(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith("multipart/form-data"):
        data = await _form_image(request)
    elif kind.startswith("image/"):
        data = await request.body()
    else:
        raise Problem(415, "Send an image: as the field image of a form, or as the body.", slug="not-an-image")
    if len(data) > LARGEST_IMAGE:
        raise Problem(413, f"This is too large: {LARGEST_IMAGE // 1024} kB at most.", slug="too-large")
    if not data:
        raise wrong("image", "is empty")
    return data


async def _form_image(request: Request) -> bytes:
    async with request.form(max_files=1, max_fields=4) as form:
        image = form.get("image")
        if not isinstance(image, UploadFile):
            raise wrong("image", "is missing")
        return await image.read()
