"""The patient's chart as kept beside a conversation: fetched by a job, sealed, dated."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from db.patients import Patient, Patients
from db.vault import blind_index
from services.desk import Desk
from services.ehr.ports import (
    Allergy,
    ChartSummary,
    Medication,
    PatientRecord,
    Problem,
    ResultValue,
    Visit,
)


def patients_of(desk: Desk, refs: set[str]) -> dict[str, Patient]:
    """The patients of these EHR references; one we have not met is kept by the reference alone."""
    patients = desk.open(Patients).by_refs(refs)
    for ref in sorted(refs - patients.keys()):
        key = desk.vault.new_key()
        desk.session.add(key)
        patients[ref] = desk.open(Patients).add(
            Patient(practice_id=desk.practice_id, ehr_ref=ref, key_id=key.id)
        )
    return patients


def keep(desk: Desk, patient: Patient, summary: ChartSummary) -> None:
    """Seal *summary* into the patient's row and make the patient findable by exact search."""
    keep_identity(desk, patient, summary.patient)
    desk.vault.seal_into(patient, chart=json.dumps(asdict(summary)))
    patient.replaced_by, patient.fetched_at = summary.patient.replaced_by, desk.now


def keep_identity(desk: Desk, patient: Patient, record: PatientRecord) -> None:
    """Seal who the patient is, and nothing else of the chart yet."""
    desk.vault.seal_into(
        patient,
        name=f"{record.given} {record.family}".strip(),
        birth_date=record.birth_date,
        mrn=record.mrn,
    )
    patient.language, patient.synthetic = record.language, record.synthetic
    digests = (_digest(desk, kind, value) for kind, value in _search_terms(record))
    desk.open(Patients).index(patient, digests)


def read(desk: Desk, patient: Patient) -> ChartSummary | None:
    """The summary as last fetched, or ``None`` before the first time."""
    sealed = desk.vault.read(patient, "chart")
    return _summary(json.loads(sealed.text)) if sealed else None


def without_results(summary: ChartSummary) -> ChartSummary:
    """What a role without clinical rights may see: no problems, allergies or results."""
    return replace(summary, problems=(), allergies=(), results=())


def search_digests(desk: Desk, words: str) -> list[bytes]:
    """Digests under which a patient is found who has exactly this name, birth date or MRN."""
    kinds = ("name", "birth_date", "mrn")
    return [_digest(desk, kind, normal(words)) for kind in kinds if normal(words)]


def digest(desk: Desk, kind: str, value: str) -> bytes:
    """The digest under which *value* is searched as a name, birth_date or mrn."""
    return _digest(desk, kind, normal(value))


def normal(words: str) -> str:
    """The form in which search terms are compared: case and spaces folded."""
    return " ".join(words.casefold().replace(",", " ").split())


def _digest(desk: Desk, kind: str, value: str) -> bytes:
    return blind_index(desk.container.keyring, desk.practice_id, kind, value)


def _search_terms(record: PatientRecord) -> Iterator[tuple[str, str]]:
    given = record.given.split()[0] if record.given.split() else ""
    names = (
        record.family,
        given,
        f"{given} {record.family}",
        f"{record.family} {given}",
        f"{record.given} {record.family}",
    )
    yield from (("name", normal(name)) for name in names if normal(name))
    yield from (("birth_date", form) for form in _dates(record.birth_date))
    if record.mrn:
        yield "mrn", normal(record.mrn)


def _dates(iso: str) -> Iterator[str]:
    yield iso
    parts = iso.split("-")
    if len(parts) == 3:
        year, month, day = parts
        yield f"{month}/{day}/{year}"
        yield f"{int(month)}/{int(day)}/{year}"


def _summary(stored: dict[str, Any]) -> ChartSummary:
    return ChartSummary(
        patient=PatientRecord(**stored["patient"]),
        problems=tuple(Problem(**item) for item in stored["problems"]),
        medications=tuple(Medication(**item) for item in stored["medications"]),
        allergies=tuple(Allergy(**item) for item in stored["allergies"]),
        results=tuple(ResultValue(**item) for item in stored["results"]),
        last_visit=Visit(**stored["last_visit"]) if stored["last_visit"] else None,
        next_visit=Visit(**stored["next_visit"]) if stored["next_visit"] else None,
    )
