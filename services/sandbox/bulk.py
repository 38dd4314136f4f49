"""Bulk export of a group (Bulk Data IG STU1.0.1), with eCW's habits: the portal's UUID, 200 for a duplicate."""

import json
import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox.capability import SEARCH_PARAMETERS
from services.sandbox.fhir import BASE, host_of, permitted
from services.sandbox.refusals import fhir_answer, fhir_refusal, outcome
from services.sandbox.searching import matches
from services.sandbox.shapes import Json, answer, stamp
from services.sandbox.tenants import Job, Tenant
from services.sandbox.world import world_of

NDJSON = "application/fhir+ndjson"


async def kick_off(request: Request) -> Response:
    """``GET Group/{uuid}/$export`` with ``Prefer: respond-async``: 202 and where to poll."""
    tenant, world = permitted(request, "Group", "read"), world_of(request)
    uuid, asked = request.path_params["id"], request.query_params
    groups = [g for g in tenant.chart.all("Group") if g["identifier"][0]["value"] == uuid]
    if not groups:
        raise fhir_refusal(404, "The group is not known by this id.", "not-found")
    if "respond-async" not in request.headers.get("prefer", ""):
        raise fhir_refusal(400, "Prefer: respond-async is required.", "required")
    if any(job.group == uuid for job in tenant.exports.values()):
        return fhir_answer(outcome("An export of this group is already running.", "duplicate"))
    kinds = asked.get("_type", "Patient,Encounter,Condition").split(",")
    if unknown := set(kinds) - SEARCH_PARAMETERS.keys():
        raise fhir_refusal(400, f"Unsupported _type: {', '.join(sorted(unknown))}", "value")
    job_id = secrets.token_hex(8)
    tenant.exports[job_id] = Job(uuid, tuple(kinds), asked.get("_since", ""), world.clock.now())
    poll = f"{host_of(request)}/fhir/r4/{tenant.code}/$export-poll-location?job_id={job_id}"
    return Response(status_code=202, headers={"Content-Location": poll, "Retry-After": "2"})


async def poll(request: Request) -> Response:
    """202 with ``X-Progress`` while it runs, then the manifest."""
    tenant, now = permitted(request, "Group", "read"), world_of(request).clock.now()
    job_id = request.query_params.get("job_id", "")
    job = job_of(tenant, job_id)
    if request.method == "DELETE":
        del tenant.exports[job_id]
        return Response(status_code=202)
    if (now - job.started).total_seconds() < tenant.switches.export_seconds:
        return Response(status_code=202, headers={"X-Progress": "in progress", "Retry-After": "2"})
    files = f"{host_of(request)}/fhir/r4/{tenant.code}/$export-file"
    return answer(
        {
            "transactionTime": stamp(job.started),
            "request": str(request.url),
            "requiresAccessToken": True,
            "output": [{"type": k, "url": f"{files}/{job_id}/{k}.ndjson"} for k in job.kinds],
            "error": [],
        }
    )


async def file(request: Request) -> Response:
    """One type's resources, a line each; needs the bearer token."""
    tenant = permitted(request, "Group", "read")
    job, kind = job_of(tenant, request.path_params["job"]), request.path_params["kind"]
    lines = "".join(f"{json.dumps(r)}\n" for r in exported(tenant, job, kind))
    return Response(lines, media_type=NDJSON)


def exported(tenant: Tenant, job: Job, kind: str) -> list[Json]:
    """What the job exports of a type; ``_since`` narrows it where the type says when it was issued."""
    found = list(tenant.chart.all(kind))
    if job.since and kind == "Observation":
        found = [r for r in found if matches(r, ("_since", job.since))]
    return found


def job_of(tenant: Tenant, job_id: str) -> Job:
    """The job behind a poll address. Raises Refused."""
    if job_id not in tenant.exports:
        raise fhir_refusal(404, "The export is not known.", "not-found")
    return tenant.exports[job_id]


ROUTES = [
    Route(f"{BASE}/Group/{{id}}/$export", kick_off),
    Route(f"{BASE}/$export-poll-location", poll, methods=["GET", "DELETE"]),
    Route(f"{BASE}/$export-file/{{job}}/{{kind}}.ndjson", file),
]
