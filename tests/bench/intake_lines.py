"""The lines of one patient at check-in, with what each of their calls costs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.ehr.ports import PatientRecord, Quarantined, Receipt
from services.ehr.registration import (
    ChartWrite,
    Forms,
    IncomingForm,
    PlannedVisit,
    Registrar,
    Registration,
)


@dataclass
class Lines:
    """``Forms`` and ``Registrar`` in one; nobody but *patient* has a visit. ``taken`` is in seconds."""

    forms: Forms
    registrar: Registrar
    patient: str
    taken: dict[str, float] = field(default_factory=dict)

    def visits(self, provider_ref: str, first: date, last: date) -> Sequence[PlannedVisit]:
        """See ``Forms``."""
        found = self._timed("schedule", self.forms.visits, provider_ref, first, last)
        return [visit for visit in found if visit.patient_ref == self.patient]

    def forms_of(
        self, patient_ref: str, since: date | None
    ) -> Sequence[IncomingForm | Quarantined]:
        """See ``Forms``."""
        return list(self._timed("forms", self.forms.forms_of, patient_ref, since))

    def registration(self, patient_ref: str) -> Registration:
        """See ``Registrar``."""
        found: Registration = self._timed("chart", self.registrar.registration, patient_ref)
        return found

    def find_people(self, family: str, birth_date: str) -> Sequence[PatientRecord]:
        """See ``Registrar``."""
        return self.registrar.find_people(family, birth_date)

    def write(self, write: ChartWrite) -> Receipt:
        """See ``Registrar``."""
        return self.registrar.write(write)

    def find(self, write: ChartWrite) -> Receipt | None:
        """See ``Registrar``."""
        return self.registrar.find(write)

    def _timed(self, what: str, ask: Any, *given: object) -> Any:
        began = time.perf_counter()
        found = ask(*given)
        self.taken[what] = self.taken.get(what, 0.0) + time.perf_counter() - began
        return found
