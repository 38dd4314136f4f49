"""Whether a workflow in shadow is ready for a pilot: agreement with people, and urgencies missed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from db.places import Places
from db.vocabulary import Stage
from services.desk import Desk
from services.metrics.loading import LABEL, Loaded, Narrow, load
from services.metrics.samples import Sample, Samples
from services.metrics.wishes import Span, wanted_of
from services.rollout import intervals, runs
from services.rollout.intervals import Interval
from services.rollout.moves import WORKFLOWS

AGREES, MISSED = "ai.shadow_agrees", "ai.shadow_missed"
ENOUGH = 30  # cases, from which on the number says something
LONGEST = 90  # days: an engine is judged by what it is now

# Where nobody decides the same thing unseen there is nothing to agree with.
INSTEAD: Mapping[str, str] = {
    "intake": "Forms are read in shadow, and nobody decides about them meanwhile. Begin with two "
    "people: each field they reject is counted, and a limit pauses it.",
    "reminders": "Reminders are proposed by rules and nobody sees them in shadow. Begin with one "
    "location: each reminder is approved by a person.",
    "notes": "Notes are drafted in shadow, and providers write their own in eCW, which are not "
    "compared. Begin with two providers who read every sentence: what they change is counted.",
    "summaries": "Summaries are written in shadow and nobody reads them. Begin with one provider "
    "who reads each against the signed note.",
    "charges": "Codes are suggested in shadow; what is billed in eCW is not compared with them. "
    "Begin with one biller who checks each against the note.",
    "claims": "Claims are checked in shadow and leave from eCW as before. Compare the findings with "
    "what the clearinghouse rejects.",
    "denials": "Denials are sorted in shadow, and no letters are drafted. Begin with one biller "
    "and one payer.",
}


class Standing(StrEnum):
    """What the number says about beginning a pilot."""

    NONE = "No shadow number"
    FEW = "Too few cases yet"
    BELOW = "Below the bar"
    NEAR = "At the bar, not surely"
    REACHED = "The bar is reached"


@dataclass(frozen=True)
class Category:
    """How often the engine chose what a person chose, of one category."""

    name: str
    agreed: int
    compared: int


@dataclass(frozen=True)
class Readiness:
    """One workflow in shadow at one place. ``instead`` says what to look at without a number.

    ``missed`` are messages that people found more urgent than the engine did, unseen. The worst
    category comes first.
    """

    workflow: str
    place: str
    since: date
    agreement: Interval | None
    agreed: int
    compared: int
    bar: float
    missed: int
    categories: tuple[Category, ...]
    instead: str = ""

    @property
    def standing(self) -> Standing:
        """Whether the bar is reached."""
        if self.instead:
            return Standing.NONE
        if self.agreement is None or self.compared < ENOUGH:
            return Standing.FEW
        if self.agreement.value < self.bar:
            return Standing.BELOW
        return Standing.REACHED if self.agreement.low >= self.bar else Standing.NEAR


def in_shadow(desk: Desk) -> tuple[Readiness, ...]:
    """Every workflow that is in shadow now, at each of its places."""
    return tuple(
        _readiness(desk, workflow, run)
        for workflow in WORKFLOWS
        for run in runs.latest(desk, workflow, Stage.SHADOW)
        if run.ended is None
    )


def readiness(desk: Desk, workflow: str, scope: str) -> Readiness | None:
    """The same for one workflow at one place; ``None`` where it is not in shadow."""
    found = (r for r in runs.latest(desk, workflow, Stage.SHADOW) if r.place == scope)
    return next((_readiness(desk, workflow, run) for run in found if run.ended is None), None)


def doubts(ready: Readiness) -> tuple[str, ...]:
    """What speaks against a pilot now, as sentences; none where nothing does."""
    said = []
    if ready.missed:
        said.append(missed_said(ready))
    if ready.standing in (Standing.FEW, Standing.BELOW):
        said.append(f"{ready.standing}: {agreement_said(ready)}.")
    return tuple(said)


def missed_said(ready: Readiness) -> str:
    """How many urgencies were missed, in a sentence."""
    what = "urgency" if ready.missed == 1 else "urgencies"
    return f"In shadow the engine missed {ready.missed:,} {what} that people raised."


def agreement_said(ready: Readiness) -> str:
    """``agreement 40 of 45, 89 % (between 77 % and 95 %), the bar is 85 %``."""
    found = ready.agreement
    if found is None:
        return f"agreement of no case, {ENOUGH} are needed, the bar is {_share(ready.bar)}"
    needed = f", {ENOUGH} are needed" if ready.compared < ENOUGH else ""
    between = f"between {_share(found.low)} and {_share(found.high)}"
    return (
        f"agreement {ready.agreed:,} of {ready.compared:,}{needed}, {_share(found.value)} "
        f"({between}), the bar is {_share(ready.bar)}"
    )


def _share(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _readiness(desk: Desk, workflow: str, run: runs.Run) -> Readiness:
    span = _span(desk, run)
    bar = wanted_of(desk, span.last)[AGREES].target or 0.0
    if workflow in INSTEAD:
        return Readiness(workflow, run.place, span.first, None, 0, 0, bar, 0, (), INSTEAD[workflow])
    loaded = load(desk, (AGREES, MISSED), span.first, span.last, {})
    samples = loaded.samples(_narrow(desk, run.place))
    agrees, missed = (samples.of(kind, span.first, span.last) for kind in (AGREES, MISSED))
    found = intervals.share(agrees.total, agrees.count) if agrees.count else None
    return Readiness(
        workflow, run.place, span.first, found, agrees.total, agrees.count, bar, missed.total,
        tuple(_categories(desk, loaded, run.place, span)),
    )  # fmt: skip


def _span(desk: Desk, run: runs.Run) -> Span:
    first = run.began.astimezone(desk.options.zone).date()
    return Span(max(first, desk.today - timedelta(days=LONGEST - 1)), desk.today)


def _narrow(desk: Desk, place: str) -> Narrow:
    known = desk.open(Places).by_ref().get(place)
    return Narrow(**{known.kind: place}) if known else Narrow()


def _categories(desk: Desk, loaded: Loaded, place: str, span: Span) -> Sequence[Category]:
    """By what people chose, the least agreed on first."""
    narrow = _narrow(desk, place)
    found = [
        Category(name, its.total, its.count)
        for name, samples in loaded.split(LABEL, narrow).items()
        if (its := _agrees(samples, span)).count
    ]
    return sorted(found, key=lambda one: (one.agreed / one.compared, -one.compared, one.name))


def _agrees(samples: Samples, span: Span) -> Sample:
    return samples.of(AGREES, span.first, span.last)
