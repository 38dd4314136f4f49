"""What the front desk has registered of each patient: contacts, pharmacy and insurance, added to the charts."""

import random
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

from services.sandbox.charts import patient_of
from services.sandbox.directory import ORGANIZATION, PROVIDERS, SYNTHETIC
from services.sandbox.facts import age_of
from services.sandbox.shapes import Json

PHARMACY = "urn:foyer:sandbox:preferred-pharmacy"
PAYERS = ("Blue Plan", "Medicare", "Medicaid", "Harbor Health", "Northwind Mutual", "Pioneer Care")
PRIVATE = ("Blue Plan", "Harbor Health", "Northwind Mutual", "Pioneer Care")
PLANS = ("Choice PPO", "Basic HMO", "Gold 80", "Standard")
PHARMACIES = (
    ("Maple Street Pharmacy", "555-010-0141"),
    ("Harbor Drugs", "555-010-0152"),
    ("Corner Apothecary", "555-010-0163"),
)
CONTACTS = ("Robin", "Sam", "Jo", "Kim", "Alex", "Pat")
V3_ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
V2_CONTACT = "http://terminology.hl7.org/CodeSystem/v2-0131"
COVERAGE_CLASS = "http://terminology.hl7.org/CodeSystem/coverage-class"
RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
ADULT = 18
MRN = {"type": {"coding": [{"code": "MR"}], "text": "Medical Record Number"}}


def registered(patient: Json, today: date) -> Json:
    """*patient* with email, emergency contact, pharmacy and, for a minor, a guardian."""
    draws = _draws(patient["id"])
    family, given = patient["name"][0]["family"], patient["name"][0]["given"][0]
    email = f"{_letters(given)}.{_letters(family)}@example.org"
    return {
        **patient,
        "meta": {**patient["meta"], "versionId": "1"},
        "telecom": [*patient.get("telecom", []), {"system": "email", "value": email}],
        "extension": [*patient.get("extension", []), _pharmacy(draws)],
        "contact": [*_contacts(family, age_of(patient, today) < ADULT, draws)],
    }


def coverages(patient: Json, payer: str, today: date) -> Iterator[Json]:
    """One or two insurances of a registered *patient*; one in six has lately ended."""
    draws = _draws(f"coverage {patient['id']}")
    number = int(re.sub(r"\D", "", patient["id"]))
    name = draws.choice(PRIVATE) if payer == "private" else payer.capitalize()
    ended = today - timedelta(days=20) if number % 6 == 3 else None
    yield coverage(patient, f"cov.{number}", name, today, draws, ended=ended)
    if number % 4 == 0:
        second = draws.choice([other for other in PRIVATE if other != name])
        yield coverage(patient, f"cov.{number}.2", second, today, draws, order=2)


def coverage(
    patient: Json,
    coverage_id: str,
    payer: str,
    today: date,
    draws: random.Random,
    order: int = 1,
    ended: date | None = None,
) -> Json:
    """One insurance; a minor's is held by the guardian."""
    guardian = guardian_of(patient)
    mrn = re.sub(r"\D", "", str(patient["identifier"][0]["value"]))
    member = f"SYN{mrn}" if order == 1 else f"W{draws.randrange(10**8, 10**9)}"
    period = {"start": f"{today.year - 1}-01-01"} | ({"end": ended.isoformat()} if ended else {})
    return {
        "resourceType": "Coverage",
        "id": coverage_id,
        "meta": {**SYNTHETIC, "versionId": "1"},
        "status": "active",
        "order": order,
        "beneficiary": {"reference": patient_of(patient)},
        "subscriberId": member,
        "subscriber": {"display": guardian or full_name(patient)},
        "relationship": {
            "coding": [{"system": RELATIONSHIP, "code": "child" if guardian else "self"}]
        },
        "period": period,
        "payor": [{"display": payer}],
        "class": [
            _class("plan", draws.choice(PLANS)),
            _class("group", f"G{draws.randrange(10_000, 100_000)}"),
        ],
    }


def newcomer(patient_id: str, family: str, given: str, born: str) -> Json:
    """A patient of whom only name and birth date are known."""
    doctor = "Practitioner/pr.1"
    return {
        "resourceType": "Patient",
        "id": patient_id,
        "meta": {**SYNTHETIC, "versionId": "1"},
        "active": True,
        "identifier": [
            {
                **MRN,
                "system": "urn:foyer:sandbox:mrn",
                "value": f"2{patient_id.rpartition('.')[2]:0>5}",
            }
        ],
        "name": [{"use": "official", "family": family, "given": [given]}],
        "gender": "unknown",
        "birthDate": born,
        "generalPractitioner": [{"reference": doctor, "display": PROVIDERS[doctor].spoken}],
        "managingOrganization": {"reference": ORGANIZATION},
    }


def guardian_of(patient: Json) -> str:
    """The guardian's name, or empty."""
    return contact_of(patient, "GUARD")[0]


def contact_of(patient: Json, code: str) -> tuple[str, str]:
    """Name and phone of the contact whose relationship is *code*; empty without one."""
    for contact in patient.get("contact", []):
        codes = {
            c.get("code") for r in contact.get("relationship", []) for c in r.get("coding", [])
        }
        if code in codes:
            name = contact["name"].get("text", "")
            return name, next((t["value"] for t in contact.get("telecom", [])), "")
    return "", ""


def full_name(patient: Json) -> str:
    """Given and family name."""
    name = patient["name"][0]
    return " ".join([*name["given"], name["family"]])


def _contacts(family: str, minor: bool, draws: random.Random) -> Iterator[Json]:
    given = draws.choice(CONTACTS)
    phone = f"555-{draws.randrange(200, 1000)}-{draws.randrange(10_000):04}"
    yield _contact(V2_CONTACT, "C", f"{given} {family}", phone)
    if minor:
        yield _contact(V3_ROLE, "GUARD", f"{given} {family}", phone)


def _contact(system: str, code: str, name: str, phone: str) -> Json:
    return {
        "relationship": [{"coding": [{"system": system, "code": code}]}],
        "name": {"text": name},
        "telecom": [{"system": "phone", "value": phone}],
    }


def _pharmacy(draws: random.Random) -> Json:
    name, phone = draws.choice(PHARMACIES)
    parts = [{"url": "name", "valueString": name}, {"url": "phone", "valueString": phone}]
    return {"url": PHARMACY, "extension": parts}


def _class(kind: str, value: str) -> Json:
    return {"type": {"coding": [{"system": COVERAGE_CLASS, "code": kind}]}, "value": value}


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
    return re.sub(r"\W", "", plain).lower()


def _draws(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same person keeps the same data
