"""Writing what check-in fills in: the patient, coverage, allergies, medications and problems."""

from services.sandbox.formulary import families_of
from services.sandbox.registered import PAYERS
from services.sandbox.shapes import Json
from services.sandbox.telephone import DELIVERY, RefusedEntry
from services.sandbox.tenants import Tenant
from services.sandbox.world import World
from services.sandbox.writing import (
    LONGEST_GROUP,
    active_patient,
    check_texts,
    keep,
    known_entry,
)

# Elements of a patient that are eCW's own: a write does not touch them.
ECWS_OWN = ("active", "link", "generalPractitioner", "managingOrganization")
COVERAGE_STATUSES = ("active", "cancelled")
MEDICATION_STATUSES = ("active", "completed", "stopped", "on-hold", "not-taken")
ALLERGY_STATUSES = ("active", "inactive", "resolved")
PROBLEM_STATUSES = (*ALLERGY_STATUSES, "recurrence", "remission", "relapse")


def store_patient(world: World, tenant: Tenant, patient: Json, target: str) -> str:
    """Register a patient, or change one: 202 there is one like this, 201 there are several."""
    if not target:
        return _register(world, tenant, patient)
    active_patient(tenant, {**patient, "id": target})
    known = known_entry(tenant, {**patient, "id": target}, target)
    _check_name(patient)
    check_texts(patient)
    own = {name: known[name] for name in ECWS_OWN if name in known}
    kept = {"gender": "unknown", **patient, **own, **_numbers(known, patient)}
    return keep(world, tenant, kept, target, patient)


def store_coverage(world: World, tenant: Tenant, coverage: Json, target: str) -> str:
    """205 payer missing or unknown, 206 no member id, 110 status."""
    _check_owner(tenant, coverage, target)
    names = {str(p.get("display", "")).lower() for p in coverage.get("payor", [])}
    if not names & {payer.lower() for payer in PAYERS}:
        raise RefusedEntry("205", "The insurance is missing or not known to the practice.")
    if not str(coverage.get("subscriberId", "")).strip():
        raise RefusedEntry("206", "The insurance has no member id.")
    _check_status(coverage.get("status"), COVERAGE_STATUSES)
    check_texts(coverage)
    if any(len(number) > LONGEST_GROUP for number in _groups(coverage)):
        raise RefusedEntry("109", "The group number is over the maximum size.")
    return keep(world, tenant, coverage, target or tenant.next_id("wc"), coverage)


def store_allergy(world: World, tenant: Tenant, allergy: Json, target: str) -> str:
    """110 clinical status, 2 without a code."""
    _check_owner(tenant, allergy, target)
    _check_coded(allergy, "code")
    _check_status(_code_in(allergy, "clinicalStatus"), ALLERGY_STATUSES)
    check_texts(allergy)
    return keep(world, tenant, allergy, target or tenant.next_id("wa"), allergy)


def store_medication(world: World, tenant: Tenant, statement: Json, target: str) -> str:
    """110 status, 2024 medication unknown, 2027 RxNorm and NDC of different drug families."""
    _check_owner(tenant, statement, target)
    _check_status(statement.get("status"), MEDICATION_STATUSES)
    check_texts(statement)
    families = families_of(statement.get("medicationCodeableConcept", {}))
    if families is None:
        raise RefusedEntry("2024", "The medication is not known.")
    if len(families) > 1:
        raise RefusedEntry("2027", "RxNorm and NDC are not of the same drug family.")
    return keep(world, tenant, statement, target or tenant.next_id("wm"), statement)


def store_condition(world: World, tenant: Tenant, condition: Json, target: str) -> str:
    """110 clinical status, 2 without a code."""
    _check_owner(tenant, condition, target)
    _check_coded(condition, "code")
    _check_status(_code_in(condition, "clinicalStatus"), PROBLEM_STATUSES)
    check_texts(condition)
    return keep(world, tenant, condition, target or tenant.next_id("wd"), condition)


def _register(world: World, tenant: Tenant, patient: Json) -> str:
    family, born = _check_name(patient)
    check_texts(patient)
    alike = [
        known
        for known in tenant.chart.all("Patient")
        if known["name"][0]["family"].lower() == family.lower() and known["birthDate"] == born
    ]
    if alike:
        code = "202" if len(alike) == 1 else "201"
        raise RefusedEntry(code, "A patient of this name and birth date exists.")
    patient_id = tenant.next_id("wp")
    number = {"system": "urn:foyer:sandbox:mrn", "value": f"3{tenant.issued['wp']:05}"}
    own = {
        "active": True,
        "generalPractitioner": [{"reference": "Practitioner/pr.1"}],
        "managingOrganization": {"reference": "Organization/o.1"},
        "identifier": [number, *patient.get("identifier", [])],
    }
    return keep(world, tenant, {"gender": "unknown", **patient, **own}, patient_id, patient)


def _check_name(patient: Json) -> tuple[str, str]:
    name: Json = next(iter(patient.get("name", [])), {})
    family, born = str(name.get("family", "")).strip(), str(patient.get("birthDate", ""))
    if not family or not name.get("given") or not born:
        raise RefusedEntry("2", "A patient needs a name and a birth date.")
    return family, born


def _numbers(known: Json, patient: Json) -> Json:
    # Record numbers stay; the sender's delivery number is the one of this write.
    kept = [i for i in known.get("identifier", []) if i.get("system") != DELIVERY]
    sent = [i for i in patient.get("identifier", []) if i.get("system") == DELIVERY]
    return {"identifier": [*kept, *sent]}


def _check_owner(tenant: Tenant, resource: Json, target: str) -> None:
    active_patient(tenant, resource)
    if target:
        known_entry(tenant, resource, target)


def _check_status(status: object, known: tuple[str, ...]) -> None:
    if status not in known:
        raise RefusedEntry("110", "The status is not supported.")


def _check_coded(resource: Json, element: str) -> None:
    concept = resource.get(element) or {}
    if not concept.get("text") and not concept.get("coding"):
        raise RefusedEntry("2", "The entry does not say what it is.")


def _code_in(resource: Json, element: str) -> str:
    codings = (resource.get(element) or {}).get("coding", [])
    return str(next((c.get("code") for c in codings), ""))


def _groups(coverage: Json) -> list[str]:
    return [
        str(each.get("value", ""))
        for each in coverage.get("class", [])
        if _code_in(each, "type") == "group"
    ]
