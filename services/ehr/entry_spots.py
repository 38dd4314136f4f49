"""Insurance, allergies, medications and problems in FHIR: one spot for each value check-in writes."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from services.ehr.answer_values import listed, member, text_of
from services.ehr.spots import (
    Spot,
    Tree,
    alike_numbers,
    code_at,
    code_of,
    member_of,
    plainly_alike,
    text_at,
    text_in,
    words_at,
    words_of,
)

Json = Mapping[str, Any]
TERMS = "http://terminology.hl7.org/CodeSystem/"
AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(.*)")


def _payer(coverage: Json) -> str:
    return next((text_of(p.get("display")) for p in listed(coverage, "payor")), "")


def _put_payer(coverage: Tree, value: str) -> None:
    # The old reference names the other payer; eCW takes a payer by its name.
    coverage["payor"] = [{"display": value}, *coverage.get("payor", [])[1:]]


def _put_subscriber(coverage: Tree, value: str) -> None:
    # A reference beside the name would still lead to the other person.
    coverage["subscriber"] = {"display": value}


def _class(kind: str, alike: Callable[[str], str] = plainly_alike) -> Spot:
    def is_it(one: Json) -> bool:
        return code_of(member(one, "type")) == kind

    def get(coverage: Json) -> str:
        found = next((c for c in listed(coverage, "class") if is_it(c)), {})
        # FHIR keeps a group's number in value and a plan's words in name; many fill only one.
        return text_of(found.get("value")) or text_of(found.get("name"))

    def put(coverage: Tree, value: str) -> None:
        new = {"type": {"coding": [{"system": f"{TERMS}coverage-class", "code": kind}]}}
        found = member_of(coverage, "class", is_it, new)
        found["value"] = value
        found.pop("name", None)
        if not value:
            coverage["class"].remove(found)

    return Spot(get, put, alike)


def _order(coverage: Json) -> str:
    order = coverage.get("order")
    return str(order) if isinstance(order, int) else ""


def _put_order(coverage: Tree, value: str) -> None:
    coverage["order"] = int(value) if value.isdecimal() else 1


def _reaction(allergy: Json) -> str:
    signs = (words_of(m) for r in listed(allergy, "reaction") for m in listed(r, "manifestation"))
    return ", ".join(filter(None, signs))


def _put_reaction(allergy: Tree, value: str) -> None:
    first = next(iter(listed(allergy, "reaction")), {})
    allergy["reaction"] = [{**first, "manifestation": [{"text": value}]}] if value else []


def _dosage(statement: Json) -> Json:
    return next(iter(listed(statement, "dosage")), {})


def _dose(statement: Json) -> str:
    rate = next(iter(listed(_dosage(statement), "doseAndRate")), {})
    amount = member(rate, "doseQuantity")
    number = amount.get("value")
    return " ".join(filter(None, [f"{number}" if number is not None else "", _unit(amount)]))


def _unit(amount: Json) -> str:
    return text_of(amount.get("unit")) or text_of(amount.get("code"))


def _put_dose(statement: Tree, value: str) -> None:
    """``10 mg`` as number and unit, ``one puff`` as a unit alone."""
    if parts := AMOUNT.fullmatch(value):
        number = float(parts[1])
        shown: Tree = {"value": int(number) if number.is_integer() else number}
        shown |= {"unit": parts[2]} if parts[2] else {}
    else:
        shown = {"unit": value}
    _change_dosage(statement, "doseAndRate", [{"doseQuantity": shown}] if value else [])


def _frequency(statement: Json) -> str:
    return words_of(member(member(_dosage(statement), "timing"), "code"))


def _put_frequency(statement: Tree, value: str) -> None:
    _change_dosage(statement, "timing", {"code": {"text": value}} if value else {})


def _change_dosage(statement: Tree, name: str, value: Any) -> None:
    dosage = {**_dosage(statement), name: value}
    statement["dosage"] = [{key: one for key, one in dosage.items() if one}]
    said = ", ".join(filter(None, [_dose(statement), _frequency(statement)]))
    statement["dosage"][0] |= {"text": said} if said else {}


COVERAGE: dict[str, Spot] = {
    "payer": Spot(_payer, _put_payer),
    "plan": _class("plan"),
    "member_id": text_at("subscriberId", alike_numbers),
    "group": _class("group", alike_numbers),
    "subscriber": Spot(
        lambda coverage: text_of(member(coverage, "subscriber").get("display")), _put_subscriber
    ),
    "relationship": code_at("relationship", f"{TERMS}subscriber-relationship"),
    "start": text_in("period", "start"),
    "end": text_in("period", "end"),
    "order": Spot(_order, _put_order),
    "status": text_at("status"),
}
ALLERGY: dict[str, Spot] = {
    "substance": words_at("code"),
    "reaction": Spot(_reaction, _put_reaction),
    "criticality": text_at("criticality"),
    "status": code_at("clinicalStatus", f"{TERMS}allergyintolerance-clinical"),
}
MEDICATION: dict[str, Spot] = {
    "name": words_at("medicationCodeableConcept"),
    "dose": Spot(_dose, _put_dose),
    "frequency": Spot(_frequency, _put_frequency),
    "status": text_at("status"),
}
CONDITION: dict[str, Spot] = {
    "text": words_at("code"),
    "onset": text_at("onsetDateTime"),
    "status": code_at("clinicalStatus", f"{TERMS}condition-clinical"),
}
