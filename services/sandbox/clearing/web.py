"""The clearinghouse's addresses: files out, files in, read-back, real time, attachments."""

import base64
import json

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox.clearing.accounts import account, refusal
from services.sandbox.clearing.appealing import digest
from services.sandbox.clearing.cabinet import KINDS, StrangeCursor
from services.sandbox.clearing.house import House, Sent
from services.sandbox.clearing.insured import insurances
from services.sandbox.clearing.keeping import happen
from services.sandbox.clearing.realtime import answered
from services.sandbox.ledger import Write
from services.sandbox.shapes import Json, answer, stamp
from services.sandbox.world import World, world_of

LARGEST_FILE, LARGEST_ATTACHMENT = 5 * 1024 * 1024, 10 * 1024 * 1024
ATTACHMENT_KINDS = ("appeal", "records")
BEGINNINGS = (b"%PDF-", b"PK\x03\x04")


async def files(request: Request) -> Response:
    """``GET /files?after=&kind=``: at most fifty files after the cursor, oldest first."""
    house, kind = account(request), request.query_params.get("kind", "")
    if kind not in ("", *KINDS):
        raise refusal(400, f"kind is one of {', '.join(KINDS)}.")
    try:
        found, upto = house.cabinet.page(request.query_params.get("after", ""), kind)
    except StrangeCursor as error:
        raise refusal(410 if error.gone else 400, str(error)) from error
    return answer({"files": [f.as_json() for f in found], "next": upto})


async def one_file(request: Request) -> Response:
    """``GET /files/{id}``: the bytes as they are."""
    file = account(request).cabinet.by_id.get(request.path_params["file"])
    if file is None:
        raise refusal(404, "There is no such file.")
    return Response(file.raw, media_type="text/plain")


async def submit(request: Request) -> Response:
    """``POST /files``: taken in once per key; what is wrong with it is told later, in X12."""
    house, world, raw = account(request), world_of(request), await request.body()
    key = _key(request)
    if not raw or len(raw) > LARGEST_FILE:
        raise refusal(413 if raw else 400, "The file is empty or over 5 MB.")
    if before := _again(house.submissions, key, digest(raw)):
        return answer(_submitted(before), 202)
    if request.scope.get("foyer.silent_drop"):
        return answer({"id": "x.0", "control": ""}, 202)
    name = request.headers.get("x-filename", "")[:120]
    packed = base64.b64encode(raw).decode()
    now = world.clock.now()
    sent, claims = happen(
        house, "submit", now, key=key, raw=packed, name=name, covers=_covers(world, house, raw)
    )
    values = {"sha256": sent.sha256, "claim_ids": claims, "control": sent.control, "name": name}
    kind = "x12_276" if house.cabinet.by_id[sent.id].kind == "276" else "x12_837"
    _enter(world, house, kind, sent.id, key, values)
    return answer(_submitted(sent), 202)


async def submission(request: Request) -> Response:
    """``GET /submissions/{key}``: the read-back for a sender in doubt."""
    sent = account(request).submissions.get(request.path_params["key"])
    if sent is None:
        raise refusal(404, "Nothing was submitted under this key.")
    return answer({**_submitted(sent), "sha256": sent.sha256})


async def realtime(request: Request) -> Response:
    """``POST /realtime``: 270 to 271, 276 to 277, at once."""
    house, world = account(request), world_of(request)
    chart = world.tenants[house.code].chart
    back = answered(house, chart, await request.body(), world.clock.now())
    if back is None:
        raise refusal(400, "The body is no 270 or 276 interchange in order.")
    return Response(back, media_type="text/plain")


async def attach(request: Request) -> Response:
    """``POST /attachments``: a letter with its enclosures, once per key."""
    house, world, key = account(request), world_of(request), _key(request)
    meta, raw = await _attachment(request)
    if not raw.startswith(BEGINNINGS) or len(raw) > LARGEST_ATTACHMENT:
        raise refusal(422, "An attachment is a PDF or DOCX file of at most 10 MB.")
    _check(house, meta)
    sha256 = digest(raw)
    if before := _again(house.attachments, key, sha256):
        return answer(_attached(before), 202)
    if request.scope.get("foyer.silent_drop"):
        return answer({"id": "at.0", "sha256": sha256}, 202)
    sent = happen(house, "attach", world.clock.now(), key=key, meta=meta, sha256=sha256)
    values = {"sha256": sha256, "claim_ids": [meta["claim_id"]], "meta": meta, "size": len(raw)}
    _enter(world, house, meta["kind"], sent.id, key, values)
    return answer(_attached(sent), 202)


async def attachment(request: Request) -> Response:
    """``GET /attachments/{key}``: the read-back."""
    sent = account(request).attachments.get(request.path_params["key"])
    if sent is None:
        raise refusal(404, "Nothing was attached under this key.")
    return answer(_attached(sent))


async def _attachment(request: Request) -> tuple[Json, bytes]:
    """Metadata and bytes, from a multipart form or from the ``X-Metadata`` header and the body."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return _metadata(request.headers.get("x-metadata", "")), await request.body()
    async with request.form() as form:
        file, said = form.get("file"), form.get("metadata", "")
        if isinstance(said, UploadFile):
            said = (await said.read()).decode("utf-8", "replace")
        raw = await file.read() if isinstance(file, UploadFile) else b""
    return _metadata(said), raw


def _metadata(text: str) -> Json:
    try:
        read = json.loads(text)
    except ValueError as error:
        raise refusal(422, "The metadata is no JSON object.") from error
    if not isinstance(read, dict):
        raise refusal(422, "The metadata is no JSON object.")
    return read


def _check(house: House, meta: Json) -> None:
    if meta.get("kind") not in ATTACHMENT_KINDS:
        raise refusal(422, f"kind is one of {', '.join(ATTACHMENT_KINDS)}.")
    record = house.records.get(str(meta.get("claim_id")))
    numbers = {record.number, *(v.number for v in record.verdicts)} if record else set()
    if record is None or meta.get("payer_claim_id", record.number) not in numbers:
        raise refusal(422, "claim_id and payer_claim_id name no claim on file.")


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not key:
        raise refusal(400, "The Idempotency-Key header is missing.")
    return key


def _again(known: dict[str, Sent], key: str, sha256: str) -> Sent | None:
    before = known.get(key)
    if before and before.sha256 != sha256:
        raise refusal(409, "The key was used for other bytes.")
    return before


def _covers(world: World, house: House, raw: bytes) -> Json:
    """Of the members in the file, what the chart knows today."""
    known = insurances(world.tenants[house.code].chart).values()
    return {
        one.member: [one.payer, one.end.isoformat()]
        for ones in known
        for one in ones
        if one.member and one.member.encode() in raw
    }


def _enter(world: World, house: House, kind: str, id: str, key: str, values: Json) -> None:
    at = stamp(world.clock.now())
    world.ledger.accept(Write(kind, house.code, id, "", "", at, idempotency_key=key, values=values))


def _submitted(sent: Sent) -> Json:
    return {"id": sent.id, "control": sent.control}


def _attached(sent: Sent) -> Json:
    return {"id": sent.id, "sha256": sent.sha256}


BASE = "/clearinghouse/v1/{practice}"
ROUTES = [
    Route(f"{BASE}/files", files),
    Route(f"{BASE}/files", submit, methods=["POST"]),
    Route(f"{BASE}/files/{{file}}", one_file),
    Route(f"{BASE}/submissions/{{key}}", submission),
    Route(f"{BASE}/realtime", realtime, methods=["POST"]),
    Route(f"{BASE}/attachments", attach, methods=["POST"]),
    Route(f"{BASE}/attachments/{{key}}", attachment),
]
