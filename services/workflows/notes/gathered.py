"""What a note may rest on: the chart around the visit, what was said, and what intake verified."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from nameparser import HumanName
from pydantic import TypeAdapter

from db.handovers import Handovers
from db.places import Places
from db.visit_notes import VisitNote
from services.desk import Desk
from services.ehr.notebook import VisitContext, VisitTranscript
from services.ehr.ports import PatientRecord, ResultValue
from services.notes.values import EncounterFacts, Fact, Kind, Material, Role, Transcript, Turn

SPEAKERS = {
    "doctor": Role.CLINICIAN,
    "clinician": Role.CLINICIAN,
    "provider": Role.CLINICIAN,
    "patient": Role.PATIENT,
    "guest": Role.GUEST,
    "guest_family": Role.GUEST,
}


@dataclass(frozen=True)
class Provider:
    """A provider by National Provider Identifier and name."""

    npi: str = ""
    family: str = ""
    given: str = ""


@dataclass(frozen=True)
class Gathered:
    """Whose visit it is, and everything that a draft may cite."""

    patient: PatientRecord
    material: Material = field(repr=False)

    @property
    def digest(self) -> str:
        """Which facts and words these are."""
        return sha256(_GATHERED.dump_json(self)).hexdigest()[:16]

    def to_json(self) -> str:
        """As text to be sealed."""
        return _GATHERED.dump_json(self).decode()


def of(desk: Desk, note: VisitNote) -> Gathered:
    """What was gathered for *note*. Raises ``ValueError`` before anything was."""
    return _GATHERED.validate_json(desk.vault.read(note, "gathered").text)


def gather(
    context: VisitContext, transcript: Transcript, told: Sequence[tuple[str, str]]
) -> Gathered:
    """One patient's facts and words alone; *told* are reference and sentence of verified answers."""
    day = context.visit.start.date()
    facts = EncounterFacts(
        encounter_ref=context.visit.ref,
        day=day.isoformat(),
        sex=context.patient.gender,
        age=_age(context.patient.birth_date, day),
        facts=tuple(_facts(context, told)),
        identifiers=_identifiers(context.patient),
    )
    return Gathered(context.patient, Material(facts, transcript))


def told_before(desk: Desk, note: VisitNote) -> tuple[tuple[str, str], ...]:
    """What the patient told on verified forms of this visit: reference and sentence."""
    return tuple(
        (handover.ref, sentence)
        for handover in desk.open(Handovers).of_visit(note.encounter_ref)
        if handover.content is not None
        for sentences in json.loads(desk.vault.read(handover, "content").text).values()
        for sentence in sentences
    )


def provider_of(desk: Desk, note: VisitNote) -> Provider:
    """Who will sign, as eCW names them; empty where it has not told yet."""
    place = desk.open(Places).by_ref().get(note.provider)
    if place is None:
        return Provider()
    name = HumanName(place.name)
    return Provider(place.npi, name.last or place.name, name.first)


def _facts(context: VisitContext, told: Sequence[tuple[str, str]]) -> Iterator[Fact]:
    visit = context.visit
    if visit.reason:
        yield Fact(Kind.REASON, visit.ref, visit.reason)
    for problem in context.problems:
        yield Fact(Kind.PROBLEM, problem.ref, problem.text, problem.onset, problem.code)
    for drug in context.medications:
        words = " ".join(word for word in (drug.text, drug.dose) if word)
        yield Fact(Kind.MEDICATION, drug.ref, words, drug.authored)
    for allergy in context.allergies:
        words = f"{allergy.text}: {allergy.reaction}" if allergy.reaction else allergy.text
        yield Fact(Kind.ALLERGY, allergy.ref, words)
    yield from (_value(Kind.VITAL, one) for one in context.vitals)
    yield from (_value(Kind.RESULT, one) for one in context.results)
    for earlier in context.earlier:
        yield Fact(
            Kind.ENCOUNTER, earlier.ref, earlier.reason or "Visit", earlier.start.date().isoformat()
        )
    yield from (Fact(Kind.INTAKE, ref, sentence) for ref, sentence in told)


def _value(kind: Kind, one: ResultValue) -> Fact:
    words = f"{one.text} {one.value} {one.unit}".strip()
    return Fact(kind, one.ref, f"{words} ({one.flag})" if one.flag else words, one.when)


def heard(found: VisitTranscript | None) -> Transcript:
    """What a recogniser wrote down, as turns that a sentence can cite; none where nothing is there."""
    turns = found.turns if found else ()
    return Transcript(
        tuple(
            Turn(number, SPEAKERS.get(turn.speaker.casefold(), Role.UNKNOWN), turn.text)
            for number, turn in enumerate(turns, start=1)
        )
    )


def _identifiers(patient: PatientRecord) -> tuple[str, ...]:
    found = (patient.family, patient.given, patient.mrn, patient.birth_date)
    return tuple(one for one in found if one)


def _age(birth_date: str, day: date) -> str:
    """In words, as a note begins; empty where the birth date is not known to the day."""
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return ""
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return f"{years}-year-old" if years >= 2 else f"{_months(born, day)}-month-old"


def _months(born: date, day: date) -> int:
    return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)


_GATHERED: TypeAdapter[Gathered] = TypeAdapter(Gathered)
