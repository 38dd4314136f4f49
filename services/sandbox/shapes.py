"""The plain values every surface of the sandbox speaks in: JSON objects and UTC stamps."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

Json = dict[str, Any]
Headers = Mapping[str, str] | None


def stamp(moment: datetime) -> str:
    """*moment* as the wire writes it, to the second: ``2026-03-02T08:59:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """An ISO 8601 stamp as an aware UTC moment. Raises ValueError if it has no time zone."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return read.astimezone(UTC)


def answer(payload: Any, status: int = 200, headers: Headers = None) -> Response:
    """*payload* as JSON, ASCII only so that a lone surrogate can cross the wire too."""
    return Response(json.dumps(payload), status, headers, media_type="application/json")


async def body_of(request: Request) -> Json:
    """The request's JSON object, or an empty one if there is none or it is something else."""
    try:
        read = json.loads(await request.body() or b"{}")
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
