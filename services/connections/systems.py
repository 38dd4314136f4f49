"""Which systems a practice talks to, and which roads lead to each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.ehr.ports import Road
from services.settings import PracticeSettings, Settings

IsSet = Callable[[Settings, PracticeSettings], bool]


@dataclass(frozen=True)
class System:
    """One system beyond our walls. ``setting`` is what connects it, in the settings file."""

    title: str
    setting: str
    is_set: IsSet
    roads: tuple[Road, ...] = ()
    whole_house: bool = False  # one for all practices of the installation


SYSTEMS: Mapping[str, System] = {
    "ecw": System(
        "eClinicalWorks", "fhir_base", lambda house, practice: bool(practice.fhir_base),
        (
            Road.FHIR_READ, Road.CHECK_IN_FORMS, Road.WRITE_PATIENT, Road.WRITE_COVERAGE,
            Road.WRITE_ALLERGY, Road.WRITE_MEDICATION, Road.WRITE_CONDITION, Road.WRITE_ANSWERS,
            Road.TELEPHONE_ENCOUNTER, Road.VISIT_TRANSCRIPTS, Road.NOTE_DOCUMENT,
            Road.NOTE_SECTIONS, Road.NOTE_CCDA, Road.WRITE_CHARGES, Road.COPY_FOR_ECW,
        ),
    ),
    "healow": System(
        "healow", "healow_base", lambda house, practice: bool(practice.healow_base),
        (Road.HEALOW_MESSAGES, Road.HEALOW_REPLIES),
    ),
    "hl7": System(
        "HL7 interface", "hl7_address", lambda house, practice: bool(practice.hl7_address),
        (Road.NOTE_HL7,),
    ),
    "clearinghouse": System(
        "Clearinghouse", "clearinghouse_base",
        lambda house, practice: bool(practice.clearinghouse_base),
        (Road.CLAIM_FILES, Road.SUBMIT_CLAIMS, Road.CLAIM_ENQUIRIES, Road.APPEALS),
    ),
    "sftp": System(
        "SFTP folder", "sftp_address", lambda house, practice: bool(practice.sftp_address),
        (Road.SFTP_FILES,),
    ),
    "claude": System(
        "Claude", "ai_engine", lambda house, practice: house.ai_engine == "claude",
        whole_house=True,
    ),
    "identity": System(
        "Identity provider", "oidc_issuer", lambda house, practice: bool(house.oidc_issuer),
        whole_house=True,
    ),
    "mail": System(
        "Mail server", "smtp_host", lambda house, practice: bool(house.smtp_host),
        whole_house=True,
    ),
}  # fmt: skip
