"""Reading what a request brings, up to a limit and no further."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

FORM_BYTES, FORM_FIELDS = 8_192, 8


async def read(request: Request, limit: int) -> bytes:
    """The raw body, at most *limit* bytes, whatever its headers claim; otherwise status 413."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, "Too large.")
    return bytes(body)


async def form(request: Request) -> Mapping[str, str]:
    """The fields of a form of ours; of a repeated field the last. Status 413 for a larger one."""
    told = (await read(request, FORM_BYTES)).decode("utf-8", "replace")
    if told.count("&") >= FORM_FIELDS:
        raise HTTPException(413, "Too large.")
    return dict(parse_qsl(told, keep_blank_values=True))
