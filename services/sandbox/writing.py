"""What every check-in write has in common: whose it is, what it may hold, and where it is kept."""

from collections.abc import Iterator

from services.sandbox.charts import patient_of
from services.sandbox.directory import SYNTHETIC
from services.sandbox.healow import writable
from services.sandbox.ledger import Write
from services.sandbox.shapes import Json, stamp
from services.sandbox.telephone import RefusedEntry, delivery_of
from services.sandbox.tenants import Tenant
from services.sandbox.world import World

# Longest text in characters by where it stands; 255 where nothing is said.
LONGEST = {
    **dict.fromkeys(("name.family", "name.given"), 60),
    **dict.fromkeys(("address.line", "payor.display", "class.value"), 80),
    **dict.fromkeys(("address.city",), 40),
    **dict.fromkeys(("subscriberId",), 30),
    **dict.fromkeys(("telecom.value",), 100),
    **dict.fromkeys(("code.text", "medicationCodeableConcept.text"), 200),
    "item.answer.valueString": 2_000,
}
# Elements of the types check-in writes that are lists of objects, and those that are objects.
LISTS = (
    *("identifier", "name", "telecom", "address", "contact", "communication", "extension"),
    *("payor", "class", "dosage", "reaction", "note", "item"),
)
OBJECTS = (
    *("clinicalStatus", "verificationStatus", "code", "medicationCodeableConcept", "relationship"),
    *("patient", "subject", "beneficiary", "subscriber", "period"),
)
LONGEST_ELSE, LONGEST_PHONE, LONGEST_GROUP = 255, 20, 30


def check_shape(resource: Json) -> None:
    """2 for an element that is not what FHIR says it is, so that nothing malformed gets into a chart."""
    single = ("identifier",) if resource["resourceType"] == "QuestionnaireResponse" else ()
    lists = [resource[name] for name in LISTS if name in resource and name not in single]
    if not all(isinstance(found, list) for found in lists):
        raise RefusedEntry("2", "An element that repeats must be a list.")
    objects = [resource[name] for name in (*OBJECTS, *single) if name in resource]
    objects += [each for found in lists for each in found]
    if not all(isinstance(each, dict) for each in objects):
        raise RefusedEntry("2", "An element is not an object.")


def active_patient(tenant: Tenant, resource: Json) -> str:
    """The patient the entry is for. Raises RefusedEntry: 100 unknown or inactive."""
    reference = patient_of(resource)
    patient = tenant.chart.at(reference)
    if not reference.startswith("Patient/") or patient is None or not patient.get("active", True):
        raise RefusedEntry("100", "The patient is not known or not active.")
    return reference


def known_entry(tenant: Tenant, resource: Json, target: str) -> Json:
    """The entry a PUT would replace. Raises RefusedEntry: 2 there is none, 100 it is another's."""
    known = tenant.chart.get(resource["resourceType"], target)
    if known is None:
        raise RefusedEntry("2", "The entry is not known.")
    if patient_of(known) != patient_of(resource):
        raise RefusedEntry("100", "The entry is another patient's.")
    return known


def check_texts(resource: Json) -> None:
    """109 over the maximum size, 108 unsupported characters."""
    for place, text in texts_in(resource, ""):
        if len(text) > LONGEST.get(place, LONGEST_ELSE):
            raise RefusedEntry("109", f"{place} is over the maximum size.")
        if not writable(text):
            raise RefusedEntry("108", f"{place} has unsupported characters.")
    for telecom in resource.get("telecom", []):
        if telecom.get("system") == "phone" and len(str(telecom.get("value"))) > LONGEST_PHONE:
            raise RefusedEntry("109", "telecom.value is over the maximum size.")


def texts_in(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Every text with its place, such as ``name.family``; answers at any depth are one place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each, place)
    elif isinstance(value, dict):
        for name, inner in value.items():
            deeper = name if place in ("", "item") and name == "item" else f"{place}.{name}"
            yield from texts_in(inner, deeper.removeprefix("."))


def keep(world: World, tenant: Tenant, resource: Json, resource_id: str, sent: Json) -> str:
    """Store the entry, enter it in the ledger as it was *sent*, and say where it is."""
    now, kind = world.clock.now(), str(resource["resourceType"])
    known = tenant.chart.get(kind, resource_id)
    number = int((known or {}).get("meta", {}).get("versionId", "0")) + 1
    meta = {**SYNTHETIC, "versionId": str(number), "lastUpdated": stamp(now)}
    tenant.write({**resource, "id": resource_id, "meta": meta}, None if known else now)
    world.ledger.accept(
        Write(
            kind=f"{kind}_update" if known else kind,
            practice=tenant.code,
            id=resource_id,
            patient=patient_of({**resource, "id": resource_id}),
            text="",
            at=stamp(now),
            client_ref=delivery_of(sent),
            values=sent,
        )
    )
    return f"{kind}/{resource_id}"
