"""The parts of FHIR R4 resources that we read, as msgspec shapes; the rest is skipped unread."""

from msgspec import field

from services.ehr.fhir_datatypes import (
    Coding,
    Concept,
    HumanName,
    Identifier,
    OfPatient,
    Period,
    Quantity,
    Reference,
    Resource,
    Shape,
)


class PatientLink(Shape):
    """A link to another record of the same person."""

    type: str = ""
    other: Reference = field(default_factory=Reference)


class Communication(Shape):
    """A language the patient speaks."""

    language: Concept = field(default_factory=Concept)
    preferred: bool = False


class Patient(Resource):
    """A patient."""

    active: bool = True
    name: list[HumanName] = field(default_factory=list)
    birth_date: str = ""
    gender: str = ""
    identifier: list[Identifier] = field(default_factory=list)
    communication: list[Communication] = field(default_factory=list)
    link: list[PatientLink] = field(default_factory=list)

    def about(self) -> str | None:
        """Themselves."""
        return self.ref()


class Condition(OfPatient):
    """A problem."""

    clinical_status: Concept | None = None
    code: Concept = field(default_factory=Concept)
    onset_date_time: str = ""


class Dosage(Shape):
    """How to take it."""

    text: str = ""


class DispenseRequest(Shape):
    """What the prescriber allows the pharmacy."""

    number_of_repeats_allowed: int | None = None


class MedicationRequest(OfPatient):
    """A prescription."""

    status: str = ""
    medication_codeable_concept: Concept = field(default_factory=Concept)
    medication_reference: Reference | None = None
    dosage_instruction: list[Dosage] = field(default_factory=list)
    authored_on: str = ""
    dispense_request: DispenseRequest | None = None


class MedicationDispense(OfPatient):
    """One fill of a prescription."""

    status: str = ""
    authorizing_prescription: list[Reference] = field(default_factory=list)
    when_handed_over: str = ""


class MedicationStatement(OfPatient):
    """A medication somebody says the patient takes."""

    status: str = ""
    medication_codeable_concept: Concept = field(default_factory=Concept)
    dosage: list[Dosage] = field(default_factory=list)
    date_asserted: str = ""


class Immunization(OfPatient):
    """A vaccination."""

    status: str = ""
    vaccine_code: Concept = field(default_factory=Concept)
    occurrence_date_time: str = ""


class Reaction(Shape):
    """What the substance did."""

    manifestation: list[Concept] = field(default_factory=list)


class AllergyIntolerance(OfPatient):
    """An allergy or intolerance."""

    clinical_status: Concept | None = None
    code: Concept = field(default_factory=Concept)
    criticality: str = ""
    reaction: list[Reaction] = field(default_factory=list)


class Component(Shape):
    """One part of a value with parts, such as a blood pressure."""

    code: Concept = field(default_factory=Concept)
    value_quantity: Quantity | None = None


class Observation(OfPatient):
    """A laboratory or vital-sign value."""

    status: str = ""
    code: Concept = field(default_factory=Concept)
    effective_date_time: str = ""
    value_quantity: Quantity | None = None
    value_string: str = ""
    value_codeable_concept: Concept | None = None
    interpretation: list[Concept] = field(default_factory=list)
    component: list[Component] = field(default_factory=list)


class Participant(Shape):
    """Who takes part in an encounter."""

    individual: Reference | None = None


class Stay(Shape):
    """Where an encounter takes place."""

    location: Reference = field(default_factory=Reference)


class Extension(Shape):
    """An extension with a text."""

    url: str = ""
    value_string: str = ""


class Encounter(OfPatient):
    """A visit, or a telephone encounter."""

    extension: list[Extension] = field(default_factory=list)
    status: str = ""
    kind: Coding = field(default_factory=Coding, name="class")
    identifier: list[Identifier] = field(default_factory=list)
    period: Period | None = None
    reason_code: list[Concept] = field(default_factory=list)
    participant: list[Participant] = field(default_factory=list)
    location: list[Stay] = field(default_factory=list)


class Location(Resource):
    """A place of the practice."""

    name: str = ""
    identifier: list[Identifier] = field(default_factory=list)
    managing_organization: Reference | None = None


class Organization(Resource):
    """The practice, or a department of it."""

    name: str = ""
    type: list[Concept] = field(default_factory=list)
    part_of: Reference | None = None


class Practitioner(Resource):
    """A provider."""

    active: bool = True
    name: list[HumanName] = field(default_factory=list)
    identifier: list[Identifier] = field(default_factory=list)


class PractitionerRole(Resource):
    """Which provider works where, for which organization."""

    active: bool = True
    practitioner: Reference | None = None
    organization: Reference | None = None
    location: list[Reference] = field(default_factory=list)
    specialty: list[Concept] = field(default_factory=list)
