"""Charges as FHIR ChargeItems: the one resource that eCW publishes scopes to create for.

Modifiers follow the procedure as further codings of ``code``, since ChargeItem of R4 has no element
for them; how eCW takes them is nowhere published, so reading back decides.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.codes.diagnoses import ICD10
from services.ehr.answer_values import listed, member, text_of
from services.ehr.charges import ChargeWrite
from services.ehr.codes import SUCCESS, Channel, in_words
from services.ehr.fhir import id_of, only_of
from services.ehr.fhir_records import PAST
from services.ehr.fhir_shapes import Encounter
from services.ehr.forms import planned_visit
from services.ehr.line import Document, Line
from services.ehr.paging import entries, trees
from services.ehr.ports import Receipt
from services.ehr.writeback import code_and_place, is_marked, our_identifier, transaction
from services.errors import NeedsAuthorization, Refused

CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
WITHDRAWN = ("entered-in-error", "aborted")
# An established patient was seen in the three years before (rules for office visits).
THREE_YEARS = timedelta(days=3 * 365 + 1)
Json = dict[str, Any]


@dataclass(frozen=True)
class ChargeItems:
    """A ``Charges`` over FHIR writeback; *open* where the practice has a contract for it."""

    line: Line
    zone: ZoneInfo
    open: bool

    def write(self, charge: ChargeWrite) -> Receipt:
        """See ``Charges``. What stands in eCW already is not entered a second time."""
        if not self.open:
            raise NeedsAuthorization("The practice has no contract for writing charges.")
        for one in self._of_visit(charge):
            if is_marked(one, charge.delivery_id):
                return Receipt(_ref(one))
            if _codes(one)[:1] == [charge.code]:
                raise Refused(
                    "The visit has this code in eCW already. Nothing was sent; compare it there.",
                    code="there",
                )
        sent = transaction(resource(charge, self.zone))
        return self.line.write("", sent, _receipt, creates="ChargeItem")

    def find(self, charge: ChargeWrite) -> Receipt | None:
        """See ``Charges``."""
        for one in self._of_visit(charge):
            if is_marked(one, charge.delivery_id):
                _require_same(one, charge)
                return Receipt(_ref(one))
        return None

    def seen_before(self, patient_ref: str, day: date) -> date | None:
        """See ``Charges``. Telephone encounters are no visits."""
        asked = [
            ("patient", id_of(patient_ref)),
            ("date", f"ge{day - THREE_YEARS}"),
            ("date", f"lt{day}"),
        ]
        found = only_of(patient_ref, entries(self.line, Encounter, asked))
        read = (planned_visit(one, self.zone) for one in found)
        days = (v.start.astimezone(self.zone).date() for v in read if v and v.status in PAST)
        return max((one for one in days if one < day), default=None)

    def _of_visit(self, charge: ChargeWrite) -> list[Json]:
        found = trees(self.line, "ChargeItem", [("context", id_of(charge.encounter_ref))])
        return [one for one in found if _is_of(one, charge) and one.get("status") not in WITHDRAWN]


def resource(charge: ChargeWrite, zone: ZoneInfo) -> Json:
    """The ChargeItem of *charge*: billable, since a person approved it."""
    return {
        "resourceType": "ChargeItem",
        "identifier": [our_identifier(charge.delivery_id)],
        "status": "billable",
        "code": {"coding": [{"system": _system(c), "code": c} for c in _named(charge)]},
        "subject": {"reference": charge.patient_ref},
        "context": {"reference": charge.encounter_ref},
        "occurrenceDateTime": charge.at.astimezone(zone).isoformat(),
        "performer": [{"actor": {"reference": charge.provider_ref}}],
        "quantity": {"value": charge.units},
        "reason": [{"coding": [{"system": ICD10, "code": code}]} for code in charge.diagnoses],
    }


def _named(charge: ChargeWrite) -> list[str]:
    return [charge.code, *charge.modifiers]


def _system(code: str) -> str:
    """Codes of five digits, or four and a letter, are CPT's; letters in front are HCPCS's."""
    return CPT if code[0].isdecimal() else HCPCS


def _require_same(found: Json, charge: ChargeWrite) -> None:
    reasons = [code for one in listed(found, "reason") for code in _coded(one)]
    units = member(found, "quantity").get("value")
    wrong = [
        name
        for name, shown, approved in (
            ("code or modifiers", _codes(found), _named(charge)),
            ("units", units, charge.units),
            ("diagnoses", reasons, list(charge.diagnoses)),
        )
        if shown != approved
    ]
    if wrong:
        named = " and ".join(wrong)
        raise Refused(f"eCW shows other {named} than was approved.", code="differs")


def _is_of(found: Json, charge: ChargeWrite) -> bool:
    subject, context = member(found, "subject"), member(found, "context")
    of_patient = text_of(subject.get("reference")) == charge.patient_ref
    return of_patient and text_of(context.get("reference")) == charge.encounter_ref


def _codes(found: Json) -> list[str]:
    return _coded(member(found, "code"))


def _coded(concept: Any) -> list[str]:
    return [text_of(one.get("code")) for one in listed(concept, "coding")]


def _ref(found: Json) -> str:
    return f"ChargeItem/{found.get('id')}"


def _receipt(found: Document) -> Receipt:
    code, place = code_and_place(found)
    if code != SUCCESS:
        words = in_words(code, Channel.FHIR_WRITEBACK)
        raise Refused(f"eCW did not take the charge: {words}.", code=code)
    return Receipt(place)
