"""What notes need from the EHR: what a visit is about, its transcript, and four roads into the chart."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from services.ehr.ports import Allergy, Medication, PatientRecord, Problem, Receipt, ResultValue
from services.ehr.registration import PlannedVisit


@dataclass(frozen=True)
class Turn:
    """One utterance of a visit: who spoke (``doctor``, ``patient`` or another word) and what."""

    speaker: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class VisitTranscript:
    """What was said at a visit, as a recogniser wrote it down. ``digest`` changes with its words."""

    encounter_ref: str
    turns: tuple[Turn, ...] = field(repr=False)
    digest: str


@dataclass(frozen=True)
class VisitContext:
    """The chart around one visit, minimum necessary: lists as they are now, and the visits before.

    ``earlier`` are the patient's last three visits before this one, newest first. ``vitals`` and
    ``results`` are those of the last year, newest first.
    """

    patient: PatientRecord
    visit: PlannedVisit
    problems: tuple[Problem, ...] = ()
    medications: tuple[Medication, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    vitals: tuple[ResultValue, ...] = ()
    results: tuple[ResultValue, ...] = ()
    earlier: tuple[PlannedVisit, ...] = ()


@dataclass(frozen=True)
class LayoutSection:
    """One section of a progress note as the EHR orders it: our key, its code there, its title."""

    key: str
    code: str
    title: str
    system: str = "L"


@dataclass(frozen=True)
class NoteSection:
    """One section of a note as it was approved, with where it belongs."""

    key: str
    code: str
    title: str
    system: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class NoteWrite:
    """A note for one visit, as a draft for signature. ``delivery_id`` is our business identifier.

    ``kind`` is the road: ``note_document`` (FHIR DocumentReference, PDF), ``note_hl7`` (ORU^R01),
    ``note_sections`` (eCW Open API), ``note_ccda`` (a C-CDA file). ``at`` is the moment of
    approval, the same at each resend.
    """

    kind: str
    patient_ref: str
    mrn: str = field(repr=False)
    family: str = field(repr=False)
    given: str = field(repr=False)
    birth_date: str = field(repr=False)
    sex: str
    encounter_ref: str
    visit_at: datetime
    provider_ref: str
    provider_npi: str
    provider_family: str
    provider_given: str
    location_ref: str
    sections: tuple[NoteSection, ...] = field(repr=False)
    at: datetime
    delivery_id: str


@dataclass(frozen=True)
class SignedNote:
    """What the provider signed in the EHR: its words by section key, when, and of which patient.

    An amended note is the same note with later words and a later moment.
    """

    encounter_ref: str
    patient_ref: str
    signed_at: datetime
    sections: tuple[NoteSection, ...] = field(repr=False)


class Notebook(Protocol):
    """Visits to be written down, and the ways a note gets into the chart."""

    def visits(self, provider_ref: str, day: date) -> Sequence[PlannedVisit]:
        """The provider's visits of *day* that were opened or are over.

        Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``; never a part of them.
        """

    def context(self, visit: PlannedVisit) -> VisitContext:
        """The chart around *visit*, or an error; never a part of it."""

    def transcript(self, encounter_ref: str) -> VisitTranscript | None:
        """What was said, where a recogniser supplied it; ``None`` where nothing is there (yet)."""

    def layout(self, location_ref: str, department_ref: str) -> Sequence[LayoutSection]:
        """The sections the EHR expects there, in its order; empty where it does not tell."""

    def write(self, note: NoteWrite) -> Receipt:
        """Send it by its road. Raises ``Unreachable`` (not sent), ``Refused`` or ``InDoubt``."""

    def find(self, note: NoteWrite) -> Receipt | None:
        """Read back section by section; ``None`` if nothing of it is there.

        Raises ``Refused`` with code ``differs``, naming the sections that are missing, in another
        place or not as approved.
        """

    def signed(self, encounter_ref: str) -> SignedNote | None:
        """The note as the provider signed it in the EHR; ``None`` while nobody has."""
