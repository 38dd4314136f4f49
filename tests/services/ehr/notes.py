"""Notes to be sent in tests: a synthetic one for any visit, at any location."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.ehr.notebook import NoteSection, NoteWrite
from services.sandbox import Running
from services.sandbox.notes.layout import layout_at

KEYS = {"10154-3": "chief_complaint", "10164-2": "hpi", "29545-1": "exam", "18776-5": "plan"}
TEXTS = {
    "chief_complaint": "Right knee pain",
    "hpi": "Pain for 2 days after a run.\nNo swelling, no fever; no numbness.",
    "exam": "Right knee: full range of motion, stable. SpO\u2082 98 %, 37 \u00b0C.",
    "plan": "Rest & ice. Ibuprofen 400 mg every 8 h for 3 days, then <as needed>.",
}


def sections_at(location: str) -> tuple[NoteSection, ...]:
    """The note's sections with the codes and in the order of a location."""
    return tuple(
        NoteSection(key, one.code, one.title, "L", TEXTS[key])
        for one in layout_at(location)
        for key in [KEYS.get(one.loinc)]
        if key
    )


def note_for(sandbox: Running, kind: str, **changes: Any) -> NoteWrite:
    """A note of a visit that has just been opened."""
    visit = sandbox.control.visit(patient="Patient/p.103", status="in-progress")
    location = visit["location"][0]["location"]["reference"]
    note = NoteWrite(
        kind=kind,
        patient_ref="Patient/p.103",
        mrn="MRN-103",
        family="Sample",
        given="Sam",
        birth_date="1982-04-17",
        sex="male",
        encounter_ref=f"Encounter/{visit['id']}",
        visit_at=datetime.fromisoformat(visit["period"]["start"]),
        provider_ref=visit["participant"][0]["individual"]["reference"],
        provider_npi="2990000038",
        provider_family="Example",
        provider_given="Cora",
        location_ref=location,
        sections=sections_at(location.partition("/")[2]),
        at=datetime.now(UTC),
        delivery_id="0b7cf4a2-61cf-4a5e-9f3f-000000000001",
    )
    return replace(note, **changes)


def with_text(note: NoteWrite, key: str, text: str) -> NoteWrite:
    """The same note with other words in one section."""
    changed = (replace(s, text=text) if s.key == key else s for s in note.sections)
    return replace(note, sections=tuple(changed))
