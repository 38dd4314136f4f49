"""Who and where each synthetic practice is: locations, departments and providers as FHIR resources."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.sandbox.npi import npi_of
from services.sandbox.shapes import Json

SYNTHETIC = {"tag": [{"system": "urn:foyer:sandbox", "code": "synthetic"}]}
ORGANIZATION = "Organization/o.1"


@dataclass(frozen=True)
class Provider:
    """One provider: where they sit and which department they belong to."""

    id: str
    prefix: str
    given: str
    family: str
    location: str
    department: str

    @property
    def spoken(self) -> str:
        """How a patient addresses them: ``Dr. Sample``."""
        return f"{self.prefix} {self.family}"


LOCATIONS = {"l.1": "Maple Street Clinic (synthetic)", "l.2": "Harbor Office (synthetic)"}
DEPARTMENTS = {"d.1": "Family Medicine", "d.2": "Internal Medicine", "d.3": "Pediatrics"}
PROVIDERS = {
    f"Practitioner/{p.id}": p
    for p in (
        Provider("pr.1", "Dr.", "Alva", "Sample", "l.1", "d.1"),
        Provider("pr.2", "NP", "Bo", "Placeholder", "l.2", "d.1"),
        Provider("pr.3", "Dr.", "Cora", "Example", "l.1", "d.2"),
        Provider("pr.4", "Dr.", "Dana", "Demonstration", "l.2", "d.2"),
        Provider("pr.5", "Dr.", "Eli", "Specimen", "l.1", "d.3"),
        Provider("pr.6", "PA", "Fay", "Testcase", "l.2", "d.3"),
    )
}


def resources() -> Iterator[Json]:
    """Organization, departments, locations, practitioners and the roles that tie them together."""
    yield _organization("o.1", "Synthetic Family Health (demo practice)", "prov")
    for department_id, name in DEPARTMENTS.items():
        yield _organization(department_id, name, "dept") | {"partOf": {"reference": ORGANIZATION}}
    for location_id, name in LOCATIONS.items():
        yield _location(location_id, name)
    for provider in PROVIDERS.values():
        yield _practitioner(provider)
        yield _role(provider)


def _organization(organization_id: str, name: str, kind: str) -> Json:
    system = "http://terminology.hl7.org/CodeSystem/organization-type"
    return {
        "resourceType": "Organization",
        "id": organization_id,
        "meta": SYNTHETIC,
        "active": True,
        "type": [{"coding": [{"system": system, "code": kind}]}],
        "name": name,
    }


def _location(location_id: str, name: str) -> Json:
    return {
        "resourceType": "Location",
        "id": location_id,
        "meta": SYNTHETIC,
        "status": "active",
        "name": name,
        "identifier": [_npi(200 + int(location_id[-1]))],
        "managingOrganization": {"reference": ORGANIZATION},
    }


def _practitioner(provider: Provider) -> Json:
    name = {"family": provider.family, "given": [provider.given], "prefix": [provider.prefix]}
    return {
        "resourceType": "Practitioner",
        "id": provider.id,
        "meta": SYNTHETIC,
        "active": True,
        "identifier": [_npi(int(provider.id[-1]))],
        "name": [name],
    }


def _npi(number: int) -> Json:
    return {"system": "http://hl7.org/fhir/sid/us-npi", "value": npi_of(number)}


def _role(provider: Provider) -> Json:
    return {
        "resourceType": "PractitionerRole",
        "id": f"ro.{provider.id[-1]}",
        "meta": SYNTHETIC,
        "active": True,
        "practitioner": {"reference": f"Practitioner/{provider.id}"},
        "organization": {"reference": ORGANIZATION},
        "specialty": [{"text": DEPARTMENTS[provider.department]}],
        "healthcareService": [{"display": DEPARTMENTS[provider.department]}],
        "location": [{"reference": f"Location/{provider.location}"}],
    }
