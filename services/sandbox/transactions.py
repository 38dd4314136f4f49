"""Writes: a transaction Bundle, each entry answered by an eCW code as text, all under HTTP 200.

Codes are eCW's Error Code Reference Guide's, FHIR writeback: 1 success, 2 failure, and those named where used.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox.answers import store_answers
from services.sandbox.capability import writable_types
from services.sandbox.charges import store_charge
from services.sandbox.documents import store_document
from services.sandbox.entries import (
    store_allergy,
    store_condition,
    store_coverage,
    store_medication,
    store_patient,
)
from services.sandbox.fhir import BASE, permitted
from services.sandbox.refusals import fhir_answer, fhir_refusal
from services.sandbox.shapes import Json, body_of
from services.sandbox.telephone import RefusedEntry, store_encounter
from services.sandbox.tenants import INTAKE_WRITES, Tenant
from services.sandbox.world import World, world_of
from services.sandbox.writing import check_shape

# Set in the request's scope by the fault of this name.
SILENT_DROP = "foyer.silent_drop"
Store = Callable[[World, Tenant, Json, str], str]
STORES: dict[str, Store] = {
    "Encounter": store_encounter,
    "DocumentReference": store_document,
    "QuestionnaireResponse": store_answers,
    "Patient": store_patient,
    "Coverage": store_coverage,
    "AllergyIntolerance": store_allergy,
    "MedicationStatement": store_medication,
    "Condition": store_condition,
    "ChargeItem": store_charge,
}


async def transaction(request: Request) -> Response:
    """``POST {base}/``: each entry on its own; HTTP says 200 even when every entry was refused."""
    bundle = await body_of(request)
    entries = bundle.get("entry", [])
    if bundle.get("type") != "transaction" or not isinstance(entries, list) or not entries:
        raise fhir_refusal(400, "A Bundle of type transaction is required.", "invalid")
    kinds = {str(e.get("resource", {}).get("resourceType")) for e in entries}
    for kind in kinds:
        tenant = permitted(request, kind, "create", charged=kind == min(kinds))
    if not tenant.switches.write_contract:
        raise fhir_refusal(403, "Writing is not part of this practice's contract.", "forbidden")
    if closed := kinds & {*INTAKE_WRITES, "ChargeItem"} - set(writable_types(tenant.switches)):
        text = f"Writing {', '.join(sorted(closed))} is not part of this practice's contract."
        raise fhir_refusal(403, text, "forbidden")
    answer_one = dropped if request.scope.get(SILENT_DROP) else answer_for
    answers = [answer_one(world_of(request), tenant, entry) for entry in entries]
    return fhir_answer({"resourceType": "Bundle", "type": "transaction-response", "entry": answers})


def answer_for(world: World, tenant: Tenant, entry: Json) -> Json:
    """What became of one entry: code 1 and a location, or the code that says why not."""
    resource = entry["resource"]
    asked = entry.get("request", {})
    target = str(asked.get("url", "")).partition("/")[2] if asked.get("method") == "PUT" else ""
    store = STORES.get(resource["resourceType"])
    try:
        if store is None:
            raise RefusedEntry("2", "This resource type cannot be written.")
        if not tenant.switches.writeback_user:
            raise RefusedEntry("308", "Default writeback user is not configured.")
        if resource["resourceType"] in INTAKE_WRITES:
            check_shape(resource)
        return {"response": {"status": "1", "location": store(world, tenant, resource, target)}}
    except RefusedEntry as refused:
        issue = {"severity": "error", "code": "processing", "diagnostics": refused.text}
        told = {"resourceType": "OperationOutcome", "issue": [issue]}
        return {"response": {"status": refused.code, "outcome": told}}


def dropped(world: World, tenant: Tenant, entry: Json) -> Json:
    """The answer of :func:`answer_for`, and chart and ledger as if nothing had been sent."""
    chart = {kind: dict(known) for kind, known in tenant.chart.by_type.items()}
    written = dict(tenant.written)
    ledger = list(world.ledger.writes)
    answer = answer_for(world, tenant, entry)
    tenant.chart.by_type, tenant.written, world.ledger.writes = chart, written, ledger
    return answer


ROUTES = [
    Route(f"{BASE}/", transaction, methods=["POST"]),
    Route(BASE, transaction, methods=["POST"]),
]
