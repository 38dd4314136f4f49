"""A clinical note as it travels by HL7: whose, from which encounter, by whom, section by section."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.ehr.hl7.escapes import one_kind_of_line_end


class Sex(StrEnum):
    """Administrative sex as HL7 table 0001 writes it."""

    FEMALE = "F"
    MALE = "M"
    OTHER = "O"
    UNKNOWN = "U"


@dataclass(frozen=True)
class Patient:
    """The patient by the practice's own record number (MRN)."""

    mrn: str
    family: str = field(repr=False)
    given: str = field(repr=False)
    dob: date | None = field(repr=False)
    sex: Sex = field(repr=False)


@dataclass(frozen=True)
class Provider:
    """Who will sign; ``npi`` is ten digits."""

    npi: str
    family: str
    given: str


@dataclass(frozen=True)
class Note:
    """The texts of *sections* by their keys, in no order: the order is the template's.

    Line ends become LF, and sections without a visible character are left out, so that a note
    that was read back equals the one that was sent. ``document`` is a whole file, such as a PDF.
    """

    patient: Patient
    encounter_id: str
    provider: Provider
    sections: Mapping[str, str] = field(repr=False)
    document: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        kept = {
            key: one_kind_of_line_end(text) if "\r" in text else text
            for key, text in self.sections.items()
            if text and not text.isspace()
        }
        object.__setattr__(self, "sections", kept)
