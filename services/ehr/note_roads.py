"""Why a practice cannot use one of the roads of notes, in words."""

import os
from pathlib import Path

from services.ehr.connection import PracticeConnection
from services.ehr.declared import Declared, WhyNot
from services.ehr.ports import Road
from services.ehr.scopes import grants

NO_OPEN_API = "The address of eCW's Open API is not set up."
READ_BACK = ("DocumentReference", "Binary")


def ccda_folder(practice: PracticeConnection, declared: Declared) -> str | None:
    """Why no file can be put into the folder; it needs nothing of eCW's."""
    del declared
    if Road.NOTE_CCDA not in practice.contract:
        return "Notes as C-CDA files are not switched on for this practice."
    folder = Path(practice.ccda_folder)
    if not practice.ccda_folder or not folder.is_dir():
        return "The folder for C-CDA files does not exist."
    return None if os.access(folder, os.W_OK) else "The folder for C-CDA files cannot be written."


def _transcripts(practice: PracticeConnection, declared: Declared) -> str | None:
    if Road.VISIT_TRANSCRIPTS not in practice.contract:
        return "Transcripts of visits are not switched on: they can be uploaded."
    return _reads_encounters(practice, declared)


def _document(practice: PracticeConnection, declared: Declared) -> str | None:
    if Road.NOTE_DOCUMENT not in practice.contract:
        return "The practice has no contract for filing notes as documents."
    if not grants(declared.scopes, "DocumentReference", create=True):
        return (
            "eCW did not give the permission to write documents (system/DocumentReference.create)."
        )
    return _cannot_read_back(declared)


def _sections(practice: PracticeConnection, declared: Declared) -> str | None:
    if Road.NOTE_SECTIONS not in practice.contract:
        return "The practice has no contract for writing the sections of notes."
    if practice.openapi_base and not grants(declared.scopes, "Encounter", create=True):
        return "eCW did not give the permission to write encounters (system/Encounter.create)."
    return _reads_encounters(practice, declared)


def _hl7(practice: PracticeConnection, declared: Declared) -> str | None:
    if Road.NOTE_HL7 not in practice.contract:
        return "Notes by HL7 are not switched on for this practice."
    if not practice.hl7_address or not declared.carries_hl7:
        return "The address of eCW's HL7 receiver is not set up."
    # eCW answers AA and drops a section that is out of order: only reading back tells.
    return None if practice.openapi_base else _cannot_read_back(declared)


def _reads_encounters(practice: PracticeConnection, declared: Declared) -> str | None:
    if not practice.openapi_base:
        return NO_OPEN_API
    if not grants(declared.scopes, "Encounter"):
        return "eCW did not give the permission to read encounters (system/Encounter.read)."
    return None


def _cannot_read_back(declared: Declared) -> str | None:
    missing = [kind for kind in READ_BACK if not grants(declared.scopes, kind)]
    if missing:
        return (
            f"eCW did not give the permission to read {' and '.join(missing)}, so nobody could "
            "check what was written."
        )
    return None


NOTES: dict[Road, WhyNot] = {
    Road.VISIT_TRANSCRIPTS: _transcripts,
    Road.NOTE_DOCUMENT: _document,
    Road.NOTE_HL7: _hl7,
    Road.NOTE_SECTIONS: _sections,
}
