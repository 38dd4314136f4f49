"""From FHIR shapes to what the chart knew on one day of service: pure, with the day's own bounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from services.ehr.fhir_records import (
    PAST,
    VIRTUAL,
    allergy,
    is_active,
    latest_results,
    local_day,
    medication,
    problem,
    visit,
)
from services.ehr.fhir_shapes import (
    AllergyIntolerance,
    Condition,
    Encounter,
    MedicationRequest,
    Observation,
)
from services.ehr.ports import ServiceRecord

REACH_BACK = timedelta(days=90)  # what was ordered before a service and may bear on it
VOID = ("entered-in-error", "cancelled", "draft")


@dataclass(frozen=True)
class Known:
    """What was read of one patient's chart, before anything is left out."""

    encounters: Sequence[Encounter]
    problems: Sequence[Condition]
    orders: Sequence[MedicationRequest]
    allergies: Sequence[AllergyIntolerance]
    observations: Sequence[Observation]


def record(known: Known, day: date, zone: ZoneInfo) -> ServiceRecord:
    """The chart as of *day*, by the practice's calendar; what came later is not in it."""
    return ServiceRecord(
        visits=tuple(visit(e) for e in known.encounters if _is_visit(e, day, zone)),
        problems=tuple(
            problem(c) for c in known.problems
            if is_active(c.clinical_status) and _by(c.onset_date_time, day, zone)
        ),
        medications=tuple(
            medication(o, ()) for o in known.orders
            if o.status not in VOID and _lately(o.authored_on, day, zone)
        ),
        allergies=tuple(allergy(a) for a in known.allergies if is_active(a.clinical_status)),
        results=latest_results(
            o for o in known.observations if _lately(o.effective_date_time, day, zone)
        ),
    )  # fmt: skip


def _is_visit(encounter: Encounter, day: date, zone: ZoneInfo) -> bool:
    if encounter.period is None or encounter.kind.code == VIRTUAL or encounter.status not in PAST:
        return False
    return local_day(encounter.period.start, zone) == day


def _by(text: str, day: date, zone: ZoneInfo) -> bool:
    """Whether it was so by *day*; what has no date is on record all the same."""
    return not text or local_day(text, zone) <= day


def _lately(text: str, day: date, zone: ZoneInfo) -> bool:
    """Whether it happened on *day* or shortly before; what has no date cannot be placed."""
    return bool(text) and day - REACH_BACK <= local_day(text, zone) <= day
