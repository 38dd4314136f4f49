"""The E/M level of an office visit by the rules since 2021: two of three columns, or time."""

from dataclasses import dataclass, field

from services.notes.coding.evidence import Level, weigh_data, weigh_problems, weigh_risk
from services.notes.coding.gathering import Gathered

# Code and the minutes of the day that must be reached (CPT 2024: no more ranges).
NEW = {
    Level.STRAIGHTFORWARD: ("99202", 15),
    Level.LOW: ("99203", 30),
    Level.MODERATE: ("99204", 45),
    Level.HIGH: ("99205", 60),
}
ESTABLISHED = {
    Level.STRAIGHTFORWARD: ("99212", 10),
    Level.LOW: ("99213", 20),
    Level.MODERATE: ("99214", 30),
    Level.HIGH: ("99215", 40),
}
PROLONGED, PROLONGED_BY = "99417", 15  # each full quarter of an hour beyond the highest level
MEDICARE_PROLONGED = {
    True: ("G2212", 89),
    False: ("G2212", 69),
}  # CMS: by whether the patient is new


@dataclass(frozen=True)
class EmSuggestion:
    """A code, whether by ``decision`` or ``time``, the sums behind it and what the note leaves open.

    ``prolonged`` is how many units of 99417 the time bears; for Medicare ``arithmetic`` says so.
    """

    code: str
    by: str
    level: Level
    arithmetic: tuple[str, ...] = field(repr=False)
    missing: tuple[str, ...] = field(repr=False)
    prolonged: int = 0


def suggest(gathered: Gathered, *, new: bool, minutes: int | None = None) -> EmSuggestion:
    """The higher of medical decision making and time; *minutes* of the day as the note states them."""
    codes = NEW if new else ESTABLISHED
    columns = (
        weigh_problems(gathered.problems),
        weigh_data(gathered.data),
        weigh_risk(gathered.risks),
    )
    decided = sorted(column.level for column in columns)[1]
    timed = by_time(minutes, new=new)
    sums = [
        *(c.sum for c in columns),
        f"Two of three reach {decided.name.lower()}: {codes[decided][0]}.",
    ]
    if minutes is not None:
        sums.append(_time_sum(minutes, timed, new))
    prolonged = _prolonged(minutes, new)
    # Prolonged time may only be added to a level that was chosen by time.
    is_timed = timed is not None and (timed > decided or prolonged > 0)
    by, level = ("time", timed) if timed is not None and is_timed else ("decision", decided)
    if prolonged:
        sums.append(_prolonged_sum(minutes or 0, prolonged, new))
    missing = (
        *gathered.missing,
        *(
            ()
            if minutes is not None
            else ("The time spent on the day of the visit is not stated.",)
        ),
    )
    return EmSuggestion(codes[level][0], by, level, tuple(sums), missing, prolonged)


def by_time(minutes: int | None, *, new: bool) -> Level | None:
    """The level that *minutes* reach; ``None`` for none or too few."""
    codes = NEW if new else ESTABLISHED
    return max(
        (level for level, (_, least) in codes.items() if (minutes or 0) >= least), default=None
    )


def _time_sum(minutes: int, timed: Level | None, new: bool) -> str:
    codes = NEW if new else ESTABLISHED
    if timed is None:
        return f"Time: {minutes} minutes reach no level (the lowest needs {codes[Level.STRAIGHTFORWARD][1]})."
    code, least = codes[timed]
    return f"Time: {minutes} minutes reach the {least} of {code}."


def _prolonged(minutes: int | None, new: bool) -> int:
    highest = (NEW if new else ESTABLISHED)[Level.HIGH][1]
    return max(0, ((minutes or 0) - highest) // PROLONGED_BY)


def _prolonged_sum(minutes: int, units: int, new: bool) -> str:
    highest = (NEW if new else ESTABLISHED)[Level.HIGH][1]
    code, least = MEDICARE_PROLONGED[new]
    medicare = (
        f"{code} from {least} minutes on"
        if minutes >= least
        else f"nothing ({code} begins at {least} minutes)"
    )
    return f"Prolonged: ({minutes} - {highest}) / {PROLONGED_BY} = {units} x {PROLONGED}; Medicare takes {medicare}."
