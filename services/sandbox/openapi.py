"""The eCW Open API in outline: a patient's encounters as plain JSON. No vendor source confirms its shape."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox.refusals import healow_refusal
from services.sandbox.shapes import Json, answer
from services.sandbox.world import world_of


async def encounters(request: Request) -> Response:
    """``GET /openapi/v1/patients/{id}/encounters``; the practice is the token's own."""
    world = world_of(request)
    grant = world.access.holder(request, world.clock.now())
    if grant is None:
        raise healow_refusal(401, "401", "The access token is missing or no longer valid.")
    if not grant.covers("Encounter", "read"):
        raise healow_refusal(403, "403", "insufficient_scope: Encounter.read")
    tenant = world.tenant(grant.practices[0])
    world.count(tenant)
    patient = f"Patient/{request.path_params['patient']}"
    if tenant.chart.at(patient) is None:
        raise healow_refusal(404, "404", "The patient is not known.")
    found = tenant.chart.of_patient("Encounter", patient)
    return answer({"encounters": [plain(e) for e in found]})


def plain(encounter: Json) -> Json:
    """An Encounter without FHIR's wrapping."""
    people = encounter.get("participant", [])
    return {
        "id": encounter["id"],
        "status": encounter["status"],
        "start": encounter["period"]["start"],
        "end": encounter["period"].get("end", ""),
        "provider": people[0]["individual"]["reference"] if people else "",
        "reason": next((r.get("text", "") for r in encounter.get("reasonCode", [])), ""),
    }


ROUTES = [Route("/openapi/v1/patients/{patient}/encounters", encounters)]
