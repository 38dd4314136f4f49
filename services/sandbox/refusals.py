"""How each surface says no: an OperationOutcome, an OAuth error, a healow code, or nothing at all."""

import json

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.shapes import Headers, Json, answer

FHIR_JSON = "application/fhir+json"


class Refused(Exception):
    """A request that will not be served; carries the answer to give."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def refuse(_: Request, refused: Exception) -> Response:
    """Starlette's exception handler for :class:`Refused`."""
    if not isinstance(refused, Refused):
        raise refused
    return refused.response


def fhir_answer(resource: Json, status: int = 200, headers: Headers = None) -> Response:
    """A FHIR resource with FHIR's media type."""
    return Response(json.dumps(resource), status, headers, media_type=FHIR_JSON)


def outcome(text: str, code: str = "processing", severity: str = "error") -> Json:
    """An OperationOutcome with one issue (FHIR R4); *code* is from the issue-type value set."""
    issue = {"severity": severity, "code": code, "diagnostics": text, "details": {"text": text}}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def fhir_refusal(
    status: int, text: str, code: str = "processing", headers: Headers = None
) -> Refused:
    """The facade's no."""
    return Refused(fhir_answer(outcome(text, code), status, headers))


def oauth_refusal(error: str, description: str) -> Refused:
    """The authorization server's no (RFC 6749 section 5.2); eCW answers 401 to a bad client."""
    status = {"invalid_client": 401, "access_denied": 500}.get(error, 400)
    body = {"error": error, "error_description": description}
    return Refused(answer(body, status, {"Cache-Control": "no-store"}))


def healow_refusal(status: int, code: str, message: str) -> Refused:
    """The message channel's no: eCW's code as text, and a sentence."""
    return Refused(answer({"code": code, "message": message}, status))


def too_many() -> Refused:
    """Over the calls a minute: a bare 429, with no Retry-After and no body."""
    return Refused(Response(status_code=429))
