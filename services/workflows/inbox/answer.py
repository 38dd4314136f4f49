"""What an engine may say about a patient's message: one category, one urgency, quotes and a draft."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from db.vocabulary import Category, Urgency
from services.ai.redflags import Flag, floor

Language = Literal["en", "es", "other"]

MOST_QUOTES = 3
# Red flags that may well belong to a refill; any other urgent one makes a message clinical.
OF_MEDICINES = frozenset({"critical_medication", "medication_error"})


class Triage(BaseModel):
    """How one message should be handled, with the patient's own words as the reason.

    ``evidence`` holds phrases that occur verbatim in the message; validated with the context
    ``{"facts": Facts}``, phrases that do not occur are dropped, and a triage with none left
    is not accepted. ``confidence`` is the chance that the category is right, 0 to 1.
    ``draft`` is a suggested reply, ``None`` where none is needed. ``used_facts`` names the
    keys of the facts the draft relies on.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    category: Category
    urgency: Urgency
    needs_reply: bool
    evidence: Annotated[list[str], Field(min_length=1)]
    confidence: Annotated[float, Field(ge=0, le=1)]
    draft: str | None
    language: Language
    used_facts: list[str]

    @field_validator("evidence")
    @classmethod
    def _only_verbatim(cls, quotes: list[str], info: ValidationInfo) -> list[str]:
        facts = (info.context or {}).get("facts")
        if facts is None:
            return quotes
        kept = verbatim(quotes, f"{facts.subject}\n{facts.text}")
        if not kept:
            raise ValueError("no quote occurs in the message")
        return kept

    @field_validator("used_facts")
    @classmethod
    def _only_supplied(cls, keys: list[str], info: ValidationInfo) -> list[str]:
        facts = (info.context or {}).get("facts")
        return keys if facts is None else [key for key in keys if key in facts.values]

    @field_validator("draft")
    @classmethod
    def _only_where_needed(cls, draft: str | None, info: ValidationInfo) -> str | None:
        wanted = info.data.get("needs_reply", True)
        return draft if wanted and draft and draft.strip() else None


def verbatim(quotes: list[str], text: str) -> list[str]:
    """Those of *quotes* that occur in *text* to the letter, each once, at most three."""
    kept = dict.fromkeys(quote for quote in quotes if quote.strip() and quote in text)
    return list(kept)[:MOST_QUOTES]


def floored(triage: Triage, flags: Sequence[Flag]) -> Triage:
    """*triage* with the red-flag floor applied: it can raise urgency, never lower it.

    A message with a flag needs an answer, shows the words that raised it first, and is
    clinical whatever else it asks for when the flag is an urgent symptom.
    """
    if not flags:
        return triage
    symptoms = [flag for flag in flags if flag.family not in OF_MEDICINES]
    is_clinical = floor(symptoms).rank <= Urgency.URGENT.rank
    words = dict.fromkeys((*(flag.text for flag in flags), *triage.evidence))
    return triage.model_copy(
        update={
            "category": Category.CLINICAL if is_clinical else triage.category,
            "urgency": triage.urgency.at_least(floor(flags)),
            "needs_reply": True,
            "evidence": list(words)[:MOST_QUOTES],
        }
    )
