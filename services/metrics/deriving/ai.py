"""Facts of what engines suggested: used, edited, corrected, urgencies raised and missed, cost."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from db.ai_calls import AiCall
from db.ai_spend import AiSpend
from db.facts import Mode
from db.suggestions import Outcome, Suggestion
from db.vocabulary import Urgency
from services.metrics.deriving.happening import Happening, Teller, done_by_people
from services.metrics.deriving.inbox import Thread

RAISE = "inbox.raise_urgency"
SENT = (Outcome.USED, Outcome.EDITED)
COUNTED = ("intake", "notes", "summaries", "denials")  # the inbox keeps its cost by item
DECIDED = (*SENT, Outcome.DISCARDED)


def facts(thread: Thread) -> Iterator[Happening]:
    """What became of each suggestion for this conversation."""
    for suggestion, following in _with_next(thread.suggestions):
        if suggestion.shadow:
            yield from _shadow(thread, suggestion)
        else:
            yield from _shown(thread, suggestion, following)
        teller = _teller(thread, suggestion)
        yield teller.tell("ai.inbox_cost", suggestion.created_at, suggestion.microdollars)


def _with_next(
    suggestions: Sequence[Suggestion],
) -> Iterator[tuple[Suggestion, datetime | None]]:
    """Each with the moment at which a newer one took its place."""
    for number, one in enumerate(suggestions):
        later = suggestions[number + 1 :]
        yield one, (later[0].created_at if later else None)


def _teller(thread: Thread, suggestion: Suggestion) -> Teller:
    mode = Mode.OFF if suggestion.shadow else Mode.ON
    return Teller(thread.row.ref, thread.row, mode=mode)


def _shadow(thread: Thread, suggestion: Suggestion) -> Iterator[Happening]:
    """Beside the category that a person chose without seeing it; without one there is no answer."""
    chosen = thread.row.category
    if chosen is not None:
        agrees = suggestion.category == chosen
        teller, at = _teller(thread, suggestion), suggestion.created_at
        yield teller.tell("ai.shadow_agrees", at, agrees, str(chosen))
        yield teller.tell("ai.shadow_missed", at, _missed(thread, suggestion), str(chosen))


def _missed(thread: Thread, suggestion: Suggestion) -> bool:
    """A person raised it above what the engine had said, which nobody saw."""
    raised = any(line.verb == RAISE for line in done_by_people(thread.lines))
    return raised and _urgency(suggestion).rank > thread.row.urgency.rank


def _urgency(suggestion: Suggestion) -> Urgency:
    return Urgency(suggestion.urgency) if suggestion.urgency else Urgency.ROUTINE


def _shown(
    thread: Thread, suggestion: Suggestion, following: datetime | None
) -> Iterator[Happening]:
    teller, at = _teller(thread, suggestion), suggestion.created_at

    def meanwhile(moment: datetime) -> bool:
        return moment >= at and (following is None or moment < following)

    corrected = [c for c in thread.corrections if c.field == "category" and meanwhile(c.created_at)]
    raised = [
        x for x in done_by_people(thread.lines) if x.verb == RAISE and meanwhile(x.at)
    ]  # fmt: skip
    engine = _urgency(suggestion)
    yield teller.tell("ai.corrected", at, bool(corrected), suggestion.category)
    yield teller.tell("ai.raised", at, engine.rank < thread.row.floor.rank, suggestion.category)
    yield teller.tell("ai.missed", at, bool(raised), suggestion.category)
    if suggestion.has_draft and suggestion.outcome in DECIDED and suggestion.decided_at:
        yield from _draft(teller, suggestion, suggestion.decided_at)


def _draft(teller: Teller, suggestion: Suggestion, at: datetime) -> Iterator[Happening]:
    for kind, outcome in (
        ("ai.draft_used", Outcome.USED),
        ("ai.draft_edited", Outcome.EDITED),
        ("ai.draft_discarded", Outcome.DISCARDED),
    ):
        yield teller.tell(kind, at, suggestion.outcome is outcome, suggestion.category)
    if suggestion.outcome in SENT:
        yield teller.tell("ai.untouched", at, suggestion.outcome is Outcome.USED,
                          suggestion.category)  # fmt: skip


def spending(spend: AiSpend, zone: ZoneInfo) -> Iterator[Happening]:
    """What one engine cost on one day of the practice's calendar."""
    noon = datetime.combine(spend.day, time(12), zone)
    yield Teller(spend.ref, mode=Mode.ON).tell("ai.cost", noon, spend.microdollars, spend.engine)


def calls(found: Iterable[AiCall]) -> Iterator[Happening]:
    """What each call for a workflow cost."""
    for call in found:
        if call.workflow in COUNTED:
            kind = f"ai.{call.workflow}_cost"
            yield Teller(call.ref, mode=Mode.ON).tell(kind, call.at, call.microdollars, call.engine)
