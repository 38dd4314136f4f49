"""News on a form: what has changed since the chart was written, what is new, and what is left out."""

import random
import re

from services.sandbox.registered import PHARMACIES, PRIVATE, full_name
from services.sandbox.sheet import Sheet
from services.sandbox.slips import Person, Slip

MORE_MEDICATIONS = (
    ("Ibuprofen", "200 mg", "as needed"),
    ("Amlodipine", "5 mg", "once daily"),
    ("Omeprazole", "20 mg", "once daily"),
    ("Hydrochlorothiazide", "25 mg", "once daily"),
    ("Clopidogrel", "75 mg", "once daily"),
)
MORE_ALLERGIES = (
    ("Sulfa drugs", "rash", "low"),
    ("Codeine", "nausea", "low"),
    ("Cat dander", "itching", "low"),
    ("Strawberries", "hives", "high"),
)
CITIES = (("Salem", "01970"), ("Quincy", "02169"), ("Worcester", "01602"))


def new_phone(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """A new phone number."""
    phone = f"555-{draws.randrange(200, 1000)}-{draws.randrange(10_000):04}"
    _change(sheet, "reach.phone", phone, "demographics.phone", phone.replace("-", ""))
    return True


def new_member(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """A new card with another member id."""
    member = f"W{draws.randrange(10**8, 10**9)}"
    if "insurance1.member" in sheet.answers:
        _change(sheet, "insurance1.member", member, "coverage[0].member_id")
    return "insurance1.member" in sheet.answers


def new_email(sheet: Sheet, person: Person, draws: random.Random) -> bool:
    """Another email address."""
    given = re.sub(r"\W", "", person.patient["name"][0]["given"][0]).lower()
    said = f"{given}{draws.randrange(10, 100)}@example.net"
    _change(sheet, "reach.email", said, "demographics.email")
    return True


def moved(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """Another address in another town."""
    city, code = draws.choice(CITIES)
    sheet.forget("reach.unit")
    street = f"{draws.randrange(1, 900)} Sample Lane"
    _change(sheet, "reach.street", street, "demographics.address")
    _change(sheet, "reach.city", city, "demographics.city")
    _change(sheet, "reach.zip", code, "demographics.zip")
    return True


def new_pharmacy(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """Another pharmacy."""
    name, phone = draws.choice(
        [p for p in PHARMACIES if p[0] != sheet.answers.get("pharmacy.name")]
    )
    _change(sheet, "pharmacy.name", name, "demographics.pharmacy")
    sheet.say("pharmacy.phone", phone)
    return True


def more_medication(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """A medicine the chart does not have."""
    taken = {row["medication.name"] for row in sheet.answers.get("medication", [])}
    fresh = [m for m in MORE_MEDICATIONS if m[0] not in taken]
    sheet.forget("medications.none")
    row = dict(zip(("name", "dose", "frequency"), draws.choice(fresh), strict=True))
    sheet.add("medication", "medications", row, "new")
    return True


def more_allergy(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """An allergy the chart does not have."""
    sheet.forget("allergies.none")
    row = dict(
        zip(("substance", "reaction", "severity"), draws.choice(MORE_ALLERGIES), strict=True)
    )
    sheet.add("allergy", "allergies", row, "new")
    return True


def second_insurance(sheet: Sheet, person: Person, draws: random.Random) -> bool:
    """A second insurance the chart does not have."""
    if "insurance1.payer" not in sheet.answers or "insurance2.payer" in sheet.answers:
        return False
    other = [payer for payer in PRIVATE if payer != sheet.answers["insurance1.payer"]]
    for link, name, said in (
        ("payer", "payer", draws.choice(other)),
        ("member", "member_id", f"H{draws.randrange(10**8, 10**9)}"),
        ("holder", "subscriber", full_name(person.patient)),
        ("relation", "relationship", "self"),
    ):
        sheet.say(f"insurance2.{link}", said, f"coverage[1].{name}", why="new")
    return True


def vaccine(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """A flu shot from the pharmacy."""
    sheet.answers["history.vaccines"] = ["Influenza"]
    sheet.know_one("immunizations", "Influenza", "history.vaccines", "new")
    return True


def no_emergency_phone(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """The emergency contact's phone left out."""
    sheet.leave_out("emergency.phone", "demographics.emergency_contact_phone")
    return True


def no_email(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """The email left out."""
    sheet.leave_out("reach.email", "demographics.email")
    return True


CHANGED: tuple[Slip, ...] = (new_phone, new_member, new_email, moved, new_pharmacy)
NEW: tuple[Slip, ...] = (more_medication, more_allergy, second_insurance, vaccine)
MISSING: tuple[Slip, ...] = (no_emergency_phone, no_email)


def _change(sheet: Sheet, link: str, said: str, path: str, value: str = "") -> None:
    why = "changed" if path in sheet.fields else "new"
    sheet.say(link, said, path, value, why)
