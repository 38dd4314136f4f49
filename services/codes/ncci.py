"""CMS's National Correct Coding Initiative: pairs, units and add-on codes of mid-2024, as facts by code."""

from dataclasses import dataclass
from functools import cache

from services.codes.lists import pairs, rows

EDITION = "practitioner tables in force in mid-2024"
_CONTRACTORS_OWN = "CCCCC"  # CMS's word for: each contractor defines the primary codes
_REASONS = {
    "a": "a coding instruction of CMS or CPT",
    "b": "the second is a separate procedure only when done alone",
    "c": "the second is part of the first by definition",
    "d": "the tests are part of a panel",
    "e": "the second may not be used for a part of the first",
    "f": "the first is the more extensive procedure",
    "g": "the two exclude each other",
    "h": "it is usual preparation for anesthesia",
    "i": "it belongs to the usual care of the first",
}


@dataclass(frozen=True)
class PairEdit:
    """Column two is not paid beside column one, unless a modifier is allowed and true."""

    column_one: str
    column_two: str
    modifier_allowed: bool
    reason: str


@dataclass(frozen=True)
class UnitLimit:
    """The most units: a line's where ``by_line`` (indicator 1), else a day's.

    ``is_reviewable`` (indicator 3): more may be paid after review of the record.
    """

    units: int
    by_line: bool
    is_reviewable: bool


def pair_edit(first: str, second: str) -> PairEdit | None:
    """The edit between two procedures, whichever is column one; only office codes are listed."""
    return _edit(first, second) or _edit(second, first)


def unit_limit(code: str) -> UnitLimit | None:
    """The Medically Unlikely Edit of a procedure; ``None`` where none is published."""
    found = _limits().get(code)
    return UnitLimit(int(found[0]), found[1] == "1", found[1] == "3") if found else None


def primaries(add_on: str) -> frozenset[str] | None:
    """The codes of which one must stand beside *add_on*.

    ``None`` for what is no add-on code, and where contractors may name further primaries.
    """
    found = _add_ons().get(add_on)
    return None if found is None or _CONTRACTORS_OWN in found else frozenset(found.split(" "))


def _edit(one: str, two: str) -> PairEdit | None:
    # Column two, indicator, reason: 7 characters each, parted by spaces; codes hold no space.
    seconds = _pairs().get(one, "")
    at = seconds.find(f" {two}") if len(two) == 5 else -1
    if at < 0:
        return None
    return PairEdit(one, two, seconds[at + 6] == "1", _REASONS[seconds[at + 7]])


@cache
def _pairs() -> dict[str, str]:
    return {one: f" {seconds}" for one, seconds in rows("ncci_pairs")}


@cache
def _limits() -> dict[str, tuple[str, str]]:
    return {code: (units, indicator) for code, units, indicator in rows("mue")}


@cache
def _add_ons() -> dict[str, str]:
    return pairs("add_on")
