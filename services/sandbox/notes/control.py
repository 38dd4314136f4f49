"""Control over visits and their notes: what a front desk, a provider and a recogniser would do in eCW."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.control_messages import tenant_in
from services.sandbox.notes.documents import encounters_of
from services.sandbox.notes.filing import show_note
from services.sandbox.notes.layout import layout_of
from services.sandbox.notes.talk import talks
from services.sandbox.notes.today import ZONE, add_visit
from services.sandbox.refusals import Refused
from services.sandbox.shapes import Json, answer, body_of, moment, stamp
from services.sandbox.tenants import Tenant
from services.sandbox.world import World, world_of

BECOMES = {"arrive": "arrived", "open": "in-progress", "save": "in-progress", "close": "finished"}
TOLD = {"open": "encounter.opened", "save": "encounter.saved", "close": "encounter.saved"}


async def visit(request: Request) -> Response:
    """A visit: ``patient``, ``status``, ``start``, ``provider``, ``reason``, ``transcript``."""
    asked, world = await body_of(request), world_of(request)
    tenant = tenant_in(request, asked)
    patient = tenant.chart.at(asked.get("patient", "Patient/p.103"))
    talk = asked.get("transcript")
    if patient is None or (talk and talk not in talks()):
        raise _no("The patient or the transcript is not known.")
    start = moment(asked["start"]) if "start" in asked else world.clock.now().astimezone(ZONE)
    more = {name: asked[name] for name in ("provider", "reason") if name in asked}
    status = asked.get("status", "in-progress")
    return answer(add_visit(tenant, patient, status, start, talk=talk, **more), 201)


async def change(request: Request) -> Response:
    """``arrive``, ``open``, ``save`` or ``close`` a visit; the webhook tells of the last three."""
    asked, world = await body_of(request), world_of(request)
    tenant, deed = tenant_in(request, asked), request.path_params["deed"]
    if deed not in BECOMES:
        raise _no(f"A visit can: {', '.join(BECOMES)}, sign.")
    known = _visit(tenant, request)
    # What has been saved after it was over stays over.
    status = "finished" if known["status"] == "finished" else BECOMES[deed]
    changed = tenant.write({**known, "status": status})
    if deed in TOLD:
        world.hook.announce_visit(tenant.code, TOLD[deed], changed["id"], world.clock.now())
    return answer(changed)


async def sign(request: Request) -> Response:
    """The provider signs the note, after ``changes`` of words by section code; it is locked then."""
    asked, world = await body_of(request), world_of(request)
    tenant = tenant_in(request, asked)
    known, changes = _visit(tenant, request), asked.get("changes", {})
    if known["id"] in tenant.notes.signed:
        raise _no("The note is signed already.")
    if not isinstance(changes, Mapping) or set(changes) - {one.code for one in layout_of(known)}:
        raise _no("Changes are texts by a code of the location's layout.")
    signed = sign_note(world, tenant, known, changes)
    return answer({"encounter": f"Encounter/{known['id']}", "signed": signed})


async def amend(request: Request) -> Response:
    """A signed note is amended in eCW: ``changes`` of words by section code, signed anew."""
    asked, world = await body_of(request), world_of(request)
    tenant = tenant_in(request, asked)
    known, changes = _visit(tenant, request), asked.get("changes", {})
    if known["id"] not in tenant.notes.signed or not isinstance(changes, Mapping):
        raise _no("Only a signed note can be amended, by texts by section code.")
    signed = sign_note(world, tenant, known, changes)
    return answer({"encounter": f"Encounter/{known['id']}", "signed": signed})


async def filed(request: Request) -> Response:
    """What is filed for an encounter, by section code, with its source road, and who signed when."""
    tenant = tenant_in(request, dict(request.query_params))
    known = _visit(tenant, request)
    sections = tenant.notes.kept()["filed"].get(known["id"], {})
    documents = [d["id"] for d in _documents(tenant, known["id"])]
    signed = tenant.notes.signed.get(known["id"], "")
    return answer({"sections": sections, "documents": documents, "signed": signed})


def sign_note(world: World, tenant: Tenant, visit: Json, changes: Mapping[str, str]) -> str:
    """Sign and lock; documents of the visit become final. The moment, as it is written."""
    now = world.clock.now()
    for code, text in changes.items():
        tenant.notes.retype(visit["id"], code, str(text), stamp(now))
    tenant.notes.sign(visit["id"], stamp(now))
    for document in _documents(tenant, visit["id"]):
        tenant.write({**document, "docStatus": "final"})
    finished = tenant.write({**visit, "status": "finished"})
    show_note(world, tenant, finished)
    world.hook.announce_visit(tenant.code, "encounter.signed", visit["id"], now)
    return stamp(now)


def _documents(tenant: Tenant, visit_id: str) -> list[Json]:
    found = tenant.chart.all("DocumentReference")
    return [d for d in found if f"Encounter/{visit_id}" in encounters_of(d)]


def _visit(tenant: Tenant, request: Request) -> Json:
    known = tenant.chart.get("Encounter", request.path_params["encounter"])
    if known is None:
        raise _no("The encounter is not known.")
    return known


def _no(text: str) -> Refused:
    return Refused(answer({"error": text}, 400))
