"""Modifiers: known ones, once each, none that contradict each other, and where they belong."""

import re
from collections.abc import Iterator

from services.codes.billing import is_modifier
from services.codes.ncci import pair_edit
from services.ehr.x12.claim import Claim
from services.scrub.context import Context
from services.scrub.facts import (
    OFFICE_VISITS,
    PREVENTIVE_VISITS,
    SURGERY,
    first_day,
    is_evaluation,
    number,
    procedures,
)
from services.scrub.findings import Found

SHAPE = re.compile(r"[0-9A-Z]{2}")
DISTINCT = frozenset(("59", "XE", "XS", "XP", "XU"))
SEPARATE_VISIT = frozenset(("24", "25", "57"))
EXCLUSIVE: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(("26", "TC")), "bill the service without either if both parts were given"),
    (DISTINCT, "keep the one that says most; X modifiers replace 59"),
    (frozenset(("50", "LT", "RT")), "use 50 alone for both sides, LT or RT for one"),
    (frozenset(("52", "53")), "reduced or discontinued, not both"),
    (frozenset(("76", "77")), "76 is the same provider, 77 another"),
    (frozenset(("78", "79", "58")), "a staged, related or unrelated procedure is one of them"),
    (frozenset(("80", "81", "82", "AS")), "one kind of assistant"),
    (frozenset(("95", "93", "GT", "GQ")), "one kind of telehealth"),
    (frozenset(("GA", "GY", "GZ")), "one statement on coverage"),
)
NO_VISIT = range(10004, 90000)  # surgery, radiology and laboratory: nothing here is a visit
# CMS Claims Processing Manual, chapter 15, section 30: where an ambulance came from and went to.
AMBULANCE, AMBULANCE_PLACES = ("A03", "A04"), frozenset("DEGHIJNPRSX")
VENIPUNCTURE = range(36400, 36417)  # collecting blood calls for no modifier 25


def shape(claim: Claim, context: Context) -> Iterator[Found]:
    """A modifier that is not two capital letters or digits."""
    for at, modifier in _all(claim):
        if not SHAPE.fullmatch(modifier):
            yield Found(
                "modifiers", modifier, "A modifier is not two capital letters or digits.",
                "Correct the modifier.", at,
            )  # fmt: skip


def unknown(claim: Claim, context: Context) -> Iterator[Found]:
    """A modifier that the list of mid-2024 lacks; a newer list or the payer may have it."""
    for at, modifier in _all(claim):
        is_trip = _is_trip(modifier, claim.lines[at - 1].procedure)
        if SHAPE.fullmatch(modifier) and not is_modifier(modifier) and not is_trip:
            yield Found(
                "modifiers", modifier, f"The modifier {modifier} is not in the list of 2024.",
                "Correct it, unless it is newer or the payer's own.", at,
            )  # fmt: skip


def repeated(claim: Claim, context: Context) -> Iterator[Found]:
    """The same modifier twice on one line."""
    for at, line in procedures(claim):
        for modifier in sorted({m for m in line.modifiers if line.modifiers.count(m) > 1}):
            sentence = f"The modifier {modifier} stands twice on the line."
            yield Found("modifiers", modifier, sentence, "Take one off.", at)


def conflict(claim: Claim, context: Context) -> Iterator[Found]:
    """Modifiers on one line of which only one can be true."""
    for at, line in procedures(claim):
        for exclusive, advice in EXCLUSIVE:
            both = exclusive.intersection(line.modifiers)
            if len(both) > 1:
                named = " and ".join(sorted(both))
                yield Found(
                    "modifiers", " ".join(sorted(both)), f"{named} exclude each other.",
                    f"Keep one: {advice}.", at,
                )  # fmt: skip


def misplaced(claim: Claim, context: Context) -> Iterator[Found]:
    """25 on what is no visit, 59 or X{EPSU} on a visit."""
    for at, line in procedures(claim):
        if "25" in line.modifiers and number(line.procedure) in NO_VISIT:
            yield Found(
                "modifiers", "25", f"Modifier 25 belongs to a visit; {line.procedure} is none.",
                "Move 25 to the visit of that day, or take it off.", at,
            )  # fmt: skip
        if is_evaluation(line.procedure) and (used := DISTINCT.intersection(line.modifiers)):
            yield Found(
                "modifiers", " ".join(sorted(used)),
                f"{line.procedure} is a visit, which 59 and the X modifiers do not fit.",
                "Use modifier 25 if the visit is significant and separate.", at,
            )  # fmt: skip


def visit_without_25(claim: Claim, context: Context) -> Iterator[Found]:
    """A visit beside surgery of the same day without 24, 25 or 57, where NCCI lists no pair."""
    surgery = [line for _, line in procedures(claim) if _is_surgery(line.procedure)]
    for at, line in procedures(claim):
        if not is_evaluation(line.procedure) or SEPARATE_VISIT.intersection(line.modifiers):
            continue
        day = first_day(claim, line)
        beside = [s.procedure for s in surgery if day and first_day(claim, s) == day]
        if beside and not any(pair_edit(line.procedure, other) for other in beside):
            yield Found(
                "modifiers", line.procedure,
                f"{line.procedure} stands beside {beside[0]} of the same day without modifier 25.",
                "Add 25 if the record shows a significant, separate visit.", at,
            )  # fmt: skip


def preventive_without_25(claim: Claim, context: Context) -> Iterator[Found]:
    """A problem visit of the office beside a preventive visit of the same day without 24, 25 or 57."""
    lines = [line for _, line in procedures(claim) if number(line.procedure) in PREVENTIVE_VISITS]
    days = {first_day(claim, line) for line in lines} - {None}
    for at, line in procedures(claim):
        is_visit = number(line.procedure) in OFFICE_VISITS
        is_separate = SEPARATE_VISIT.intersection(line.modifiers)
        if is_visit and not is_separate and first_day(claim, line) in days:
            yield Found(
                "modifiers", line.procedure,
                f"{line.procedure} stands beside a preventive visit of the day without modifier 25.",
                "Add 25 if a problem was treated apart from the examination.", at,
            )  # fmt: skip


def _is_trip(modifier: str, procedure: str) -> bool:
    return procedure.startswith(AMBULANCE) and AMBULANCE_PLACES.issuperset(modifier)


def _is_surgery(procedure: str) -> bool:
    code = number(procedure)
    return code in SURGERY and code not in VENIPUNCTURE


def _all(claim: Claim) -> Iterator[tuple[int, str]]:
    for at, line in procedures(claim):
        for modifier in line.modifiers:
            yield at, modifier
