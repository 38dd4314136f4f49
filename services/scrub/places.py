"""Places of service: known ones, and telehealth places with telehealth modifiers."""

from collections.abc import Iterator
from datetime import date

from services.codes.billing import is_place
from services.ehr.x12.claim import Claim
from services.scrub.context import Context
from services.scrub.facts import first_day, numbered, place, procedures
from services.scrub.findings import Found

AWAY, HOME = "02", "10"
TELEHEALTH = frozenset(("95", "93", "GT", "GQ", "FQ", "G0"))
# In the public health emergency, and in 2023 after it, telehealth kept the place of a visit.
PLACES_ARE_USUAL = date(2024, 1, 1)


def unknown(claim: Claim, context: Context) -> Iterator[Found]:
    """A place that CMS's code set does not have."""
    for at, line in numbered(claim):
        code = place(claim, line)
        if code and not is_place(code):
            yield Found(
                "place", code, "The place of service is not in the code set.",
                "Correct the place of service.", at,
            )  # fmt: skip


def telehealth(claim: Claim, context: Context) -> Iterator[Found]:
    """02 or 10 without a telehealth modifier, or one of 95, 93, GT and GQ in another place."""
    for at, line in procedures(claim):
        code, day = place(claim, line), first_day(claim, line)
        used = TELEHEALTH.intersection(line.modifiers)
        if code in (AWAY, HOME) and not used:
            yield Found(
                "modifiers", code, f"Place {code} is telehealth, but no modifier says how.",
                "Add 95 for video or 93 for sound alone, unless the payer wants none.", at,
            )  # fmt: skip
        elif (
            is_place(code)
            and code not in (AWAY, HOME)
            and used - {"G0"}
            and day
            and day >= PLACES_ARE_USUAL
        ):
            yield Found(
                "place", code, f"{' '.join(sorted(used))} says telehealth, but place {code} does not.",
                "Use 10 if the patient was at home, else 02, unless the payer wants otherwise.", at,
            )  # fmt: skip
