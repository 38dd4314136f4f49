"""What this practice's connection can do today, and in words why it cannot do the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.ehr.connection import PracticeConnection
from services.ehr.declared import Declared, WhyNot
from services.ehr.healow import NO_CHANNEL
from services.ehr.line import Document, Line
from services.ehr.note_roads import NOTES, ccda_folder
from services.ehr.ports import Capability, Road
from services.ehr.scopes import grants
from services.ehr.strict_json import Unreadable
from services.errors import NeedsAuthorization

CHART_TYPES = ("Patient", "Encounter", "Condition", "MedicationRequest", "AllergyIntolerance")

FORM = "QuestionnaireResponse"
NO_CLEARINGHOUSE = "No clearinghouse is connected: files can be put into the watched folder."
NO_SFTP = "No SFTP folder is set up: files come by the other roads."
ONLY_IN = (
    "By SFTP files only come in: what was put into a folder and has gone from it cannot be looked "
    "up, so nobody could know whether it arrived."
)
WRITTEN = {
    Road.WRITE_PATIENT: ("Patient", "demographics"),
    Road.WRITE_COVERAGE: ("Coverage", "insurance"),
    Road.WRITE_ALLERGY: ("AllergyIntolerance", "allergies"),
    Road.WRITE_MEDICATION: ("MedicationStatement", "medications"),
    Road.WRITE_CONDITION: ("Condition", "problems"),
    Road.WRITE_ANSWERS: (FORM, "answers of forms"),
    Road.WRITE_CHARGES: ("ChargeItem", "charges"),
}


@dataclass(frozen=True)
class RoadSurvey:
    """A ``Roads``: asks eCW at run time and adds what the administrator set."""

    line: Line
    practice: PracticeConnection
    carries_hl7: bool = False

    def capabilities(self) -> Sequence[Capability]:
        """See ``Roads``. An outage raises ``Unreachable``; it says nothing about abilities."""
        try:
            found = self.line.read("metadata", (), interactions_in)
            declared = Declared(self.line.scopes(), found, self.carries_hl7)
        except NeedsAuthorization as refused:
            closed = [_closed(road, str(refused)) for road in REASONS if road not in ELSEWHERE]
            return [*closed, *self._found(ELSEWHERE, Declared(frozenset(), {})), COPYING]
        return [*self._found(REASONS, declared), COPYING]

    def _found(self, reasons: dict[Road, WhyNot], declared: Declared) -> list[Capability]:
        return [
            Capability(road, reason is None, reason or "Open.")
            for road, why_not in reasons.items()
            for reason in [why_not(self.practice, declared)]
        ]


def _closed(road: Road, reason: str) -> Capability:
    return Capability(road, False, reason)


def interactions_in(found: Document) -> dict[str, frozenset[str]]:
    """Resource type to its interactions, from a CapabilityStatement. Raises ``Unreadable``."""
    match found.tree:
        case {"resourceType": "CapabilityStatement", "rest": [{"resource": list(types)}, *_]}:
            return dict(_interactions(one) for one in types if isinstance(one, dict))
        case _:
            raise Unreadable("The answer is not a CapabilityStatement.")


def _interactions(declared: dict[str, Any]) -> tuple[str, frozenset[str]]:
    listed = declared.get("interaction") or []
    codes = [one.get("code") for one in listed if isinstance(one, dict)]
    return str(declared.get("type")), frozenset(code for code in codes if isinstance(code, str))


def _fhir_read(practice: PracticeConnection, declared: Declared) -> str | None:
    missing = [kind for kind in CHART_TYPES if not grants(declared.scopes, kind)]
    if missing:
        return f"eCW did not give the permission to read {', '.join(missing)}."
    absent = [kind for kind in CHART_TYPES if not declared.can(kind, "search-type")]
    if absent:
        return f"This practice's version of eCW does not offer {', '.join(absent)}."
    return None


def _telephone(practice: PracticeConnection, declared: Declared) -> str | None:
    if Road.TELEPHONE_ENCOUNTER not in practice.contract:
        return "The practice has no contract for writing telephone encounters."
    if practice.telephone is None:
        return "Provider and location for telephone encounters are not set up."
    if not grants(declared.scopes, "Encounter", create=True):
        return "eCW did not give the permission to write encounters (system/Encounter.create)."
    # eCW's public CapabilityStatement declares no Encounter create even where it works.
    return None


def _messages(practice: PracticeConnection, declared: Declared) -> str | None:
    if practice.healow_base is None:
        return NO_CHANNEL
    if Road.HEALOW_MESSAGES not in practice.contract:
        return "The practice has no contract for reading portal messages."
    if not grants(declared.scopes, "Communication"):
        return "healow did not give the permission to read messages (system/Communication.read)."
    return None


def _replies(practice: PracticeConnection, declared: Declared) -> str | None:
    if practice.healow_base is None:
        return NO_CHANNEL
    if Road.HEALOW_REPLIES not in practice.contract:
        return "The practice has no contract for answering portal messages."
    if not grants(declared.scopes, "Communication", create=True):
        return (
            "healow did not give the permission to answer messages (system/Communication.create)."
        )
    return None


def _check_in_forms(practice: PracticeConnection, declared: Declared) -> str | None:
    if not grants(declared.scopes, FORM):
        return f"eCW did not give the permission to read forms (system/{FORM}.read)."
    if not declared.can(FORM, "search-type"):
        return "This practice's version of eCW does not offer check-in forms."
    return None


def _writing(road: Road, resource: str, what: str) -> WhyNot:
    """Whether *what* may be written. eCW's CapabilityStatement does not declare all that works."""

    def why_not(practice: PracticeConnection, declared: Declared) -> str | None:
        if road not in practice.contract:
            return f"The practice has no contract for writing {what}."
        if not grants(declared.scopes, resource, create=True):
            return f"eCW did not give the permission to write {what} (system/{resource}.create)."
        if not grants(declared.scopes, resource):
            return (
                f"eCW lets {what} be written but not read, so nobody could check what was "
                f"written (system/{resource}.read)."
            )
        return None

    return why_not


def _claim_files(practice: PracticeConnection, declared: Declared) -> str | None:
    del declared  # the clearinghouse is no part of eCW
    return None if practice.clearing_base else NO_CLEARINGHOUSE


def _sftp_files(practice: PracticeConnection, declared: Declared) -> str | None:
    del declared
    return None if practice.sftp else NO_SFTP


def _clearing(road: Road, what: str) -> WhyNot:
    def why_not(practice: PracticeConnection, declared: Declared) -> str | None:
        if practice.sftp and not practice.clearing_base:
            return ONLY_IN
        if not practice.clearing_base:
            return _claim_files(practice, declared)
        if road not in practice.contract:
            return f"The practice has no contract for sending {what} from here."
        return None

    return why_not


# The clearinghouse needs no sign-in at eCW.
ELSEWHERE: dict[Road, WhyNot] = {
    Road.NOTE_CCDA: ccda_folder,
    Road.CLAIM_FILES: _claim_files,
    Road.SFTP_FILES: _sftp_files,
    Road.SUBMIT_CLAIMS: _clearing(Road.SUBMIT_CLAIMS, "claims"),
    Road.CLAIM_ENQUIRIES: _clearing(Road.CLAIM_ENQUIRIES, "enquiries about claims"),
    Road.APPEALS: _clearing(Road.APPEALS, "appeals"),
}
REASONS: dict[Road, WhyNot] = {
    Road.FHIR_READ: _fhir_read,
    Road.TELEPHONE_ENCOUNTER: _telephone,
    Road.HEALOW_MESSAGES: _messages,
    Road.HEALOW_REPLIES: _replies,
    Road.CHECK_IN_FORMS: _check_in_forms,
    **{road: _writing(road, *written) for road, written in WRITTEN.items()},
    **NOTES,
    **ELSEWHERE,
}
COPYING = Capability(
    Road.COPY_FOR_ECW, True, "Always open: copy the text into eCW, then mark it done."
)
