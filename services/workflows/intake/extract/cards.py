"""Photographed cards, told from forms by their words: a health insurance card, a driver's licence or photo ID."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from services.documents.pages import Document, Kind
from services.workflows.intake.extract.card_insurance import insurance_card
from services.workflows.intake.extract.card_photo_id import photo_id
from services.workflows.intake.extract.card_words import Card, book, card_of, plain
from services.workflows.intake.fields import Field

MOST_WORDS = 170  # of one side; a form has more
ENOUGH = 3  # cues and labels of a kind


class CardKind(StrEnum):
    """What a picture shows."""

    INSURANCE = "insurance"
    IDENTITY = "identity"


def from_card(document: Document, today: date) -> tuple[Field, ...] | None:
    """The fields of a card, or ``None`` for a picture that shows none.

    A value that is not read with certainty stays empty, with its reason and, where something was
    read at all, with what it may be as a choice.
    """
    kind = kind_of(document)
    if kind is None:
        return None
    card = card_of(document, kind)
    return insurance_card(card, today) if kind is CardKind.INSURANCE else photo_id(card, today)


def kind_of(document: Document) -> CardKind | None:
    """Whether the picture shows a card, and which; never for a form or for a file with a text layer."""
    words = [word for page in document.pages for line in page.lines for word in line.words]
    sides = max(len(document.pages), 1)
    if not _is_picture(document) or not words or len(words) > MOST_WORDS * sides:
        return None
    text = " ".join(plain(line.text) for page in document.pages for line in page.lines)
    if _has(text, book()["form"]):
        return None
    told = {kind: _cues(kind, text, card_of(document, kind)) for kind in CardKind}
    best = max(told, key=lambda kind: told[kind])
    return best if told[best] >= ENOUGH else None


def _is_picture(document: Document) -> bool:
    return document.kind is Kind.IMAGE or document.engine.startswith("tesseract")


def _cues(kind: CardKind, text: str, card: Card) -> int:
    labels = {label.kind for label in card.labels} - {"other", "member", "address"}
    cues = sum(_has(text, [cue]) for cue in book()["cues"][kind])
    payers = kind is CardKind.INSURANCE and any(_has(text, a) for a in book()["payers"].values())
    return len(labels) + cues + payers


def _has(text: str, phrases: Sequence[str]) -> bool:
    return any(f" {phrase} " in f" {text} " for phrase in phrases)
