"""A practice's FHIR resources by type and id, and the few questions the facade asks of them."""

from collections.abc import Iterable, Iterator

from services.sandbox.shapes import Json

# Where a resource of each type names its patient; "subject" for all others.
PATIENT_PATH = {
    "AllergyIntolerance": "patient",
    "Immunization": "patient",
    "Coverage": "beneficiary",
}


class Chart:
    """The chart room. Values are plain FHIR JSON; nothing here knows HTTP."""

    def __init__(self, resources: Iterable[Json] = ()) -> None:
        self.by_type: dict[str, dict[str, Json]] = {}
        for resource in resources:
            self.put(resource)

    def put(self, resource: Json) -> Json:
        """Store or replace by type and id."""
        self.by_type.setdefault(resource["resourceType"], {})[resource["id"]] = resource
        return resource

    def get(self, kind: str, resource_id: str) -> Json | None:
        """One resource, or ``None``."""
        return self.by_type.get(kind, {}).get(resource_id)

    def at(self, reference: str) -> Json | None:
        """The resource a reference such as ``Patient/p.103`` points to, or ``None``."""
        kind, _, resource_id = reference.partition("/")
        return self.get(kind, resource_id)

    def all(self, kind: str) -> Iterator[Json]:
        """Every resource of a type."""
        yield from self.by_type.get(kind, {}).values()

    def of_patient(self, kind: str, patient: str) -> list[Json]:
        """The resources of a type that belong to ``Patient/…``."""
        return [r for r in self.all(kind) if patient_of(r) == patient]


def patient_of(resource: Json) -> str:
    """The reference of the patient a resource is about, or empty."""
    if resource["resourceType"] == "Patient":
        return f"Patient/{resource['id']}"
    subject = resource.get(PATIENT_PATH.get(resource["resourceType"], "subject"), {})
    return str(subject.get("reference", ""))


def name_of(patient: Json) -> str:
    """The patient's name as a person reads it."""
    name = patient["name"][0]
    return f"{' '.join(name['given'])} {name['family']}"


def text_of(concept: Json) -> str:
    """A CodeableConcept as a person reads it: its text, else what a coding shows, else empty."""
    shown = (str(coding["display"]) for coding in concept.get("coding", []) if "display" in coding)
    return str(concept.get("text") or next(shown, ""))
