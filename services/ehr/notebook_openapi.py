"""eCW's Open API for notes: transcripts, layouts, and a note's sections written and read one by one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from services.ehr.fhir import id_of
from services.ehr.healow_items import read_moment
from services.ehr.line import Document, Line
from services.ehr.note_codes import key_of
from services.ehr.note_compare import is_there, require_same
from services.ehr.notebook import (
    LayoutSection,
    NoteSection,
    NoteWrite,
    Turn,
    VisitTranscript,
)
from services.ehr.ports import Receipt
from services.ehr.strict_json import Unreadable, cleaned
from services.ehr.texts import require_sendable
from services.errors import Refused, Unreachable

LONGEST_SECTION = 20_000
NOT_THERE = ("404", "410")


@dataclass(frozen=True)
class NoteInEcw:
    """What lies in a visit's note: its sections, which delivery wrote each, and when it was signed.

    ``patient_ref`` is empty where the answer does not name the patient.
    """

    sections: tuple[NoteSection, ...] = field(repr=False)
    deliveries: tuple[str, ...]
    signed_at: datetime | None
    patient_ref: str = ""

    def texts(self) -> dict[str, str]:
        """Text by section code."""
        return {section.code: section.text for section in self.sections}


@dataclass(frozen=True)
class OpenApiNotes:
    """The part of a ``Notebook`` that FHIR has no words for. ``back`` reads what we wrote."""

    line: Line
    back: Line
    zone: ZoneInfo
    transcripts: bool = False

    def transcript(self, encounter_ref: str) -> VisitTranscript | None:
        """See ``Notebook``."""
        if not self.transcripts:
            return None
        try:
            path = f"encounters/{_id(encounter_ref)}/transcript"
            return self.line.read(path, (), lambda found: _transcript(found, encounter_ref))
        except Refused as refused:
            if refused.code in NOT_THERE:
                return None
            raise

    def layout(self, location_ref: str) -> Sequence[LayoutSection]:
        """See ``Notebook``: a location has one layout, whatever the department."""
        try:
            return self.line.read(f"locations/{_id(location_ref)}/note-layout", (), _layout)
        except Refused as refused:
            if refused.code in NOT_THERE:
                return ()
            raise

    def write(self, note: NoteWrite) -> Receipt:
        """File all sections in one call. Refuses before sending what eCW would refuse."""
        for section in note.sections:
            require_sendable(section.text, LONGEST_SECTION, section.title)
        payload = {
            "patient": note.patient_ref,
            "provider": note.provider_ref,
            "delivery": note.delivery_id,
            "sections": [{"code": s.code, "text": s.text} for s in note.sections],
        }
        path = f"encounters/{_id(note.encounter_ref)}/sections"
        return self.back.write(path, payload, lambda f: _receipt(f, note), creates="Encounter")

    def find(self, note: NoteWrite) -> Receipt | None:
        """See ``Notebook``. HL7 carries no delivery of ours into a section: its words tell."""
        found = self.note(note.encounter_ref)
        ours = note.delivery_id in found.deliveries
        if not ours and (note.kind == "note_sections" or not is_there(note, found.texts())):
            return None
        require_same(note, found.texts())
        return Receipt(note.encounter_ref)

    def note(self, encounter_ref: str) -> NoteInEcw:
        """What lies in the note of a visit, whoever wrote it."""
        path = f"encounters/{_id(encounter_ref)}/sections"
        return self.back.read(path, (), lambda found: _note(found, encounter_ref, self.zone))


def _id(ref: str) -> str:
    return quote(id_of(ref), safe="")


def _transcript(found: Document, encounter_ref: str) -> VisitTranscript | None:
    match cleaned(found.tree):
        case {"encounter": str(about), "turns": list(turns)}:
            _require_visit(about, encounter_ref)
        case _:
            raise Unreadable("The answer is not a transcript.")
    read = tuple(_turn(one) for one in turns)
    if not read:
        return None
    said = json.dumps([(turn.speaker, turn.text) for turn in read])
    return VisitTranscript(encounter_ref, read, hashlib.sha256(said.encode()).hexdigest())


def _turn(one: Any) -> Turn:
    match one:
        case {"speaker": str(speaker), "text": str(text)}:
            return Turn(speaker, text)
        case _:
            raise Unreadable("A turn of the transcript has no speaker or no text.")


def _layout(found: Document) -> tuple[LayoutSection, ...]:
    match cleaned(found.tree):
        case {"sections": list(sections)}:
            return tuple(_layout_section(one) for one in sections)
        case _:
            raise Unreadable("The answer is not a layout.")


def _layout_section(one: Any) -> LayoutSection:
    match one:
        case {"code": str(code), "title": str(title)} if code and title:
            system, loinc = one.get("system"), one.get("loinc")
            key = key_of(loinc if isinstance(loinc, str) else "", title)
            return LayoutSection(key, code, title, system if isinstance(system, str) else "L")
        case _:
            raise Unreadable("A section of the layout has no code or no title.")


def _receipt(found: Document, note: NoteWrite) -> Receipt:
    """Only its own visit and delivery make a yes; anything else leaves it in doubt."""
    match found.tree:
        case {"encounter": note.encounter_ref, "delivery": note.delivery_id}:
            return Receipt(note.encounter_ref)
        case _:
            raise Unreadable("The answer does not say which note it took.")


def _note(found: Document, encounter_ref: str, zone: ZoneInfo) -> NoteInEcw:
    match cleaned(found.tree):
        case {"encounter": str(about), "sections": list(sections), **rest}:
            _require_visit(about, encounter_ref)
        case _:
            raise Unreadable("The answer is not a note.")
    deliveries = {str(one.get("delivery", "")) for one in sections if isinstance(one, Mapping)}
    return NoteInEcw(
        sections=tuple(_section(one) for one in sections),
        deliveries=tuple(sorted(deliveries - {""})),
        signed_at=_signed_at(rest.get("signed"), zone),
        patient_ref=named if isinstance(named := rest.get("patient"), str) else "",
    )


def _section(one: Any) -> NoteSection:
    layout = _layout_section(one)
    text = one.get("text")
    if not isinstance(text, str):
        raise Unreadable("A section of the note has no text.")
    return NoteSection(layout.key, layout.code, layout.title, layout.system, text)


def _signed_at(stamp: Any, zone: ZoneInfo) -> datetime | None:
    if stamp is None:
        return None
    _, moment = read_moment(stamp, zone)
    if moment is None:
        raise Unreadable("The moment of the signature cannot be read.")
    return moment


def _require_visit(about: str, encounter_ref: str) -> None:
    if about != encounter_ref:
        raise Unreachable(
            "eCW answered with another visit, so nothing of it is used. "
            "Please tell your administrator."
        )
