"""Which metrics a manager reads first, on the page and in the report."""

from collections.abc import Sequence

from services.metrics.definitions.definition import Standing
from services.metrics.report import Reading, Report

FIRST = (
    "inbox.response_rate", "inbox.response_median", "inbox.sla", "notes.time", "ai.corrected",
    "ai.missed", "visits.noshow", "claims.denied", "claims.days_owed",
)  # fmt: skip
MISSED = (Standing.MISSED, Standing.FAR_OFF)


def headlines(found: Report) -> Sequence[Reading]:
    """The first ones, and whatever misses its target."""
    return [r for r in found.readings if r.metric.id in FIRST or r.standing in MISSED]
