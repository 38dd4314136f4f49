"""The practice's phrases for one conversation: what each abbreviation becomes in its reply."""

from dataclasses import dataclass, field

from db.conversations import Conversation
from db.replies import Phrases
from services.desk import Desk
from services.workflows.inbox.wordings import filled, known


@dataclass(frozen=True)
class Expansion:
    """A phrase with this patient's facts in its blanks; ``missing`` names what the chart lacks."""

    abbreviation: str
    text: str = field(repr=False)
    missing: tuple[str, ...]


def expansions(desk: Desk, conversation: Conversation) -> tuple[Expansion, ...]:
    """Every phrase as it would stand in this reply, by abbreviation."""
    phrases = desk.open(Phrases).by_abbreviation()
    if not phrases or not conversation.is_open:
        return ()
    values = known(desk, conversation)
    told = ((phrase.abbreviation, filled(phrase.text, values)) for phrase in phrases)
    return tuple(Expansion(short, one.text, one.missing) for short, one in told)
