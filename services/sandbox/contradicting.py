"""Forms that contradict themselves, the chart or common sense."""

import random
from datetime import timedelta

from services.sandbox.registered import full_name
from services.sandbox.sheet import Sheet
from services.sandbox.slips import Person, Slip


def coverage_over(sheet: Sheet, person: Person, _: random.Random) -> bool:
    """The insurance ended before the visit, says the form itself."""
    if "insurance1.payer" not in sheet.answers:
        return False
    ended = (person.today - timedelta(days=12)).isoformat()
    sheet.say("insurance1.end", ended, "coverage[0].end", why="contradiction")
    return True


def none_yet_listed(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """No allergies, it says, above a list of them."""
    if not sheet.answers.get("allergy"):
        row = {"substance": "Peanuts", "reaction": "hives", "severity": "high"}
        sheet.add("allergy", "allergies", row, "new")
    sheet.say("allergies.none", True, "allergies.no_known", None, "contradiction")
    return True


def pregnant_man(sheet: Sheet, person: Person, _: random.Random) -> bool:
    """Pregnant, and male in the chart."""
    if person.patient.get("gender") != "male" or person.minor:
        return False
    sheet.answers["about.pregnant"] = True
    sheet.answers["history.conditions"] = [
        *sheet.answers.get("history.conditions", []),
        "Pregnancy",
    ]
    sheet.know_one("problems", "Pregnancy", "history.conditions", "contradiction")
    return True


def child_as_holder(sheet: Sheet, person: Person, _: random.Random) -> bool:
    """A child who holds the policy."""
    if not person.minor or "insurance1.holder" not in sheet.answers:
        return False
    name, why = full_name(person.patient), "contradiction"
    sheet.say("insurance1.holder", name, "coverage[0].subscriber", why=why)
    sheet.say("insurance1.relation", "self", "coverage[0].relationship", why=why)
    return True


def drug_and_allergy(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """A medicine of the very family the patient is allergic to."""
    sheet.forget("allergies.none")
    sheet.forget("medications.none")
    allergy = {"substance": "Penicillin", "reaction": "hives", "severity": "high"}
    sheet.add("allergy", "allergies", allergy, "new")
    taken = {"name": "Amoxicillin", "dose": "250 mg", "frequency": "three times daily"}
    number = sheet.add("medication", "medications", taken, "new")
    sheet.mark(f"medications[{number}].name", "contradiction")
    return True


def twice_the_same(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """One medicine on two lines with two doses."""
    rows = sheet.answers.get("medication", [])
    if not rows:
        return False
    row = {"name": rows[0]["medication.name"], "dose": "20 mg", "frequency": "once daily"}
    sheet.add("medication", "medications", row, "contradiction")
    return True


CONTRADICTING: tuple[Slip, ...] = (
    *(coverage_over, none_yet_listed, pregnant_man, child_as_holder),
    *(drug_and_allergy, twice_the_same),
)
