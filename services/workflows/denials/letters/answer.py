"""What a model is asked to answer about a letter: sentences with their facts, and what it lacks."""

from pydantic import BaseModel, ConfigDict

from services.ai import Facts


class DraftSentence(BaseModel):
    """One sentence with the names of the facts it rests on."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    text: str
    facts: list[str]


class Proposal(BaseModel):
    """A letter as a model proposes it; nothing of it counts before ``checking`` has seen it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    sentences: list[DraftSentence]
    needed: list[str]


def template_writes(facts: Facts) -> Proposal:
    """The embedded engine's answer: it proposes nothing, so that the template stands."""
    return Proposal(sentences=[], needed=[])
