"""Visits to be written down and the chart around each, read over eCW's FHIR R4 API."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from services.ehr.fhir import AT_ONCE, FhirChart, id_of, only_of
from services.ehr.fhir_datatypes import B
from services.ehr.fhir_records import PAST, allergy, is_active, medication, problem, result
from services.ehr.fhir_shapes import (
    AllergyIntolerance,
    Condition,
    Encounter,
    MedicationRequest,
    Observation,
)
from services.ehr.forms import FhirForms, planned_visit
from services.ehr.notebook import VisitContext
from services.ehr.paging import entries
from services.ehr.ports import ResultValue
from services.ehr.registration import PlannedVisit

# Statuses of a visit that a provider has begun: FHIR R4, EncounterStatus.
BEGUN = ("in-progress", "onleave", "finished")
A_YEAR, TWO_YEARS = timedelta(days=365), timedelta(days=730)
EARLIER = 3


@dataclass(frozen=True)
class FhirVisits:
    """The reading half of a ``Notebook``."""

    forms: FhirForms
    chart: FhirChart

    def visits(self, provider_ref: str, day: date) -> Sequence[PlannedVisit]:
        """See ``Notebook``, earliest first."""
        return [v for v in self.forms.visits(provider_ref, day, day) if v.status in BEGUN]

    def context(self, visit: PlannedVisit) -> VisitContext:
        """See ``Notebook``. All lists are asked at once."""
        ref, day = visit.patient_ref, visit.start.astimezone(self.chart.zone).date()
        year = f"ge{day - A_YEAR}"
        with ThreadPoolExecutor(AT_ONCE) as pool:
            patient = pool.submit(self.chart.patient, ref)
            problems = pool.submit(self._of, Condition, ref, category="problem-list-item")
            orders = pool.submit(self._of, MedicationRequest, ref, status="active")
            allergies = pool.submit(self._of, AllergyIntolerance, ref)
            vitals = pool.submit(self._of, Observation, ref, category="vital-signs", date=year)
            results = pool.submit(self._of, Observation, ref, category="laboratory", date=year)
            seen = pool.submit(self._of, Encounter, ref, date=f"ge{day - TWO_YEARS}")
        return VisitContext(
            patient=patient.result(),
            visit=visit,
            problems=tuple(problem(c) for c in problems.result() if is_active(c.clinical_status)),
            medications=tuple(medication(order, ()) for order in orders.result()),
            allergies=tuple(allergy(a) for a in allergies.result() if is_active(a.clinical_status)),
            vitals=_newest_first(vitals.result()),
            results=_newest_first(results.result()),
            earlier=self._earlier(seen.result(), visit),
        )

    def _earlier(
        self, encounters: Iterable[Encounter], visit: PlannedVisit
    ) -> tuple[PlannedVisit, ...]:
        read = (planned_visit(one, self.chart.zone) for one in encounters)
        before = [
            one
            for one in read
            if one and one.status in PAST and one.start < visit.start and one.ref != visit.ref
        ]
        return tuple(sorted(before, key=lambda one: one.start, reverse=True)[:EARLIER])

    def _of(self, kind: type[B], ref: str, **params: str) -> list[B]:
        asked = [("patient", id_of(ref)), *params.items()]
        return only_of(ref, entries(self.chart.line, kind, asked))


def _newest_first(observations: Iterable[Observation]) -> tuple[ResultValue, ...]:
    kept = [o for o in observations if o.status not in ("entered-in-error", "cancelled")]
    return tuple(
        result(one) for one in sorted(kept, key=lambda o: o.effective_date_time, reverse=True)
    )
