"""A summary in the shape an engine has to give it: parts of sentences, each with the signed ones it tells."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST, MOST = 4_000, 300  # characters of one sentence; sentences of one part
PartName = Literal["reason", "found", "plan", "instructions", "call"]
_STRICT = ConfigDict(strict=True, extra="forbid", frozen=True)


class SummarySentence(BaseModel):
    """One sentence to the patient and the numbers of the signed sentences it tells."""

    model_config = _STRICT

    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    sources: list[str]


class SummaryPart(BaseModel):
    """One part and its sentences, in order."""

    model_config = _STRICT

    name: PartName
    sentences: Annotated[list[SummarySentence], Field(max_length=MOST)]


class SummaryAnswer(BaseModel):
    """A whole summary, without its titles and fixed phrases: those are the practice's own."""

    model_config = _STRICT

    parts: list[SummaryPart]
