"""What a reply states: which of it the chart supports, and which a person must confirm."""

import json
from dataclasses import dataclass
from uuid import UUID

from db.conversations import Conversation, Conversations
from db.patients import Patients
from db.practices import Practices
from db.suggestions import Suggestions
from services.container import Container
from services.desk import Actor, Desk, working
from services.errors import Invalid
from services.options import options_of
from services.workflows.inbox.doubts import check
from services.workflows.inbox.facts import gather
from services.workflows.inbox.propose import waiting_text


@dataclass(frozen=True)
class Claims:
    """Statements in a reply: ``unsupported`` need a tick each, ``foreign`` may not be sent."""

    unsupported: tuple[str, ...]
    foreign: tuple[str, ...]


def examine(desk: Desk, conversation: Conversation, text: str) -> Claims:
    """Compare *text* with the conversation, the chart as fetched, and the practice's contacts."""
    practice = Practices(desk.session).get(desk.practice_id)
    options = options_of(practice)
    patient = desk.open(Patients).get(conversation.patient_id)
    words = waiting_text(desk, conversation)
    subject = desk.vault.read(conversation, "subject").text
    doubts = check(text, gather(desk, practice, options, conversation, patient, words, subject))
    return Claims(
        unsupported=tuple(doubt.text for doubt in doubts if not doubt.blocks),
        foreign=tuple(doubt.text for doubt in doubts if doubt.blocks),
    )


def to_confirm(container: Container, actor: Actor, id: UUID, text: str) -> Claims:
    """What a person must confirm or remove before *text* can leave, as far as a draft said it."""
    with working(container, actor) as desk:
        desk.require("inbox.save_draft", "write replies")
        conversation = desk.open(Conversations).get(id)
        drafted = drafted_text(desk, conversation)
        found = examine(desk, conversation, text)
        return Claims(tuple(c for c in found.unsupported if c in drafted), found.foreign)


def require_confirmed(
    desk: Desk, conversation: Conversation, text: str, confirmed: frozenset[str]
) -> None:
    """Raises ``Invalid`` while a drafted statement without support is not ticked.

    What a person wrote alone is theirs to answer for; only text that came from a draft is held.
    """
    claims = examine(desk, conversation, text)
    if claims.foreign:
        raise Invalid("The reply names a link, number or address that is not the practice's own.")
    drafted = drafted_text(desk, conversation)
    open_ones = [c for c in claims.unsupported if c in drafted and c not in confirmed]
    if open_ones:
        raise Invalid(f"Please confirm {len(open_ones)} highlighted statement(s) before sending.")


def drafted_text(desk: Desk, conversation: Conversation) -> str:
    """The draft an engine made for the words now shown, or nothing."""
    suggestion = desk.open(Suggestions).latest(conversation.id)
    if suggestion is None or suggestion.source_hash != conversation.content_hash:
        return ""
    return json.loads(desk.vault.read(suggestion, "answer").text).get("draft") or ""
