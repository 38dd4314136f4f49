"""Procedures that may not stand together, alone, or so often: NCCI pairs, units, add-on codes."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations

from services.codes.ncci import PairEdit, UnitLimit, pair_edit, primaries, unit_limit
from services.ehr.x12.claim import BilledLine, Claim
from services.ehr.x12.values import plain
from services.scrub.context import Context
from services.scrub.facts import (
    MEDICARE,
    earlier,
    first_day,
    is_evaluation,
    numbered,
    procedures,
    rendering,
)
from services.scrub.findings import Found

# NCCI Policy Manual, chapter I, section E: any of these lets a pair with indicator 1 pass.
NCCI_MODIFIERS = frozenset(
    (
        *(f"E{n}" for n in range(1, 5)), "FA", *(f"F{n}" for n in range(1, 10)), "TA",
        *(f"T{n}" for n in range(1, 10)), "LT", "RT", "LC", "LD", "RC", "LM", "RI",
        "24", "25", "57", "58", "78", "79", "27", "59", "91", "XE", "XS", "XP", "XU",
    )
)  # fmt: skip
EQUIPMENT = ("A", "E", "K", "L")  # supplies and equipment, for which CMS has tables of their own
Numbered = tuple[int, BilledLine]
Counted = tuple[str, date | int, str]  # the procedure, its day or line, the provider


def pair(claim: Claim, context: Context) -> Iterator[Found]:
    """NCCI pairs of one provider and day that no modifier lets pass; visits are told apart."""
    for edit, _, (at, _) in _stopped(claim):
        if not _lacks_25(edit):
            wording = (
                "If the record shows separate services, add the modifier that says so (59, XE, XS,"
                " XP, XU or the side) to one of them; else take the second off."
                if edit.modifier_allowed
                else "Take the second off: no modifier is allowed."
            )
            yield Found("procedure", edit.column_two, _pair_sentence(edit), wording, at)


def visit_pair(claim: Claim, context: Context) -> Iterator[Found]:
    """A visit that NCCI includes in a procedure or visit of the same day, without modifier 25."""
    for edit, _, (at, _) in _stopped(claim):
        if _lacks_25(edit):
            yield Found(
                "modifiers", edit.column_two, _pair_sentence(edit),
                f"Add modifier 25 to {edit.column_two} if the record shows a significant, separate"
                " visit; else take the visit off.", at,
            )  # fmt: skip


def units(claim: Claim, context: Context) -> Iterator[Found]:
    """More units than the Medically Unlikely Edit of the procedure, by line or by day."""
    for at, code, count, limit in _counted(claim):
        if limit.units and count > limit.units:
            per = "line" if limit.by_line else "day"
            advice = (
                "Correct the units; if the record supports them, be ready to send it."
                if limit.is_reviewable
                else "Correct the units: a claim above this limit is denied."
            )
            sentence = f"{code} has {plain(count)} units; at most {limit.units} a {per} are usual."
            yield Found("units", plain(count), sentence, advice, at)


def no_units(claim: Claim, context: Context) -> Iterator[Found]:
    """A procedure of which Medicare pays no unit; other payers may, so only Medicare is looked at."""
    if claim.coverage.filing_indicator in MEDICARE:
        for at, code, _, limit in _counted(claim):
            if not limit.units and not code.startswith(EQUIPMENT):
                yield Found(
                    "procedure", code, f"Medicare pays no unit of {code}.",
                    "Use Medicare's own code if there is one, or tell the patient beforehand.", at,
                )  # fmt: skip


def add_on(claim: Claim, context: Context) -> Iterator[Found]:
    """An add-on code without any of its primary codes that day, here or on an earlier claim.

    Add-on codes whose primaries each contractor defines are left alone.
    """
    for at, line in procedures(claim):
        wanted = primaries(line.procedure)
        if wanted is not None and not wanted & _beside(claim, line, context):
            some = ", ".join(sorted(wanted)[:5]) + (" …" if len(wanted) > 5 else "")
            yield Found(
                "procedure", line.procedure,
                f"{line.procedure} is an add-on code, and its primary procedure is not billed.",
                f"Add the primary procedure ({some}) or take {line.procedure} off.", at,
            )  # fmt: skip


def _stopped(claim: Claim) -> Iterator[tuple[PairEdit, Numbered, Numbered]]:
    """Edits between two lines that nothing lets pass, column one's line first."""
    for one, two in combinations(procedures(claim), 2):
        edit = pair_edit(one[1].procedure, two[1].procedure)
        if edit and _together(claim, one[1], two[1]) and not _passes(edit, one[1], two[1]):
            yield (edit, one, two) if edit.column_one == one[1].procedure else (edit, two, one)


def _together(claim: Claim, one: BilledLine, two: BilledLine) -> bool:
    day = first_day(claim, one)
    same_day = day is not None and day == first_day(claim, two)
    return same_day and rendering(claim, one) == rendering(claim, two)


def _passes(edit: PairEdit, one: BilledLine, two: BilledLine) -> bool:
    used = NCCI_MODIFIERS.intersection((*one.modifiers, *two.modifiers))
    return edit.modifier_allowed and bool(used)


def _lacks_25(edit: PairEdit) -> bool:
    return edit.modifier_allowed and is_evaluation(edit.column_two)


def _pair_sentence(edit: PairEdit) -> str:
    one, two = edit.column_one, edit.column_two
    return f"NCCI does not pay {two} beside {one} on one day: {edit.reason}."


def _counted(claim: Claim) -> Iterator[tuple[int, str, Decimal, UnitLimit]]:
    """Each line, or the first of a day's lines with the sum, that has a limit."""
    sums: dict[Counted, Decimal] = defaultdict(Decimal)
    firsts: dict[Counted, tuple[int, str, UnitLimit]] = {}
    for at, line in procedures(claim):
        limit = unit_limit(line.procedure)
        if limit and line.unit == "UN" and line.units is not None:
            where = at if limit.by_line else first_day(claim, line) or at
            key = line.procedure, where, rendering(claim, line)
            sums[key] += line.units
            firsts.setdefault(key, (at, line.procedure, limit))
    for key, (at, code, limit) in firsts.items():
        yield at, code, sums[key], limit


def _beside(claim: Claim, line: BilledLine, context: Context) -> set[str]:
    """Procedures of the same day; those of earlier claims count where they are known."""
    day = first_day(claim, line)
    here = {o.procedure for _, o in numbered(claim) if first_day(claim, o) == day}
    return here | {e.procedure for e in earlier(claim, line, context)}
