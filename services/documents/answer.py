"""What the reading process says to the one that asked: JSON of exactly this shape."""

from dataclasses import dataclass, field

import msgspec

from services.documents.pages import Document
from services.documents.refusals import Refusal


@dataclass(frozen=True)
class Answer:
    """A document, a picture, or a reason: one of the three."""

    document: Document | None = field(default=None, repr=False)
    png: bytes = field(default=b"", repr=False)
    refused: Refusal | None = None


def encoded(answer: Answer) -> bytes:
    """*answer* as JSON."""
    return msgspec.json.encode(answer)


def decoded(body: bytes) -> Answer | None:
    """The answer in *body*; ``None`` if it is cut short or of another shape."""
    try:
        return msgspec.json.decode(body, type=Answer)
    except msgspec.MsgspecError:
        return None
