"""The same facts in people's own spelling: punctuation, capitals, prescription shorthand, whole sentences."""

import random
import re

from services.sandbox.sheet import Sheet
from services.sandbox.slips import Person, Slip

UNIT = re.compile(r"(.+) ((?:Unit|Apt|Suite) \w+)")
HABITUAL = {
    "once daily": ("qd", "every day", "1x/day", "1 a day"),
    "twice daily": ("BID", "2x a day", "two times a day"),
    "three times daily": ("TID", "3 times a day"),
    "as needed": ("prn", "only when needed"),
}


def phone_written(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """The same phone number, punctuated as people do."""
    digits = sheet.fields.get("demographics.phone")
    if not digits:
        return False
    shape = draws.choice(("({}) {}-{}", "{}.{}.{}", "+1 {} {} {}", "{}{}{}"))
    sheet.again("reach.phone", shape.format(digits[:3], digits[3:6], digits[6:]))
    return True


def member_written(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """The same member id with dashes or spaces, or in small letters."""
    member = sheet.fields.get("coverage[0].member_id")
    if not member:
        return False
    said = draws.choice(
        (f"{member[:3]}-{member[3:]}", f"{member[:4]} {member[4:]}", member.lower())
    )
    sheet.again("insurance1.member", said)
    return True


def name_in_capitals(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """The family name in capitals."""
    sheet.again("about.last", str(sheet.answers["about.last"]).upper())
    return True


def unit_apart(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """The apartment in the field of its own."""
    found = UNIT.fullmatch(sheet.answers.get("reach.street", ""))
    if found:
        sheet.again("reach.street", found.group(1))
        sheet.say("reach.unit", found.group(2))
    return bool(found)


def doses_written(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """Doses without a space, frequencies as on a prescription."""
    rows = sheet.answers.get("medication", [])
    for number, row in enumerate(rows):
        for name, path in (("dose", "dose"), ("frequency", "frequency")):
            if said := row.get(f"medication.{name}"):
                row[f"medication.{name}"] = _habitual(said, draws)
                sheet.mark(f"medications[{number}].{path}", "formatted")
    return bool(rows)


def medicines_in_own_words(sheet: Sheet, _: Person, draws: random.Random) -> bool:
    """Medicines as a sentence instead of a list."""
    rows = sheet.answers.pop("medication", [])
    if not rows:
        return False
    said = [" ".join(_habitual(text, draws) for text in row.values()) for row in rows]
    sheet.answers["history.medications"] = "; ".join(said)
    _move(sheet, "medication", "history.medications")
    return True


def allergies_in_own_words(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """Allergies as a sentence instead of a list."""
    rows = sheet.answers.get("allergy", [])
    if not rows or any("allergy.severity" in row for row in rows):
        return False
    said = [
        f"{row['allergy.substance']} ({row['allergy.reaction']})"
        if "allergy.reaction" in row
        else row["allergy.substance"]
        for row in rows
    ]
    sheet.answers.pop("allergy")
    sheet.answers["history.allergies"] = ", ".join(said)
    _move(sheet, "allergy", "history.allergies")
    return True


def phone_unclear(sheet: Sheet, _: Person, __: random.Random) -> bool:
    """A phone number nobody can call."""
    sheet.say("reach.phone", "same as last time", "demographics.phone", None, "unclear")
    return True


FORMATTED: tuple[Slip, ...] = (
    *(phone_written, member_written, name_in_capitals, unit_apart, doses_written),
)
ODD: tuple[Slip, ...] = (medicines_in_own_words, phone_unclear, allergies_in_own_words)


def _habitual(said: str, draws: random.Random) -> str:
    if said in HABITUAL:
        return draws.choice(HABITUAL[said])
    return re.sub(r"^([\d.]+) mg$", r"\1mg", said)


def _move(sheet: Sheet, place: str, to: str) -> None:
    for path in [p for p, at in sheet.places.items() if at == place]:
        sheet.places[path] = to
        sheet.edits.setdefault(path, "formatted")
