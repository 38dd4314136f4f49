"""The roads into and out of an EHR, and which of them a practice's contract opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Road(StrEnum):
    """The roads into and out of an EHR; each practice has some of them."""

    FHIR_READ = "fhir_read"
    TELEPHONE_ENCOUNTER = "telephone_encounter"
    HEALOW_MESSAGES = "healow_messages"
    HEALOW_REPLIES = "healow_replies"
    COPY_FOR_ECW = "copy_for_ecw"
    CHECK_IN_FORMS = "check_in_forms"
    WRITE_PATIENT = "write_patient"
    WRITE_COVERAGE = "write_coverage"
    WRITE_ALLERGY = "write_allergy"
    WRITE_MEDICATION = "write_medication"
    WRITE_CONDITION = "write_condition"
    WRITE_ANSWERS = "write_answers"
    CLAIM_FILES = "claim_files"
    SFTP_FILES = "sftp_files"
    SUBMIT_CLAIMS = "submit_claims"
    CLAIM_ENQUIRIES = "claim_enquiries"
    APPEALS = "appeals"
    VISIT_TRANSCRIPTS = "visit_transcripts"
    NOTE_DOCUMENT = "note_document"
    NOTE_HL7 = "note_hl7"
    NOTE_SECTIONS = "note_sections"
    NOTE_CCDA = "note_ccda"
    WRITE_CHARGES = "write_charges"


@dataclass(frozen=True)
class Capability:
    """Whether a road is open, and in words why or why not."""

    road: Road
    able: bool
    reason: str


class Roads(Protocol):
    """Which roads are open today."""

    def capabilities(self) -> Sequence[Capability]:
        """Every road, open or not. Raises ``Unreachable``: then what was known before still holds."""
