"""Charges of a visit: one ChargeItem a code, written by an app or entered in eCW by a person.

eCW publishes the scopes and the two search parameters and no more; which elements it looks at is
our reading of FHIR R4, and 701 to 703 are its codes for charges, whose texts nobody publishes.
"""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.control_messages import tenant_in
from services.sandbox.ledger import Write
from services.sandbox.refusals import Refused
from services.sandbox.shapes import Json, answer, body_of, stamp
from services.sandbox.telephone import RefusedEntry, delivery_of
from services.sandbox.tenants import Tenant
from services.sandbox.world import World, world_of

CPT = "http://www.ama-assn.org/go/cpt"
PROCEDURE, MODIFIER = re.compile(r"[0-9A-Z]\d{3}[0-9A-Z]"), re.compile(r"[0-9A-Z]{2}")
DIAGNOSIS = re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?")
STATUSES = ("planned", "billable", "entered-in-error")
MOST_UNITS = 999


def store_charge(world: World, tenant: Tenant, charge: Json, target: str) -> str:
    """100 patient, 2 encounter, 123 another's encounter, 110 status, 701 code, 702 units, 703 reason.

    A repetition is entered again: nobody is kept from charging twice.
    """
    if target:
        raise RefusedEntry("2", "A charge cannot be changed from outside.")
    patient = _named(charge, "subject")
    known = tenant.chart.at(patient) if patient.startswith("Patient/") else None
    if known is None or not known.get("active", True):
        raise RefusedEntry("100", "The patient is not known or not active.")
    visit = tenant.chart.at(_named(charge, "context"))
    if visit is None or visit["resourceType"] != "Encounter":
        raise RefusedEntry("2", "The encounter is not known.")
    if visit["subject"]["reference"] != patient:
        raise RefusedEntry("123", "The encounter is not this patient's.")
    _check(charge)
    return _keep(world, tenant, charge, patient)


def _check(charge: Json) -> None:
    if charge.get("status") not in STATUSES:
        raise RefusedEntry("110", "The status is not supported.")
    first, *modifiers = _codes(charge.get("code")) or [""]
    if not PROCEDURE.fullmatch(first) or not all(MODIFIER.fullmatch(m) for m in modifiers):
        raise RefusedEntry("701", "The code of the charge is not known.")
    quantity = charge.get("quantity")
    units = quantity.get("value") if isinstance(quantity, Mapping) else None
    if not isinstance(units, int) or not 0 < units <= MOST_UNITS:
        raise RefusedEntry("702", "The quantity of the charge is not valid.")
    given = charge.get("reason")
    reasons = [_codes(one) for one in given] if isinstance(given, list) else []
    if not reasons or not all(r and DIAGNOSIS.fullmatch(r[0]) for r in reasons):
        raise RefusedEntry("703", "The charge has no diagnosis, or one that is not known.")


def _keep(world: World, tenant: Tenant, charge: Json, patient: str) -> str:
    now, name = world.clock.now(), tenant.next_id("ci")
    tenant.write({**charge, "id": name}, now)
    write = Write(
        kind="ChargeItem",
        practice=tenant.code,
        id=name,
        patient=patient,
        text="",
        at=stamp(now),
        client_ref=delivery_of(charge),
        values=charge,
    )
    world.ledger.accept(write)
    return f"ChargeItem/{name}"


async def listed(request: Request) -> Response:
    """Every charge of an encounter, in the order they were entered."""
    tenant = tenant_in(request, dict(request.query_params))
    ref = f"Encounter/{request.path_params['encounter']}"
    return answer([c for c in tenant.chart.all("ChargeItem") if _named(c, "context") == ref])


async def enter(request: Request) -> Response:
    """A person enters a charge in eCW: ``code``, ``diagnosis``, ``units``."""
    asked = await body_of(request)
    tenant = tenant_in(request, asked)
    visit = tenant.chart.get("Encounter", request.path_params["encounter"])
    if visit is None:
        raise Refused(answer({"error": "The encounter is not known."}, 400))
    charge = {
        "resourceType": "ChargeItem",
        "id": tenant.next_id("ci"),
        "status": "billable",
        "code": {"coding": [{"system": CPT, "code": asked.get("code", "99213")}]},
        "subject": visit["subject"],
        "context": {"reference": f"Encounter/{visit['id']}"},
        "quantity": {"value": asked.get("units", 1)},
        "reason": [{"coding": [{"code": asked.get("diagnosis", "I10")}]}],
    }
    return answer(tenant.write(charge, world_of(request).clock.now()), 201)


def _named(resource: Json, element: str) -> str:
    found = resource.get(element)
    return str(found.get("reference", "")) if isinstance(found, Mapping) else ""


def _codes(concept: Any) -> list[str]:
    """The codes of a CodeableConcept in their order; empty for anything else."""
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    listed = codings if isinstance(codings, list) else []
    return [str(one.get("code", "")) for one in listed if isinstance(one, Mapping)]
