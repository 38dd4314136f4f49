"""A patient's demographics in FHIR: one spot for each name of ``Registration.demographics``."""

from collections.abc import Callable, Mapping
from typing import Any

from services.ehr.answer_values import listed, member, text_of
from services.ehr.spots import (
    Spot,
    Tree,
    alike_numbers,
    code_of,
    member_of,
    spoken_phone,
    ten_digits,
    text_at,
)
from services.ehr.states import two_letters

Json = Mapping[str, Any]
V2_CONTACT = "http://terminology.hl7.org/CodeSystem/v2-0131"
V3_ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
# eCW publishes no element for it; this is the one our sandbox has, and HL7's is read as well.
PHARMACY = "urn:foyer:sandbox:preferred-pharmacy"
HL7_PHARMACY = "http://hl7.org/fhir/StructureDefinition/patient-preferredPharmacy"


def demographics_of(patient: Json) -> dict[str, str]:
    """Every value that the chart has, by name and in its normal form."""
    found = {name: spot.get(patient) for name, spot in PATIENT.items()}
    return {name: value for name, value in found.items() if value}


def _of_name(read: Callable[[Json], str], change: Callable[[Tree, str], None]) -> Spot:
    def put(patient: Tree, value: str) -> None:
        name = _official(patient) or member_of(
            patient, "name", lambda _: False, {"use": "official"}
        )
        change(name, value)
        if "text" in name:
            name["text"] = " ".join([*_givens(name), text_of(name.get("family"))]).strip()

    return Spot(lambda patient: read(_official(patient)), put)


def _official(patient: Json) -> Any:
    """The official name, else the first: the one that staff see."""
    names = listed(patient, "name")
    return next((n for n in names if n.get("use") == "official"), names[0] if names else {})


def _givens(name: Json) -> list[str]:
    given = name.get("given")
    return [text_of(one) for one in given] if isinstance(given, list) else []


def _put_family(name: Tree, value: str) -> None:
    name["family"] = value


def _put_first(name: Tree, value: str) -> None:
    name["given"] = [given for given in (value, *_givens(name)[1:]) if given]


def _put_middle(name: Tree, value: str) -> None:
    name["given"] = [*_givens(name)[:1], *value.split()]


def _of_address(read: Callable[[Json], str], change: Callable[[Tree, str], None]) -> Spot:
    def put(patient: Tree, value: str) -> None:
        home = member_of(patient, "address", _is_current, {"use": "home"})
        change(home, value)
        home.pop("text", None)  # it would still say the old address

    return Spot(lambda patient: read(_home(patient)), put)


def _home(patient: Json) -> Json:
    return next((a for a in listed(patient, "address") if _is_current(a)), {})


def _is_current(one: Json) -> bool:
    return one.get("use") not in ("old", "billing")


def _street(address: Json) -> str:
    lines = address.get("line")
    return ", ".join(text_of(one) for one in lines) if isinstance(lines, list) else ""


def _put_street(address: Tree, value: str) -> None:
    address["line"] = [value]


def _part_of_address(element: str, alike: Callable[[str], str] = alike_numbers) -> Spot:
    def change(address: Tree, value: str) -> None:
        address[element] = value

    spot = _of_address(lambda address: text_of(address.get(element)), change)
    return Spot(spot.get, spot.put, alike)


def _state_of(address: Json) -> str:
    return two_letters(text_of(address.get("state")))


def _put_state(address: Tree, value: str) -> None:
    address["state"] = value


def _reached_by(owner: Json, system: str) -> str:
    found = (t for t in listed(owner, "telecom") if t.get("system") == system and _is_current(t))
    return next((text_of(one.get("value")) for one in found), "")


def _put_reach(owner: Tree, system: str, value: str) -> None:
    def is_it(one: Tree) -> bool:
        return one.get("system") == system and _is_current(one)

    if value:
        member_of(owner, "telecom", is_it, {"system": system})["value"] = value
    else:
        owner["telecom"] = [one for one in owner.get("telecom", []) if not is_it(one)]


def _put_phone(owner: Tree, value: str) -> None:
    _put_reach(owner, "phone", spoken_phone(ten_digits(value)))


def _language(patient: Json) -> str:
    spoken = sorted(listed(patient, "communication"), key=lambda one: not one.get("preferred"))
    return code_of(member(spoken[0], "language")) if spoken else ""


def _put_language(patient: Tree, value: str) -> None:
    preferred = any(one.get("preferred") for one in listed(patient, "communication"))
    spoken = member_of(
        patient,
        "communication",
        lambda one: one.get("preferred") is True or not preferred,
        {"preferred": True},
    )
    spoken["language"] = {"coding": [{"system": "urn:ietf:bcp:47", "code": value}]}


def _contact(patient: Json, codes: tuple[str, ...]) -> Json:
    return next((c for c in listed(patient, "contact") if _is_contact(c, codes)), {})


def _is_contact(contact: Json, codes: tuple[str, ...]) -> bool:
    said = [c for r in listed(contact, "relationship") for c in listed(r, "coding")]
    return any(c.get("code") in codes for c in said)


def _contact_name(contact: Json) -> str:
    name = member(contact, "name")
    parts = [*_givens(name), text_of(name.get("family"))]
    return text_of(name.get("text")) or " ".join(part for part in parts if part)


def _of_contact(
    codes: tuple[str, ...],
    system: str,
    read: Callable[[Json], str],
    change: Callable[[Tree, str], None],
) -> Spot:
    def put(patient: Tree, value: str) -> None:
        role = {"coding": [{"system": system, "code": codes[0]}]}
        found = member_of(
            patient, "contact", lambda c: _is_contact(c, codes), {"relationship": [role]}
        )
        change(found, value)

    return Spot(lambda patient: read(_contact(patient, codes)), put)


def _put_contact_name(contact: Tree, value: str) -> None:
    contact["name"] = {"text": value}


def _pharmacy(patient: Json) -> str:
    for extension in listed(patient, "extension"):
        if extension.get("url") == PHARMACY:
            inner = listed(extension, "extension")
            return next(
                (text_of(e.get("valueString")) for e in inner if e.get("url") == "name"), ""
            )
        if extension.get("url") == HL7_PHARMACY:
            return text_of(member(extension, "valueReference").get("display"))
    return ""


def _put_pharmacy(patient: Tree, value: str) -> None:
    """The phone beside it was the other pharmacy's, so it goes."""
    others = [
        e for e in patient.get("extension", []) if e.get("url") not in (PHARMACY, HL7_PHARMACY)
    ]
    named = {"url": PHARMACY, "extension": [{"url": "name", "valueString": value}]}
    patient["extension"] = [*others, named] if value else others


EMERGENCY, GUARDIAN = ("C",), ("GUARD", "POWATT")
PATIENT: dict[str, Spot] = {
    "last_name": _of_name(lambda name: text_of(name.get("family")), _put_family),
    "first_name": _of_name(lambda name: next(iter(_givens(name)), ""), _put_first),
    "middle": _of_name(lambda name: " ".join(_givens(name)[1:]), _put_middle),
    "dob": text_at("birthDate"),
    "sex": text_at("gender"),
    "address": _of_address(_street, _put_street),
    "city": _part_of_address("city"),
    "state": _of_address(_state_of, _put_state),
    "zip": _part_of_address("postalCode"),
    "phone": Spot(lambda patient: ten_digits(_reached_by(patient, "phone")), _put_phone),
    "email": Spot(
        lambda patient: _reached_by(patient, "email"),
        lambda patient, value: _put_reach(patient, "email", value),
    ),
    "language": Spot(_language, _put_language),
    "emergency_contact_name": _of_contact(EMERGENCY, V2_CONTACT, _contact_name, _put_contact_name),
    "emergency_contact_phone": _of_contact(
        EMERGENCY, V2_CONTACT, lambda contact: ten_digits(_reached_by(contact, "phone")), _put_phone
    ),
    "guardian": _of_contact(GUARDIAN, V3_ROLE, _contact_name, _put_contact_name),
    "pharmacy": Spot(_pharmacy, _put_pharmacy),
}
