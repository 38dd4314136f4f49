"""The ``Notebook`` of one practice: which adapter serves each of its needs, and each road of a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from services.ehr.fhir import id_of
from services.ehr.fhir_shapes import Encounter
from services.ehr.healow_items import read_moment
from services.ehr.notebook import (
    LayoutSection,
    NoteSection,
    NoteWrite,
    SignedNote,
    VisitContext,
    VisitTranscript,
)
from services.ehr.notebook_documents import NoteDocuments
from services.ehr.notebook_folder import CcdaFolder
from services.ehr.notebook_openapi import OpenApiNotes
from services.ehr.notebook_visits import FhirVisits
from services.ehr.paging import entries
from services.ehr.ports import Receipt
from services.ehr.registration import PlannedVisit
from services.errors import NeedsAuthorization, Refused, Unreachable

CLOSED = {
    "note_document": "The practice has no contract for filing notes as documents.",
    "note_hl7": "Notes by HL7 are not set up for this practice.",
    "note_sections": "The practice has no contract for writing the sections of notes.",
    "note_ccda": "The folder for C-CDA files is not set up for this practice.",
}


class NoteChannel(Protocol):
    """Carries notes by one road."""

    def write(self, note: NoteWrite) -> Receipt:
        """Send it once. Raises ``Unreachable`` (not sent), ``Refused`` or ``InDoubt``."""


Hl7Channel = NoteChannel
"""Carries a note as ORU^R01: the hook for an HL7 adapter."""


@dataclass(frozen=True)
class NoteRoads:
    """The roads out that a practice may use; ``None`` is closed."""

    documents: NoteDocuments | None = None
    sections: OpenApiNotes | None = None
    folder: CcdaFolder | None = None
    hl7: NoteChannel | None = None

    def of(self, kind: str) -> NoteChannel | None:
        """What writes notes of this kind; ``None`` for a closed or unknown road."""
        roads: dict[str, NoteChannel | None] = {
            "note_document": self.documents,
            "note_hl7": self.hl7,
            "note_sections": self.sections,
            "note_ccda": self.folder,
        }
        return roads.get(kind)


@dataclass(frozen=True)
class EcwNotebook:
    """A ``Notebook`` over FHIR, and over the Open API where the practice has it."""

    reading: FhirVisits
    shown: NoteDocuments
    open_api: OpenApiNotes | None
    roads: NoteRoads
    zone: ZoneInfo

    def visits(self, provider_ref: str, day: date) -> Sequence[PlannedVisit]:
        """See ``Notebook``."""
        return self.reading.visits(provider_ref, day)

    def context(self, visit: PlannedVisit) -> VisitContext:
        """See ``Notebook``."""
        return self.reading.context(visit)

    def transcript(self, encounter_ref: str) -> VisitTranscript | None:
        """See ``Notebook``."""
        return self.open_api.transcript(encounter_ref) if self.open_api else None

    def layout(self, location_ref: str, department_ref: str) -> Sequence[LayoutSection]:
        """See ``Notebook``. eCW lays notes out by location; a department changes nothing."""
        return self.open_api.layout(location_ref) if self.open_api else ()

    def write(self, note: NoteWrite) -> Receipt:
        """See ``Notebook``."""
        road = self.roads.of(note.kind)
        if road is None:
            raise NeedsAuthorization(CLOSED.get(note.kind, "There is no such way to send a note."))
        _require_whole(note)
        return road.write(note)

    def find(self, note: NoteWrite) -> Receipt | None:
        """See ``Notebook``. Reads back even where the road has been closed meanwhile."""
        match note.kind:
            case "note_document":
                return self.shown.find(note)
            case "note_ccda":
                if self.roads.folder is None:
                    raise NeedsAuthorization(CLOSED["note_ccda"])
                return self.roads.folder.find(note)
            case "note_sections" if self.open_api is None:
                raise NeedsAuthorization(CLOSED["note_sections"])
        if self.open_api:
            return self.open_api.find(note)
        return self.shown.find_progress_note(note)

    def signed(self, encounter_ref: str) -> SignedNote | None:
        """See ``Notebook``."""
        if self.open_api:
            note = self.open_api.note(encounter_ref)
            if note.signed_at and note.sections and note.patient_ref:
                return SignedNote(encounter_ref, note.patient_ref, note.signed_at, note.sections)
        encounter = self._encounter(encounter_ref)
        found = self.shown.signed(encounter.about() or "", encounter_ref)
        if found is None:
            return None
        _, at = read_moment(found[0], self.zone)
        if at is None:
            raise Unreachable("eCW does not say when the note was signed.")
        words = tuple(self._named(found[1], encounter))
        return SignedNote(encounter_ref, encounter.about() or "", at, words)

    def _encounter(self, ref: str) -> Encounter:
        for one in entries(self.shown.back, Encounter, [("_id", id_of(ref))]):
            if one.ref() == ref:
                return one
        raise Refused("eCW does not have this visit.", code="404")

    def _named(self, sections: Sequence[NoteSection], encounter: Encounter) -> list[NoteSection]:
        """With our keys where the layout of the visit's location knows their codes."""
        where = next((stay.location.ref() for stay in encounter.location), "")
        known = {one.code: one for one in self.layout(where, "")} if where else {}
        return [
            NoteSection(
                known[s.code].key if s.code in known else s.key, s.code, s.title, s.system, s.text
            )
            for s in sections
        ]


def _require_whole(note: NoteWrite) -> None:
    """Raises ``Refused`` for a note that could not be told apart from another, or says nothing."""
    codes = [section.code for section in note.sections]
    if not codes or any(not section.text.strip() for section in note.sections):
        raise Refused("The note has an empty section or none at all, so nothing was sent.")
    if len(set(codes)) != len(codes) or not all(codes):
        raise Refused("Two sections of the note have the same place in eCW. Nothing was sent.")
