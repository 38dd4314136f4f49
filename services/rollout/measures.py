"""What guardrails measure: each a small function of stored rows, with its definition and default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from db.guardrail_counts import GuardrailCounts

DAY, WEEK = 24, 168


@dataclass(frozen=True)
class Measured:
    """A value, and of how many cases."""

    value: float
    count: int


Run = Callable[[GuardrailCounts, str, datetime], Measured]


@dataclass(frozen=True)
class Measure:
    """One thing to keep within a limit. ``unit`` is ``count``, ``share``, ``hours`` or ``dollars``.

    ``limit``, ``hours`` and ``at_least`` hold until a practice sets its own; see ``Guardrail``.
    What is ``whole`` is known of the whole practice alone, and no place can have a limit of it.
    """

    key: str
    title: str
    definition: str
    unit: str
    run: Run
    limit: float
    hours: int
    at_least: int
    whole: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether places add up to the practice: then its limit is no limit for one of them."""
        return self.unit in ("count", "dollars")

    def said(self, value: float) -> str:
        """A value of this measure as a person reads it."""
        match self.unit:
            case "share":
                return f"{value:.0%}"
            case "hours":
                return f"{value:.1f} h"
            case "dollars":
                return f"${value:,.2f}"
            case _:
                return f"{value:.0f}"


def _urgent_misses(counts: GuardrailCounts, _: str, since: datetime) -> Measured:
    misses = counts.urgent_misses(since)
    return Measured(misses, misses)


def _refused(counts: GuardrailCounts, workflow: str, since: datetime) -> Measured:
    return _share(*counts.refused(workflow, since))


def _turnaround(counts: GuardrailCounts, workflow: str, since: datetime) -> Measured:
    hours = counts.turnarounds(workflow, since)
    return Measured(median(hours) if hours else 0.0, len(hours))


def _cost(counts: GuardrailCounts, workflow: str, since: datetime) -> Measured:
    """The inbox keeps its cost with each suggestion; of the others each call is kept."""
    by_item = workflow == "inbox"
    microdollars, count = counts.cost(since) if by_item else counts.cost_of_calls(workflow, since)
    return Measured(microdollars / 1_000_000, count)


def _share_of(asked: Callable[[GuardrailCounts, datetime], tuple[int, int]]) -> Run:
    """A measure that is a share of what one question counts."""
    return lambda counts, _, since: _share(*asked(counts, since))


def _share(hits: int, of: int) -> Measured:
    return Measured(hits / of if of else 0.0, of)


URGENT_MISSES = Measure(
    "urgent_misses", "Urgent messages missed",
    "Messages the engine called routine or for today and a person then raised to urgent.",
    "count", _urgent_misses, limit=0, hours=WEEK, at_least=1,
)  # fmt: skip
CORRECTIONS = Measure(
    "correction_rate", "Categories corrected",
    "Messages whose category a person corrected, of those the engine sorted.",
    "share", _share_of(GuardrailCounts.corrections), limit=0.15, hours=WEEK, at_least=20,
)  # fmt: skip
REJECTIONS = Measure(
    "correction_rate", "Fields rejected",
    "Fields of forms that a person rejected, of those they decided about.",
    "share", _share_of(GuardrailCounts.rejections), limit=0.25, hours=WEEK, at_least=40,
)  # fmt: skip
UNTOUCHED_REPLIES = Measure(
    "untouched_sends", "Replies sent untouched",
    "Replies that left exactly as drafted, of those that began from a draft. A high share may "
    "mean that nobody reads them.",
    "share", _share_of(GuardrailCounts.untouched_replies), limit=0.9, hours=WEEK, at_least=30,
)  # fmt: skip
UNTOUCHED_NOTES = Measure(
    "untouched_sends", "Notes sent untouched",
    "Notes approved without any edit, of those that were approved.",
    "share", _share_of(GuardrailCounts.untouched_notes), limit=0.9, hours=WEEK, at_least=20,
)  # fmt: skip
REFUSED = Measure(
    "refused_writes", "Writes refused",
    "Deliveries that the other side refused, of those that were settled.",
    "share", _refused, limit=0.1, hours=DAY, at_least=10,
)  # fmt: skip
REWRITTEN = Measure(
    "correction_rate", "Summaries rewritten",
    "Summaries that a person changed before approving them, of those that were approved.",
    "share", _share_of(GuardrailCounts.rewritten_summaries), limit=0.5, hours=WEEK, at_least=20,
)  # fmt: skip
REWORKED = Measure(
    "correction_rate", "Charges reworked",
    "Visits of which a person changed, removed or added a code, of those that were approved.",
    "share", _share_of(GuardrailCounts.reworked_charges), limit=0.4, hours=WEEK, at_least=20,
)  # fmt: skip
TURNED_AWAY = Measure(
    "rejected_claims", "Claims turned away",
    "Claims that the clearinghouse or payer did not take in, of those it answered (277CA).",
    "share", _share_of(GuardrailCounts.rejected_claims), limit=0.1, hours=WEEK, at_least=20,
)  # fmt: skip
OTHER_PATHS = Measure(
    "correction_rate", "Other path taken",
    "Denials for which a person took another path than the suggested one, of those decided.",
    "share", _share_of(GuardrailCounts.other_paths), limit=0.5, hours=WEEK, at_least=20,
)  # fmt: skip
COST = Measure(
    "ai_cost", "Cost of AI",
    "What calls of models for this workflow cost, in US dollars.",
    "dollars", _cost, limit=50, hours=DAY, at_least=1,
)  # fmt: skip

CALLS = replace(COST, whole=True)  # only the inbox knows which item a call was for


def _turnaround_of(title: str, definition: str, limit: float) -> Measure:
    return Measure(
        "turnaround", title, f"Median hours on the wall {definition}.",
        "hours", _turnaround, limit, hours=WEEK, at_least=20,
    )  # fmt: skip


ANSWER = _turnaround_of("Hours to an answer", "from waiting to an answer", 72)
FILED = _turnaround_of("Hours to the chart", "from the arrival of a form to its decision", 72)
NOTED = _turnaround_of("Hours to a note", "from a visit to the approval of its note", 72)
TOLD = _turnaround_of("Hours to a summary", "from the signature to the approved summary", 72)
CHARGED = _turnaround_of("Hours to a charge", "from the signature to approved charges", 96)
DECIDED = _turnaround_of("Hours to a decision", "from a denial's arrival to its decision", 240)

MEASURES: Mapping[str, tuple[Measure, ...]] = {
    "inbox": (URGENT_MISSES, CORRECTIONS, UNTOUCHED_REPLIES, REFUSED, ANSWER, COST),
    "intake": (REJECTIONS, REFUSED, FILED, CALLS),
    "notes": (UNTOUCHED_NOTES, REFUSED, NOTED, CALLS),
    "summaries": (REWRITTEN, REFUSED, TOLD, CALLS),
    "charges": (REWORKED, REFUSED, CHARGED),
    "claims": (TURNED_AWAY, REFUSED),
    "denials": (OTHER_PATHS, REFUSED, DECIDED, CALLS),
}
OTHERS = (REFUSED,)  # every other workflow writes, at least


def of(workflow: str) -> tuple[Measure, ...]:
    """What is measured of *workflow*."""
    return MEASURES.get(workflow, OTHERS)


def named(workflow: str, key: str) -> Measure | None:
    """One measure of *workflow*."""
    return next((measure for measure in of(workflow) if measure.key == key), None)
