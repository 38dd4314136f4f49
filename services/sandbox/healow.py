"""The healow message channel: what patients wrote, what the practice replied or wrote first. Contract-gated."""

import base64
import binascii
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox.arrivals import Arrival, open_thread
from services.sandbox.ledger import Write
from services.sandbox.mailbox import Message
from services.sandbox.refusals import healow_refusal
from services.sandbox.shapes import Json, answer, body_of, stamp
from services.sandbox.tenants import Tenant
from services.sandbox.world import World, world_of

LONGEST_REPLY, LONGEST_SUBJECT = 4_000, 120
LONGEST_CLIENT_REF = 64


async def messages(request: Request) -> Response:
    """``GET …/messages?since=``: a page of everything that changed after the cursor.

    With ``client_ref=`` instead: what the practice sent under this business identifier.
    """
    tenant = channel(request, "read")
    if ref := request.query_params.get("client_ref", ""):
        return _sent_under(world_of(request), tenant, ref)
    since = place_of(tenant, request.query_params.get("since", ""))
    found, upto = tenant.mailbox.page(since)
    if request.scope.get("foyer.older_versions"):
        found = [v for m in found for v in reversed([*tenant.mailbox.versions(m)])]
    shapes = [tenant.mailbox.as_json(m) for m in found]
    more = upto < len(tenant.mailbox.changes)
    return answer({"messages": shapes, "cursor": cursor_at(tenant, upto), "more": more})


async def thread(request: Request) -> Response:
    """``GET …/threads/{id}``: one conversation, our own replies in it; the read-back."""
    tenant = channel(request, "read")
    known = tenant.mailbox.threads.get(request.path_params["thread"])
    if known is None:
        raise healow_refusal(404, "404", "There is no such thread.")
    settled = _settled(world_of(request), tenant, tenant.mailbox.of_thread(known.id))
    head = {"id": known.id, "subject": known.subject, "patient": {"reference": known.patient}}
    return answer({"thread": head, "messages": settled})


async def reply(request: Request) -> Response:
    """``POST …/threads/{id}/replies``: accept a reply, once per idempotency key if the practice has that."""
    tenant, world = channel(request, "create"), world_of(request)
    asked = await body_of(request)
    key = request.headers.get("idempotency-key", "") if tenant.switches.idempotency else ""
    if key in tenant.replies_by_key:
        return answer(tenant.replies_by_key[key])
    draft = checked(tenant, request.path_params["thread"], asked)
    return _answered(tenant, key, accept(world, tenant, draft, key))


async def message(request: Request) -> Response:
    """``POST …/messages``: the practice writes first; a new thread begins, once per idempotency key."""
    tenant, world = channel(request, "create"), world_of(request)
    asked = await body_of(request)
    key = request.headers.get("idempotency-key", "") if tenant.switches.idempotency else ""
    if key in tenant.replies_by_key:
        return answer(tenant.replies_by_key[key])
    subject = checked_subject(asked)
    draft = checked_text(tenant, _active_patient(tenant, asked.get("patient")), asked)
    arrival = Arrival(draft.body, world.clock.now(), patient=draft.patient, subject=subject)
    begun = replace(draft, thread=open_thread(tenant, arrival).id)
    accepted = accept(world, tenant, begun, key, kind="message")
    return _answered(tenant, key, accepted | {"thread": begun.thread})


@dataclass(frozen=True)
class Draft:
    """A reply or a first message that may be accepted; the latter has no thread yet."""

    thread: str
    patient: str
    body: str
    client_ref: str


def checked(tenant: Tenant, thread_id: str, asked: Json) -> Draft:
    """The reply in a request. Raises Refused: 404, 409 for another's patient, 422 with eCW's code."""
    known = tenant.mailbox.threads.get(thread_id)
    if known is None:
        raise healow_refusal(404, "404", "There is no such thread.")
    if asked.get("patient") != known.patient:
        raise healow_refusal(409, "100", "The thread belongs to another patient.")
    return replace(checked_text(tenant, known.patient, asked), thread=thread_id)


def checked_subject(asked: Json) -> str:
    """The subject in a request. Raises Refused: 422 with eCW's code."""
    subject = asked.get("subject")
    if not isinstance(subject, str) or not subject.strip():
        raise healow_refusal(422, "2", "subject is missing.")
    if len(subject) > LONGEST_SUBJECT:
        raise healow_refusal(422, "109", "The subject is over the maximum size.")
    if not writable(subject):
        raise healow_refusal(422, "108", "The subject has unsupported characters.")
    return subject


def checked_text(tenant: Tenant, patient: str, asked: Json) -> Draft:
    """What a request says to *patient*. Raises Refused: 422 with eCW's code."""
    text, client_ref = asked.get("body"), asked.get("client_ref", "")
    if not isinstance(text, str) or not text.strip():
        raise healow_refusal(422, "2", "body is missing.")
    if len(text) > LONGEST_REPLY or len(client_ref) > LONGEST_CLIENT_REF:
        raise healow_refusal(422, "109", "The text is over the maximum size.")
    if not writable(text):
        raise healow_refusal(422, "108", "The text has unsupported characters.")
    return Draft("", patient, text, client_ref)


def accept(world: World, tenant: Tenant, draft: Draft, key: str, kind: str = "reply") -> Json:
    """Put the reply, or the first message, into the thread and the ledger."""
    now = world.clock.now()
    message = Message(
        id=tenant.next_id("r-1"),
        thread=draft.thread,
        author="practice",
        body=draft.body,
        sent=now,
        received=now,
        in_reply_to=tenant.mailbox.last_from_patient(draft.thread),
        client_ref=draft.client_ref,
    )
    tenant.mailbox.put(message)
    world.ledger.accept(
        Write(
            kind=kind,
            practice=tenant.code,
            id=message.id,
            patient=draft.patient,
            text=draft.body,
            at=stamp(now),
            thread=draft.thread,
            client_ref=draft.client_ref,
            idempotency_key=key,
        )
    )
    return {"id": message.id, "client_ref": draft.client_ref, "status": "accepted"}


def writable(text: str) -> bool:
    """Can eCW store this? No control characters but tab and line ends, nothing beyond the BMP (108)."""
    return all(
        c in "\t\n\r" or (ord(c) < 0x10000 and unicodedata.category(c)[0] != "C") for c in text
    )


def channel(request: Request, interaction: str) -> Tenant:
    """The practice, once the token is good for its message channel. Raises Refused."""
    world = world_of(request)
    tenant = world.tenants.get(request.path_params["practice"])
    grant = world.access.holder(request, world.clock.now())
    if grant is None:
        raise healow_refusal(401, "401", "The access token is missing or no longer valid.")
    if tenant is None or tenant.code not in grant.practices:
        raise healow_refusal(403, "403", "The app is not activated for this practice.")
    if not tenant.switches.healow_channel or not grant.covers("Communication", interaction):
        raise healow_refusal(403, "403", f"insufficient_scope: Communication.{interaction}")
    return tenant


def cursor_at(tenant: Tenant, index: int) -> str:
    """The opaque cursor for a place in the practice's log of changes."""
    return base64.urlsafe_b64encode(f"{tenant.code}:{index}".encode()).decode()


def place_of(tenant: Tenant, cursor: str) -> int:
    """Where in the log a cursor points. Raises Refused: 400 for nonsense, 410 for a log now gone."""
    if not cursor:
        return 0
    try:
        code, _, index = base64.urlsafe_b64decode(cursor).decode().partition(":")
        place = int(index)
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise healow_refusal(400, "400", "The cursor is not one of ours.") from error
    if code != tenant.code:
        raise healow_refusal(400, "400", "The cursor is another practice's.")
    if place > len(tenant.mailbox.changes):
        raise healow_refusal(410, "410", "The cursor is from before the channel was reset.")
    return place


def _active_patient(tenant: Tenant, reference: object) -> str:
    known = tenant.chart.at(str(reference)) if str(reference).startswith("Patient/") else None
    if known is None or not known.get("active", True):
        raise healow_refusal(409, "100", "The patient is not known or not active.")
    if reference in tenant.without_portal:
        raise healow_refusal(422, "602", "The patient has no portal account.")
    return str(reference)


def _answered(tenant: Tenant, key: str, accepted: Json) -> Response:
    if key:
        tenant.replies_by_key[key] = accepted
    return answer(accepted, 201)


def _sent_under(world: World, tenant: Tenant, client_ref: str) -> Response:
    ours = [m for m in tenant.mailbox.messages.values() if m.client_ref == client_ref]
    shown = _settled(world, tenant, ours)
    upto = cursor_at(tenant, len(tenant.mailbox.changes))
    return answer({"messages": shown, "cursor": upto, "more": False})


def _settled(world: World, tenant: Tenant, found: list[Message]) -> list[Json]:
    """What reads show of *found*: ours only once it has settled."""
    now, settle = world.clock.now(), tenant.switches.settle_seconds
    shown = (m for m in found if m.author != "practice" or _age(now, m) >= settle)
    return [tenant.mailbox.as_json(m) for m in shown]


def _age(now: datetime, message: Message) -> float:
    return (now - message.received).total_seconds()


BASE = "/healow/v1/{practice}"
ROUTES = [
    Route(f"{BASE}/messages", messages),
    Route(f"{BASE}/messages", message, methods=["POST"]),
    Route(f"{BASE}/threads/{{thread}}", thread),
    Route(f"{BASE}/threads/{{thread}}/replies", reply, methods=["POST"]),
]
