"""One entry for the chart as a FHIR resource, new or changed, and whether the chart shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.ehr.answer_values import member, text_of
from services.ehr.codes import SUCCESS, Channel, in_words, to_fix
from services.ehr.entry_spots import ALLERGY, CONDITION, COVERAGE, MEDICATION, TERMS
from services.ehr.fhir_datatypes import plain_reference
from services.ehr.line import Document
from services.ehr.patient_spots import PATIENT
from services.ehr.ports import Receipt
from services.ehr.registration import ChartWrite
from services.ehr.spots import Spots, Tree, code_of, differing, with_values
from services.ehr.texts import require_sendable
from services.ehr.writeback import DELIVERY_SYSTEM, code_and_place, our_identifier
from services.errors import Refused

LONGEST = 255  # characters of one value; eCW's columns are shorter still and answer 109
ANSWERS = "answers"
NEGATED = "entered-in-error"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"


@dataclass(frozen=True)
class Kind:
    """What a kind of entry is in FHIR; ``coded`` is the element that takes codes of ``systems``.

    Codes of other systems are those of a question or of a reaction, and would say something else.
    """

    type: str
    spots: Spots
    owner: str = ""
    coded: str = ""
    systems: tuple[str, ...] = ()
    fresh: Mapping[str, Any] | None = None


def _status(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{TERMS}{system}", "code": code}]}


# What patients say of themselves is "unconfirmed" until a clinician says otherwise.
KINDS: dict[str, Kind] = {
    "patient": Kind("Patient", PATIENT, fresh={"active": True}),
    "coverage": Kind("Coverage", COVERAGE, "beneficiary", fresh={"status": "active", "order": 1}),
    "allergy": Kind(
        "AllergyIntolerance",
        ALLERGY,
        "patient",
        "code",
        (RXNORM, NDC),
        {
            "clinicalStatus": _status("allergyintolerance-clinical", "active"),
            "verificationStatus": _status("allergyintolerance-verification", "unconfirmed"),
        },
    ),
    "medication": Kind(
        "MedicationStatement",
        MEDICATION,
        "subject",
        "medicationCodeableConcept",
        (RXNORM, NDC),
        {"status": "active"},
    ),
    "condition": Kind(
        "Condition",
        CONDITION,
        "subject",
        "code",
        (ICD10, SNOMED),
        {
            "clinicalStatus": _status("condition-clinical", "active"),
            "verificationStatus": _status("condition-ver-status", "unconfirmed"),
            "category": [_status("condition-category", "problem-list-item")],
        },
    ),
}
SPOKEN = {
    "text": "problem",
    "dob": "date of birth",
    "zip": "ZIP code",
    "sex": "sex",
    "member_id": "member ID",
    "group": "group number",
    "start": "start of the coverage",
    "end": "end of the coverage",
}


def require_writable(write: ChartWrite) -> None:
    """Raises ``Refused``, naming the field, for what eCW would not take or has no place for."""
    kind = KINDS.get(write.kind)
    unknown = [name for name, _ in write.values if kind is None or name not in kind.spots]
    if kind is None or unknown or not write.values:
        what = in_a_row(unknown) or "this"
        raise Refused(f"The chart has no place for {what}, so nothing was sent.")
    for name, value in write.values:
        require_sendable(value, LONGEST, f"The {spoken(name)}")


def spoken(name: str) -> str:
    """A field's name as staff say it."""
    return SPOKEN.get(name, name.replace("_", " "))


def in_a_row(names: Sequence[str]) -> str:
    """``payer and member ID`` of their names."""
    words = [spoken(name) for name in names]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def new_entry(write: ChartWrite) -> Tree:
    """The resource of an entry that the chart does not have yet."""
    kind = KINDS[write.kind]
    resource: Tree = {"resourceType": kind.type, **(kind.fresh or {})}
    if kind.owner:
        resource[kind.owner] = {"reference": write.patient_ref}
    if write.kind == "medication" and write.target:
        resource["basedOn"] = [
            {"reference": write.target}
        ]  # a prescription that is not ours to change
    return _marked(_coded(with_values(resource, kind.spots, write.values), write), write)


def changed_entry(current: Mapping[str, Any], write: ChartWrite) -> Tree:
    """*current* with the write's values and codes, and all the rest as it was."""
    changed = with_values(current, KINDS[write.kind].spots, write.values)
    return _marked(_coded(changed, write), write)


def _coded(resource: Tree, write: ChartWrite) -> Tree:
    kind = KINDS[write.kind]
    pairs = (one.rpartition("|") for one in write.codes)
    codings = [{"system": at, "code": code} for at, _, code in pairs if at in kind.systems]
    if codings:
        resource[kind.coded] = {**resource.get(kind.coded, {}), "coding": codings}
    return resource


def _marked(resource: Tree, write: ChartWrite) -> Tree:
    """With our identifier in place of that of an earlier write."""
    others = [i for i in resource.get("identifier", []) if i.get("system") != DELIVERY_SYSTEM]
    resource["identifier"] = [*others, our_identifier(write.delivery_id)]
    return resource


def owner_of(kind: Kind, resource: Mapping[str, Any]) -> str:
    """The patient that an entry is about, as ``Patient/p.103``."""
    if not kind.owner:
        return ref_of(resource)
    return plain_reference(text_of(member(resource, kind.owner).get("reference")))


def ref_of(resource: Mapping[str, Any]) -> str:
    """As others point to it, such as ``Coverage/cov.3``."""
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def is_in_error(resource: Mapping[str, Any]) -> bool:
    """Whether somebody took it back."""
    verified = code_of(member(resource, "verificationStatus"))
    return NEGATED in (resource.get("status"), verified)


def shown_otherwise(resource: Mapping[str, Any], write: ChartWrite) -> list[str]:
    """The names of the written values that the chart's entry shows otherwise."""
    return differing(resource, KINDS[write.kind].spots, write.values)


def receipt(found: Document, write: ChartWrite) -> Receipt:
    """The receipt of a write. Raises ``Refused`` with eCW's code and the field to fix."""
    code, place = code_and_place(found)
    if code == SUCCESS:
        return Receipt(place)
    raise Refused(refusal(code, write), code=code)


def refusal(code: str, write: ChartWrite) -> str:
    """Why eCW did not take it, and what to look at, without any value."""
    names = _suspects(code, write) or to_fix(code, write.kind)
    advice = f" Please check the {in_a_row(names)}." if names else ""
    return f"eCW did not take it: {in_words(code, Channel.FHIR_WRITEBACK)}.{advice}"


def _suspects(code: str, write: ChartWrite) -> tuple[str, ...]:
    """For a text that is too long or has odd signs: the likeliest of those we sent."""
    if write.kind == ANSWERS:
        return ()
    if code == "109":
        return tuple(name for name, _ in sorted(write.values, key=lambda v: -len(v[1]))[:1])
    if code == "108":
        return tuple(name for name, value in write.values if not value.isascii())
    return ()
