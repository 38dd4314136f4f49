"""The part of the chart that check-in fills in: read whole, written entry by entry, read back."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec

from services.ehr.answer_values import listed, member, text_of
from services.ehr.chart_entries import (
    ANSWERS,
    KINDS,
    Kind,
    changed_entry,
    in_a_row,
    is_in_error,
    new_entry,
    owner_of,
    receipt,
    ref_of,
    require_writable,
    shown_otherwise,
)
from services.ehr.entry_spots import COVERAGE
from services.ehr.fhir import AT_ONCE, id_of, only_of
from services.ehr.fhir_datatypes import B
from services.ehr.fhir_records import (
    allergy,
    immunization,
    is_active,
    medication,
    patient_record,
    problem,
    stated,
)
from services.ehr.fhir_shapes import (
    AllergyIntolerance,
    Condition,
    Immunization,
    MedicationRequest,
    MedicationStatement,
    Patient,
)
from services.ehr.line import Line
from services.ehr.paging import entries, trees
from services.ehr.patient_spots import demographics_of
from services.ehr.ports import Allergy, Medication, PatientRecord, Problem, Receipt
from services.ehr.prescriptions import prescribes
from services.ehr.registration import ChartWrite, CoverageRecord, Registration
from services.ehr.spots import UNREADABLE, Tree, well_formed
from services.ehr.structured_answers import AnswerSheet
from services.ehr.writeback import is_marked, transaction
from services.errors import Refused, Unreachable

PROBLEM_LIST = ("category", "problem-list-item")
TAKEN = ("active", "intended", "unknown", "")
NO_PATIENT = "eCW does not have this patient."


@dataclass(frozen=True)
class FhirRegistrar:
    """A ``Registrar`` over FHIR. *statements*: the practice may read MedicationStatement.

    ``back`` is for writing and for reading back what was written, which waits for no chart.
    """

    line: Line
    back: Line
    sheet: AnswerSheet
    statements: bool = False

    def registration(self, patient_ref: str) -> Registration:
        """See ``Registrar``. All lists are asked at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            patient = pool.submit(self._patient, patient_ref)
            coverage = pool.submit(self._coverage, patient_ref)
            allergies = pool.submit(self._allergies, patient_ref)
            orders = pool.submit(self._orders, patient_ref)
            taken = pool.submit(self._statements, patient_ref)
            problems = pool.submit(self._problems, patient_ref)
            immunizations = pool.submit(self._immunizations, patient_ref)
        found = patient.result()
        return Registration(
            patient=patient_record(_shaped(found, Patient)),
            demographics=demographics_of(found),
            coverage=coverage.result(),
            allergies=allergies.result(),
            medications=(*orders.result(), *taken.result()),
            problems=problems.result(),
            immunizations=immunizations.result(),
            version=text_of(member(found, "meta").get("versionId")),
        )

    def find_people(self, family: str, birth_date: str) -> Sequence[PatientRecord]:
        """See ``Registrar``; merged and inactive records too."""
        asked = [("family", family), ("birthdate", birth_date)]
        return [patient_record(one) for one in entries(self.line, Patient, asked)]

    def write(self, write: ChartWrite) -> Receipt:
        """See ``Registrar``. A change reads the entry first and sends back all of it."""
        if write.kind == ANSWERS:
            resource, target, version = self.sheet.filled_in(write), "", ""
        else:
            require_writable(write)
            resource, target, version = self._entry(write)
        return self.back.write(
            "",
            transaction(resource, target, version),
            lambda found: receipt(found, write),
            creates=resource["resourceType"],
        )

    def find(self, write: ChartWrite) -> Receipt | None:
        """See ``Registrar``. Raises ``Refused`` if our entry is there with other values."""
        if write.kind == ANSWERS:
            return self.sheet.find(write)
        require_writable(write)
        found = [one for one in self._entries(write) if not is_in_error(one)]
        for one in found:
            if is_marked(one, write.delivery_id):
                return _verified(one, write)
        alike = (one for one in found if _may_be(one, write) and not shown_otherwise(one, write))
        return next((Receipt(ref_of(one)) for one in alike), None) or self._prescribed(write)

    def _entry(self, write: ChartWrite) -> tuple[Tree, str, str]:
        """The resource to send, the entry it replaces, and the version we have seen of it."""
        target = _target_of(write)
        if not target:
            return new_entry(write), "", ""
        current = self._current(target, KINDS[write.kind], write)
        return changed_entry(current, write), target, text_of(_version(current))

    def _current(self, target: str, kind: Kind, write: ChartWrite) -> Tree:
        found = trees(self.back, kind.type, [("_id", id_of(target))])
        for one in found:
            if ref_of(one) == target:
                return _of_patient(well_formed(one), kind, write)
        raise Refused("eCW does not have the entry any more that was to change.", code="404")

    def _entries(self, write: ChartWrite) -> list[Tree]:
        kind = KINDS[write.kind]
        if write.kind == "patient":
            return self._patients(write)
        if write.kind == "medication" and not self.statements:
            return []
        asked = [("patient", id_of(write.patient_ref))]
        asked += [PROBLEM_LIST] if write.kind == "condition" else []
        found = trees(self.back, kind.type, asked)
        return [well_formed(one) for one in found if owner_of(kind, one) == write.patient_ref]

    def _patients(self, write: ChartWrite) -> list[Tree]:
        """A patient whom we registered has no reference yet: they are found by name and birth date."""
        if write.patient_ref:
            asked = [("_id", id_of(write.patient_ref))]
        else:
            values = dict(write.values)
            asked = [("family", values.get("last_name", "")), ("birthdate", values.get("dob", ""))]
        return [well_formed(one) for one in trees(self.back, "Patient", asked)]

    def _prescribed(self, write: ChartWrite) -> Receipt | None:
        """Staff who type a medication into eCW may make it a prescription."""
        if not (write.copied and write.kind == "medication"):
            return None
        asked = [("patient", id_of(write.patient_ref))]
        found = trees(self.back, "MedicationRequest", asked)
        alike = (one for one in found if prescribes(one, write))
        return next((Receipt(ref_of(one)) for one in alike), None)

    def _patient(self, ref: str) -> Tree:
        for one in trees(self.line, "Patient", [("_id", id_of(ref))]):
            if ref_of(one) == ref:
                return one
        raise Refused(NO_PATIENT, code="100")

    def _coverage(self, ref: str) -> tuple[CoverageRecord, ...]:
        found = trees(self.line, "Coverage", [("patient", id_of(ref))])
        if any(owner_of(KINDS["coverage"], one) != ref for one in found):
            raise Unreachable(
                "eCW answered with another patient's insurance, so nothing of it is shown. "
                "Please tell your administrator."
            )
        records = (coverage_record(one) for one in found if not is_in_error(one))
        return tuple(sorted(records, key=lambda one: (not one.active, one.order)))

    def _allergies(self, ref: str) -> tuple[Allergy, ...]:
        found = self._of(AllergyIntolerance, ref)
        return tuple(allergy(one) for one in found if is_active(one.clinical_status))

    def _orders(self, ref: str) -> tuple[Medication, ...]:
        found = self._of(MedicationRequest, ref, ("status", "active"))
        return tuple(medication(one, ()) for one in found)

    def _statements(self, ref: str) -> tuple[Medication, ...]:
        if not self.statements:
            return ()
        found = self._of(MedicationStatement, ref)
        return tuple(stated(one) for one in found if one.status in TAKEN)

    def _problems(self, ref: str) -> tuple[Problem, ...]:
        found = self._of(Condition, ref, PROBLEM_LIST)
        return tuple(problem(one) for one in found if is_active(one.clinical_status))

    def _immunizations(self, ref: str) -> tuple[Problem, ...]:
        found = self._of(Immunization, ref)
        return tuple(immunization(one) for one in found if one.status in ("completed", ""))

    def _of(self, kind: type[B], ref: str, *params: tuple[str, str]) -> list[B]:
        return only_of(ref, entries(self.line, kind, [("patient", id_of(ref)), *params]))


def coverage_record(coverage: Mapping[str, Any]) -> CoverageRecord:
    """One insurance; ``active`` is what the chart calls it, whatever its dates say."""
    values = {name: spot.get(coverage) for name, spot in COVERAGE.items()}
    status, order = values.pop("status"), values.pop("order")
    return CoverageRecord(
        ref=ref_of(coverage), active=status == "active", order=int(order or 1), **values
    )


def _shaped(tree: Tree, kind: type[B]) -> B:
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError:
        raise Unreachable(UNREADABLE) from None


def _target_of(write: ChartWrite) -> str:
    """The entry to replace; a prescription is never replaced, a statement is written beside it."""
    if write.kind == "patient":
        return write.patient_ref
    return write.target if write.target.startswith(f"{KINDS[write.kind].type}/") else ""


def _version(resource: Mapping[str, Any]) -> Any:
    return member(resource, "meta").get("versionId")


def _of_patient(one: Tree, kind: Kind, write: ChartWrite) -> Tree:
    """The entry, if it is the patient's and they are still on record as themselves."""
    if owner_of(kind, one) != write.patient_ref:
        raise Refused("The entry in eCW belongs to another patient. Nothing was sent.", code="100")
    if any(link.get("type") == "replaced-by" for link in listed(one, "link")):
        raise Refused(
            "This patient was merged into another one in eCW. Please check the form again.",
            code="100",
        )
    return one


def _may_be(one: Tree, write: ChartWrite) -> bool:
    """Whether an entry without our identifier could be the one: the changed one, or any new one."""
    target = _target_of(write)
    return not target or ref_of(one) == target


def _verified(one: Tree, write: ChartWrite) -> Receipt:
    if names := shown_otherwise(one, write):
        raise Refused(
            f"The chart shows something else than was written: {in_a_row(names)}.", code="differs"
        )
    return Receipt(ref_of(one))
