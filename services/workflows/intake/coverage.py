"""What the chart knows of a patient's insurance on the day of the visit, and what the payer said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.claims.coverage import Said
from services.ehr.registration import CoverageRecord, Registration


class Stand(StrEnum):
    """How an insurance stands on a day, by the dates in the chart."""

    IN_FORCE = "in_force"
    ENDED = "ended"
    NOT_YET = "not_yet"
    INACTIVE = "inactive"
    UNDATED = "undated"  # the chart gives neither beginning nor end


@dataclass(frozen=True)
class CoverageFact:
    """One insurance of the chart and how it stands; ``start`` and ``end`` are ISO 8601 or empty.

    ``said`` is the payer's own word; ``None`` where it was not asked.
    """

    payer: str = field(repr=False)
    plan: str = field(repr=False)
    member_id: str = field(repr=False)
    start: str
    end: str
    stands: Stand
    said: Said | None = field(default=None, repr=False)


def coverage_facts(
    chart: Registration, day: date, said: Mapping[str, Said] | None = None
) -> tuple[CoverageFact, ...]:
    """The insurances of *chart*, primary first, as they stand on *day*; *said* by member number."""
    told = said or {}
    ranked = sorted(chart.coverage, key=lambda record: record.order)
    return tuple(
        CoverageFact(
            r.payer,
            r.plan,
            r.member_id,
            r.start,
            r.end,
            _stands(r, day.isoformat()),
            told.get(r.member_id),
        )
        for r in ranked
    )


def _stands(record: CoverageRecord, day: str) -> Stand:
    if not record.active:
        return Stand.INACTIVE
    # Dates may be a year or a month alone: only as much is compared as both have.
    if record.end and record.end < day[: len(record.end)]:
        return Stand.ENDED
    if record.start and record.start > day[: len(record.start)]:
        return Stand.NOT_YET
    return Stand.IN_FORCE if record.start or record.end else Stand.UNDATED
