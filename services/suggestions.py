"""What became of a suggestion once a person decided."""

from uuid import UUID

from rapidfuzz.distance import Levenshtein

from db.suggestions import Outcome, Suggestion, Suggestions
from services.desk import Desk


def settle(desk: Desk, conversation_id: UUID, drafted: str, sent: str) -> Suggestion | None:
    """Remember that a reply was sent, and how far it was from what an engine drafted."""
    suggestion = desk.open(Suggestions).latest(conversation_id)
    if suggestion is None or suggestion.outcome is not Outcome.WAITING:
        return None
    distance = Levenshtein.normalized_distance(drafted.strip(), sent.strip()) if drafted else None
    match distance:
        case None:
            outcome = Outcome.DISCARDED
        case 0:
            outcome = Outcome.USED
        case _:
            outcome = Outcome.EDITED
    return _decide(desk, suggestion, outcome, distance)


def discard(desk: Desk, conversation_id: UUID) -> None:
    """Remember that a person had no use for the suggestion."""
    suggestion = desk.open(Suggestions).latest(conversation_id)
    if suggestion and suggestion.outcome is Outcome.WAITING:
        _decide(desk, suggestion, Outcome.DISCARDED, None)


def reopen(desk: Desk, conversation_id: UUID) -> None:
    """The decision was taken back: the suggestion waits again."""
    suggestion = desk.open(Suggestions).latest(conversation_id)
    if suggestion and suggestion.outcome is not Outcome.SUPERSEDED:
        _decide(desk, suggestion, Outcome.WAITING, None)
        suggestion.decided_by = suggestion.decided_at = None


def _decide(
    desk: Desk, suggestion: Suggestion, outcome: Outcome, distance: float | None
) -> Suggestion:
    suggestion.outcome, suggestion.edit_distance = outcome, distance
    suggestion.decided_by, suggestion.decided_at = desk.actor.staff_id, desk.now
    return suggestion
