"""Find the patient of a form that came without one: the likely ones, or by exact words."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from db.intake import IntakeForms
from db.patients import Patient, Patients
from db.vault import Unreadable
from services import chart
from services.container import Container
from services.desk import Actor, Desk, working
from services.ehr.ports import PatientRecord
from services.workflows.intake import contents
from services.workflows.intake.listing import shown

MOST = 20  # people of one name or birth date that are shown


@dataclass(frozen=True)
class Person:
    """One patient to choose; ``ref`` is what ``confirm_patient`` takes."""

    ref: str
    name: str = field(repr=False)
    birth_date: str = field(repr=False)
    mrn: str = field(repr=False)
    reasons: tuple[str, ...] = ()


def find_patient(container: Container, actor: Actor, words: str) -> tuple[Person, ...]:
    """Patients with exactly this name, birth date or MRN; the search is on the trail.

    Raises ``NotAllowed``.
    """
    with working(container, actor) as desk:
        desk.require("intake.search", "search for patients")
        patients = desk.open(Patients)
        digests = chart.search_digests(desk, words)
        found = patients.get_many(list(patients.matching(digests))[:MOST]) if digests else []
        desk.record("intake.searched", f"practice/{desk.practice_id}", reason=f"{len(found)} found")
        return _people(desk, found)


def likely(container: Container, actor: Actor, form_id: UUID) -> tuple[Person, ...]:
    """Whose the form may be, likeliest first, each with reasons, for a person to confirm.

    Charts that were merged into another since are left out. Raises ``NotAllowed`` or ``NotFound``.
    """
    with working(container, actor) as desk:
        desk.require("intake.read", "read intake forms")
        form = desk.open(IntakeForms).get(form_id)
        kept = shown(desk, form, "candidates")
        if not kept.startswith("[{"):  # none were kept, or a sentence says why they are unreadable
            patient = desk.open(Patients).find(form.patient_id) if form.patient_id else None
            return _people(desk, [patient] if patient else [])
        found = contents.to_candidates(kept)
        met = desk.open(Patients).by_refs([one["ref"] for one in found])
        merged = {ref for ref, patient in met.items() if patient.replaced_by}
        return tuple(_candidate(one) for one in found if one["ref"] not in merged)


def known_like(desk: Desk, family: str, born: str) -> list[PatientRecord]:
    """Patients we have met of this last name or this birth date, as they were last fetched."""
    patients = desk.open(Patients)
    ids: list[UUID] = []
    for words in (born, family):
        digests = chart.search_digests(desk, words)
        ids += list(patients.matching(digests))[:MOST] if digests else []
    found = (_record(desk, patient) for patient in patients.get_many(list(dict.fromkeys(ids))))
    return [record for record in found if record]


def _record(desk: Desk, patient: Patient) -> PatientRecord | None:
    try:
        summary = chart.read(desk, patient)
        if summary:
            return replace(summary.patient, replaced_by=patient.replaced_by)
        told = [desk.vault.read(patient, name).text for name in ("name", "birth_date", "mrn")]
    except Unreadable:
        return None
    # Of whom we know no more than this, the last word is taken for the last name.
    given, _, family = told[0].rpartition(" ")
    made = PatientRecord(patient.ehr_ref, family, given, told[1], "", told[2])
    return replace(made, replaced_by=patient.replaced_by) if family else None


def _candidate(kept: dict[str, Any]) -> Person:
    return Person(**kept | {"reasons": tuple(kept["reasons"])})


def _people(desk: Desk, patients: Sequence[Patient]) -> tuple[Person, ...]:
    standing = [patient for patient in patients if not patient.replaced_by]
    return tuple(
        Person(p.ehr_ref, shown(desk, p, "name"), shown(desk, p, "birth_date"), shown(desk, p, "mrn"))
        for p in standing
    )  # fmt: skip
