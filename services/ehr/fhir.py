"""The patient's chart and the practice's directory, read over eCW's FHIR R4 API."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from services.ehr import service_day
from services.ehr.fhir_datatypes import B, Identifier, plain_reference
from services.ehr.fhir_records import (
    allergy,
    is_active,
    latest_results,
    medication,
    official_name,
    patient_record,
    problem,
    visits,
)
from services.ehr.fhir_shapes import (
    AllergyIntolerance,
    Condition,
    Encounter,
    Location,
    MedicationDispense,
    MedicationRequest,
    Observation,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
)
from services.ehr.line import Line
from services.ehr.paging import entries
from services.ehr.ports import ChartSummary, PatientRecord, Place, ServiceRecord
from services.errors import Refused, Unreachable

NPI = "http://hl7.org/fhir/sid/us-npi"  # the system that US Core names for it

RESULTS_REACH_BACK = timedelta(days=400)
VISITS_REACH_BACK = timedelta(days=730)
AT_ONCE = 4  # eCW takes up to a second for each search; a page may not wait for nine in a row


@dataclass(frozen=True)
class FhirChart:
    """A ``Chart`` over FHIR. *zone* is the practice's, for what counts as today."""

    line: Line
    zone: ZoneInfo

    def patient(self, ref: str) -> PatientRecord:
        """See ``Chart``. Asks by ``_id``: reading by an id with a dot fails at eCW."""
        found = entries(self.line, Patient, [("_id", id_of(ref))])
        for patient in only_of(ref, found):
            return patient_record(patient)
        raise Refused("eCW does not have this patient.", code="100")

    def summary(self, ref: str, today: date) -> ChartSummary:
        """See ``Chart``. All of it or an error, so that no list is empty only for lack of an answer."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            patient = pool.submit(self.patient, ref)
            problems = pool.submit(self._of, Condition, ref, category="problem-list-item")
            orders = pool.submit(self._of, MedicationRequest, ref, status="active")
            fills = pool.submit(self._fills, ref)
            allergies = pool.submit(self._of, AllergyIntolerance, ref)
            since = f"ge{today - RESULTS_REACH_BACK}"
            labs = pool.submit(self._of, Observation, ref, category="laboratory", date=since)
            vitals = pool.submit(self._of, Observation, ref, category="vital-signs", date=since)
            since = f"ge{today - VISITS_REACH_BACK}"
            encounters = pool.submit(self._of, Encounter, ref, date=since)
        last, following = visits(encounters.result(), today, self.zone)
        return ChartSummary(
            patient=patient.result(),
            problems=tuple(problem(c) for c in problems.result() if is_active(c.clinical_status)),
            medications=tuple(medication(o, fills.result()) for o in orders.result()),
            allergies=tuple(allergy(a) for a in allergies.result() if is_active(a.clinical_status)),
            results=latest_results([*labs.result(), *vitals.result()]),
            last_visit=last,
            next_visit=following,
        )

    def on_day(self, ref: str, day: date) -> ServiceRecord:
        """See ``Chart``. All of it or an error, as for the summary."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            # A day wider, since an evening here is the next day in UTC.
            since = f"ge{day - timedelta(days=1)}"
            encounters = pool.submit(self._of, Encounter, ref, date=since)
            problems = pool.submit(self._of, Condition, ref, category="problem-list-item")
            orders = pool.submit(self._of, MedicationRequest, ref)
            allergies = pool.submit(self._of, AllergyIntolerance, ref)
            since = f"ge{day - service_day.REACH_BACK}"
            labs = pool.submit(self._of, Observation, ref, category="laboratory", date=since)
            vitals = pool.submit(self._of, Observation, ref, category="vital-signs", date=since)
        known = service_day.Known(
            encounters.result(), problems.result(), orders.result(), allergies.result(),
            [*labs.result(), *vitals.result()],
        )  # fmt: skip
        return service_day.record(known, day, self.zone)

    def _of(self, kind: type[B], ref: str, **params: str) -> list[B]:
        asked = [("patient", id_of(ref)), *params.items()]
        return only_of(ref, entries(self.line, kind, asked))

    def _fills(self, ref: str) -> list[MedicationDispense]:
        try:
            return self._of(MedicationDispense, ref)
        except Refused:
            # Not every eCW build has fills; the chart then says nothing about them.
            return []


def only_of(ref: str, found: list[B]) -> list[B]:
    """*found*. Raises ``Unreachable`` if any of it is about somebody else: none can be trusted then."""
    if any(resource.about() not in (None, ref) for resource in found):
        raise Unreachable(
            "eCW answered with another patient's record, so nothing of it is shown. "
            "Please tell your administrator."
        )
    return found


def id_of(ref: str) -> str:
    """``p.103`` of ``Patient/p.103``."""
    return plain_reference(ref).partition("/")[2] or ref


@dataclass(frozen=True)
class FhirDirectory:
    """A ``Directory`` over FHIR."""

    line: Line

    def places(self) -> Sequence[Place]:
        """See ``Directory``."""
        return [*self._locations(), *self._departments(), *self._providers()]

    def _locations(self) -> list[Place]:
        found = entries(self.line, Location, ())
        return [Place(one.ref(), "location", one.name, npi=npi_of(one.identifier)) for one in found]

    def _departments(self) -> list[Place]:
        found = entries(self.line, Organization, ())
        return [
            Place(one.ref(), "department", one.name, one.part_of.ref() if one.part_of else "")
            for one in found
            if any(kind.has("dept") for kind in one.type)
        ]

    def _providers(self) -> list[Place]:
        roles = entries(self.line, PractitionerRole, ())
        at = {
            r.practitioner.ref(): r.location[0].ref()
            for r in roles
            if r.practitioner and r.location
        }
        return [
            Place(
                one.ref(),
                "provider",
                spoken_name(one),
                at.get(one.ref(), ""),
                npi_of(one.identifier),
            )
            for one in entries(self.line, Practitioner, ())
            if one.active
        ]


def npi_of(identifiers: Sequence[Identifier]) -> str:
    """The National Provider Identifier among *identifiers*; empty where there is none."""
    return next((one.value for one in identifiers if one.system == NPI), "")


def spoken_name(practitioner: Practitioner) -> str:
    """As in ``Dr. Alva Sample``."""
    name = official_name(practitioner.name)
    return name.text or " ".join([*name.prefix, *name.given, name.family]).strip()
