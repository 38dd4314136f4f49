"""The eCW Open API for notes: what was said, how a note is laid out, its sections written and read.

No vendor source confirms the paths, the shapes, or which number means an unknown section.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox.healow import writable
from services.sandbox.notes.filing import file_sections
from services.sandbox.notes.layout import layout_at, layout_of
from services.sandbox.notes.talk import spoken, talks
from services.sandbox.refusals import Refused, healow_refusal
from services.sandbox.shapes import Json, answer, body_of
from services.sandbox.tenants import Tenant
from services.sandbox.world import world_of

BASE = "/openapi/v1/{practice}"
LONGEST_SECTION = 20_000
BEGUN = ("in-progress", "onleave", "finished")
# Set in the request's scope by the fault of this name: ``True``, or the code of one section.
SILENT_DROP = "foyer.silent_drop"


async def transcript(request: Request) -> Response:
    """``GET …/encounters/{id}/transcript``: the turns of a visit that has begun; 404 without any."""
    tenant = permitted(request, "read")
    if not tenant.switches.transcripts:
        raise healow_refusal(403, "403", "Transcripts are not part of this practice's contract.")
    visit = known_visit(tenant, request)
    talk = talks().get(tenant.notes.talks.get(visit["id"], ""))
    patient = tenant.chart.at(visit["subject"]["reference"])
    if talk is None or patient is None or visit["status"] not in BEGUN:
        raise healow_refusal(404, "404", "There is no transcript of this encounter.")
    return answer({**_named(visit), "turns": spoken(talk, patient), "source": talk.id})


async def layout(request: Request) -> Response:
    """``GET …/locations/{id}/note-layout``: the sections in the location's order; 107 elsewhere."""
    tenant = permitted(request, "read")
    if not tenant.switches.note_layout:
        raise healow_refusal(404, "404", "This version does not tell the layout of notes.")
    location = request.path_params["location"]
    sections = [section.plain() for section in layout_at(location)]
    if not sections:
        raise healow_refusal(422, "107", "The facility is not known.")
    return answer({"location": f"Location/{location}", "sections": sections})


async def sections(request: Request) -> Response:
    """``GET …/encounters/{id}/sections``: what lies in the note, in the layout's order."""
    tenant, world = permitted(request, "read"), world_of(request)
    visit = known_visit(tenant, request)
    filed = tenant.notes.shown(visit["id"], world.clock.now(), tenant.switches.settle_seconds)
    shown = [
        {**one.plain(), "text": f.text, "source": f.road, "delivery": f.delivery, "at": f.at}
        for one in layout_of(visit)
        for f in [filed.get(one.code)]
        if f is not None
    ]
    signed = tenant.notes.signed.get(visit["id"])
    return answer({**_named(visit), "signed": signed, "sections": shown})


async def write(request: Request) -> Response:
    """``POST …/encounters/{id}/sections``: all of them or none. A repetition is written again."""
    tenant, world = permitted(request, "create"), world_of(request)
    visit, asked = known_visit(tenant, request), await body_of(request)
    texts = checked(tenant, visit, asked)
    ours, dropped = str(asked.get("delivery", "")), request.scope.get(SILENT_DROP)
    kept = {} if dropped is True else {c: t for c, t in texts.items() if c != dropped}
    if kept:
        file_sections(world, tenant, visit["id"], kept, "sections", ours)
    return answer({**_named(visit), "delivery": ours, "sections": list(texts)}, 201)


def checked(tenant: Tenant, visit: Json, asked: Json) -> dict[str, str]:
    """The texts by code. Refused: 2 shape, 308 user, 123 patient, 139 signed, 301, 108, 109."""
    texts = _texts(asked.get("sections"))
    if not texts or not asked.get("delivery"):
        raise _no("2", "Sections with code and text, and a delivery, are required.")
    if not tenant.switches.writeback_user:
        raise _no("308", "Default writeback user is not configured.")
    if asked.get("patient") != visit["subject"]["reference"]:
        raise _no("123", "The encounter is not this patient's.")
    if visit["id"] in tenant.notes.signed:
        raise _no("139", "The encounter is locked.")
    if set(texts) - {one.code for one in layout_of(visit)}:
        raise _no("301", "The template has no such section.")
    if any(len(text) > LONGEST_SECTION for text in texts.values()):
        raise _no("109", "A section is over the maximum size.")
    if not all(writable(text) for text in texts.values()):
        raise _no("108", "A section has unsupported characters.")
    return texts


def permitted(request: Request, interaction: str) -> Tenant:
    """The practice in the path, charged with a call, once the token may do that to encounters."""
    world = world_of(request)
    grant = world.access.holder(request, world.clock.now())
    tenant = world.tenant(request.path_params["practice"])
    world.count(tenant)
    if grant is None:
        raise healow_refusal(401, "401", "The access token is missing or no longer valid.")
    if tenant.code not in grant.practices:
        raise healow_refusal(403, "403", "The app is not activated for this practice.")
    if not tenant.switches.open_api:
        raise healow_refusal(403, "403", "The Open API is not part of this practice's contract.")
    if not grant.covers("Encounter", interaction):
        raise healow_refusal(403, "403", f"insufficient_scope: Encounter.{interaction}")
    return tenant


def known_visit(tenant: Tenant, request: Request) -> Json:
    """The encounter in the path. Raises Refused: 404."""
    visit = tenant.chart.get("Encounter", request.path_params["encounter"])
    if visit is None:
        raise healow_refusal(404, "404", "The encounter is not known.")
    return visit


def _named(visit: Json) -> Json:
    return {"encounter": f"Encounter/{visit['id']}", "patient": visit["subject"]["reference"]}


def _texts(given: Any) -> dict[str, str]:
    """Text by code; empty for anything that is not a list of sections, each named once."""
    listed = given if isinstance(given, list) else []
    texts = {
        one["code"]: one["text"]
        for one in listed
        if isinstance(one, Mapping)
        and isinstance(one.get("code"), str)
        and isinstance(one.get("text"), str)
    }
    return texts if len(texts) == len(listed) else {}


def _no(code: str, message: str) -> Refused:
    return healow_refusal(422, code, message)


ROUTES = [
    Route(f"{BASE}/encounters/{{encounter}}/transcript", transcript),
    Route(f"{BASE}/locations/{{location}}/note-layout", layout),
    Route(f"{BASE}/encounters/{{encounter}}/sections", sections),
    Route(f"{BASE}/encounters/{{encounter}}/sections", write, methods=["POST"]),
]
