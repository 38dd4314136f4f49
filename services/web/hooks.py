"""Webhooks: a signed knock that makes us look sooner. Nothing it says is believed or kept; its
type only says where to look: an encounter's events ask for the notes' poll, all others for the inbox's.

The sender signs ``<timestamp>.<raw body>`` with HMAC-SHA256 under a shared secret, and puts
both into headers that each vendor names after itself::

    POST /hooks/<practice code or id>
    X-Vendor-Timestamp: 1767225600
    X-Vendor-Signature: sha256=<hex>[,sha256=<hex> while a secret is being changed]

    {"id": "the same when it knocks again", "type": "encounter.saved", ...}

or as Standard Webhooks 1.0 has it, over ``<id>.<timestamp>.<raw body>`` and in base64::

    webhook-id: msg_1
    webhook-timestamp: 1767225600
    webhook-signature: v1,<base64>[ v1,<base64>]
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from db import reading
from db.job_runs import JobRequest, JobRequests, JobRuns
from db.practices import Practice, Practices
from services.container import Container
from services.desk import Actor, working
from services.settings import Settings
from services.web import bodies

BODY_BYTES = 65_536
WINDOW = timedelta(minutes=5)
WORKFLOWS = {"encounter": "notes"}  # by the family of an event's type; the inbox for all others
STANDARD_KEY = "whsec_"


@dataclass(frozen=True)
class Knock:
    """One webhook as it arrived: its raw body, and the headers that matter.

    ``id`` is that of Standard Webhooks, empty in the vendors' form.
    """

    body: bytes
    timestamp: str
    signatures: tuple[str, ...]
    id: str = ""


class Hooks:
    """The receiver of webhooks."""

    def __init__(self, container: Container) -> None:
        self.container = container

    async def receive(self, request: Request) -> Response:
        """202 taken, 401 not signed by us, 404 no such practice, 409 known, 413 too large."""
        knock = heard(request.headers, await bodies.read(request, BODY_BYTES))
        if not is_genuine(self.container.settings, knock, self.container.clock()):
            return PlainTextResponse("Not signed, or not in time.", 401)
        practice = request.path_params["practice"]
        return Response(status_code=await run_in_threadpool(take, self.container, practice, knock))


def heard(headers: Headers, body: bytes) -> Knock:
    """A knock out of a request's headers and body."""
    told, id = _told(headers, "-signature"), headers.get("webhook-id", "")
    parts = told.split() if id else told.split(",")
    signatures = tuple(part.strip() for part in parts[:4])
    return Knock(body, _told(headers, "-timestamp"), signatures, id)


def is_genuine(settings: Settings, knock: Knock, now: datetime) -> bool:
    """Whether one of our secrets signed exactly this body within the last five minutes."""
    if not (
        knock.timestamp.isascii() and knock.timestamp.isdecimal() and len(knock.timestamp) < 12
    ):
        return False
    if abs(now - datetime.fromtimestamp(int(knock.timestamp), UTC)) > WINDOW:
        return False
    secrets = (secret.get_secret_value() for secret in settings.hook_secrets)
    ours = [signature(secret, knock).encode() for secret in secrets if secret]
    return any(
        hmac.compare_digest(one, other.encode()) for one in ours for other in knock.signatures
    )


def signature(secret: str, knock: Knock) -> str:
    """The signature that *secret* makes, over the bytes as they arrived."""
    if knock.id:
        return standard_signature(secret, knock)
    signed = knock.timestamp.encode() + b"." + knock.body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def standard_signature(secret: str, knock: Knock) -> str:
    """Standard Webhooks' own: a key written ``whsec_…`` is base64, any other its letters."""
    signed = f"{knock.id}.{knock.timestamp}.".encode() + knock.body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    if not secret.startswith(STANDARD_KEY):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(STANDARD_KEY), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def take(container: Container, practice: str, knock: Knock) -> int:
    """Ask for a poll, once for each event. Returns the HTTP status to answer."""
    found = _practice(container, practice)
    if found is None:
        return 404
    with working(container, Actor.job(found.id, "hook")) as desk:
        workflow = _workflow(knock)
        run = desk.open(JobRuns).begin(f"{workflow}.hook", _event(knock), "web", desk.now)
        if run is None:
            return 409
        run.finished_at = desk.now
        desk.open(JobRequests).add(JobRequest(practice_id=found.id, job=f"{workflow}.poll"))
        desk.record("hooks.receive", run.ref)
    return 202


def _told(headers: Headers, ending: str) -> str:
    values = [value for name, value in headers.items() if name.endswith(ending)]
    return values[0] if len(values) == 1 else ""


def _workflow(knock: Knock) -> str:
    """Whose poll the event's type asks for."""
    try:
        family = str(json.loads(knock.body)["type"]).partition(".")[0]
    except (ValueError, LookupError, TypeError, RecursionError):
        family = ""
    return WORKFLOWS.get(family, "inbox")


def _event(knock: Knock) -> str:
    """What makes this event the same event again; a digest, because an id could say anything."""
    try:
        name = (knock.id or str(json.loads(knock.body)["id"])).encode()
    except (ValueError, LookupError, TypeError, RecursionError):
        name = knock.timestamp.encode() + b"." + knock.body
    return hashlib.sha256(name).hexdigest()


def _practice(container: Container, name: str) -> Practice | None:
    with reading(container.engine) as session:
        practices = Practices(session).all()
    return next((p for p in practices if name in (p.code, str(p.id))), None)
