"""A note by the HL7 v2 road: ORU^R01 over MLLP, one OBX per section, the same bytes at each resend."""

import ssl
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from services.ehr.fhir import id_of
from services.ehr.hl7 import (
    Note,
    Patient,
    Profile,
    Provider,
    Section,
    Sex,
    build,
    control_id,
)
from services.ehr.hl7.mllp import Mllp
from services.ehr.notebook import NoteWrite
from services.ehr.ports import Receipt
from services.errors import Invalid, Refused

SEXES = {"female": Sex.FEMALE, "male": Sex.MALE, "other": Sex.OTHER}


@dataclass(frozen=True)
class Hl7Notes:
    """A ``NoteChannel`` to one interface."""

    mllp: Mllp

    def write(self, note: NoteWrite) -> Receipt:
        """Send it once. Raises ``Unreachable`` (nothing left, or AR), ``Refused`` or ``InDoubt``.

        An AA is not the truth: eCW drops a section out of order and says yes, so what was filed
        is read back section by section.
        """
        return self.mllp.send(message_of(note))


def message_of(note: NoteWrite) -> bytes:
    """The message of an approved note; the same note gives the same bytes.

    Raises ``Refused`` for what no message can carry.
    """
    try:
        return build(_note(note), _profile(note), control_id(note.delivery_id), note.at)
    except Invalid as fault:
        raise Refused(f"Nothing was sent: {fault}") from None


def channel(address: str, deadline: timedelta, ca_file: Path | None = None) -> Hl7Notes:
    """The channel to ``mllps://host:port``; ``mllp://`` is plain and for this machine alone."""
    where = urlsplit(address)
    tls = None
    if where.scheme == "mllps":
        tls = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    return Hl7Notes(Mllp(where.hostname or "", where.port or 2575, tls, deadline))


def _note(note: NoteWrite) -> Note:
    return Note(
        patient=Patient(
            note.mrn, note.family, note.given, _born(note), SEXES.get(note.sex, Sex.UNKNOWN)
        ),
        encounter_id=id_of(note.encounter_ref),
        provider=Provider(note.provider_npi, note.provider_family, note.provider_given),
        sections={section.key: section.text for section in note.sections},
    )


def _profile(note: NoteWrite) -> Profile:
    """The template that was in force when the note was approved: its sections, in its order."""
    sections = tuple(Section(s.key, s.code, s.title, s.system) for s in note.sections)
    return Profile("approved", note.location_ref, sections)


def _born(note: NoteWrite) -> date | None:
    try:
        return date.fromisoformat(note.birth_date)
    except ValueError:
        return None  # known to the month or year only
