"""The reason behind a label: what decided it, and whose instructions were followed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from db.suggestions import Suggestion
from services.ai.local import ENGINE as LOCAL
from services.desk import Desk
from services.prompts.live import names
from services.workflows.inbox.propose import PROMPT


@dataclass(frozen=True)
class Why:
    """The reason behind a label: the deciding phrases, how sure, and which engine and prompt.

    ``instructions`` is what people call the prompt; empty for an engine that reads none.
    """

    engine: str
    model: str
    prompt_digest: str
    confidence: float
    evidence: tuple[str, ...] = field(repr=False)
    made_at: datetime
    instructions: str = ""


def why_of(desk: Desk, suggestion: Suggestion, answer: dict[str, Any]) -> Why:
    """Why *suggestion* says what it says."""
    reads = suggestion.engine != LOCAL
    return Why(
        suggestion.engine,
        suggestion.model,
        suggestion.prompt_digest,
        suggestion.confidence,
        tuple(answer.get("evidence", [])),
        suggestion.created_at,
        names(desk, [PROMPT]).get(suggestion.prompt_digest, "") if reads else "",
    )
