"""One value of a card: certain, or empty with the reason and what it may be."""

import re
from collections.abc import Sequence
from datetime import date

from services.documents.pages import Word
from services.workflows.intake.extract.card_words import Card, Label, said
from services.workflows.intake.extract.cells import around, sure_of
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.making import made, unread
from services.workflows.intake.fields import Field, Source

# Measured on pictures of eight cards under blur, noise, glare and turning: see tests.
LEAST = 0.85
UNCLEAR = "The picture is not clear enough to be sure of this."
EITHER = "It cannot be told which of these belongs to its label."
STRAY = "The words around this are not clear."
NOT_THERE = "The picture shows no value for this."


def value(
    path: str, card: Card, label: Label, today: date, shape: re.Pattern[str] | None = None
) -> Field:
    """The field *path* from what stands beside or under *label*, if it has the *shape* of one."""
    beside, below = (_shaped(words, shape) for words in (card.beside(label), card.below(label)))
    if beside and below and card.is_far(label, beside):
        both = tuple(said(words) for words in (below, beside))
        return _empty(path, card, label, below, EITHER, both)
    words = beside or below
    if not words:
        return _empty(path, card, label, (), NOT_THERE)
    if card.follows_a_stray(label):
        return _empty(path, card, label, words, STRAY, (said(words),))
    return certain(path, words, said(card.words_of(label)), today)


def certain(
    path: str, words: Sequence[Word], label: str, today: date, text: str | None = None
) -> Field:
    """The field *path* from *words*, or from *text* taken out of them; empty unless all are clear."""
    source = Source(label=label, box=around(words))
    sure = sure_of(words)
    field = made(path, Finding(path, said(words), source, sure), today, text)
    if field.value is not None and sure < LEAST:
        return unread(path, Finding(path, said(words), source), UNCLEAR, (field.value,))
    return field


def empty(
    path: str, reason: str, choices: tuple[str, ...] = (), words: Sequence[Word] = ()
) -> Field:
    """A field that the card should have and that stays empty."""
    source = Source(box=around(words))
    return unread(path, Finding(path, said(words) or "-", source), reason, choices)


def _empty(
    path: str, card: Card, label: Label, words: Sequence[Word], reason: str,
    choices: tuple[str, ...] = (),
) -> Field:  # fmt: skip
    shown = words or card.words_of(label)
    source = Source(label=said(card.words_of(label)), box=around(shown))
    return unread(path, Finding(path, said(words), source), reason, choices)


def _shaped(words: Sequence[Word], shape: re.Pattern[str] | None) -> tuple[Word, ...]:
    """As many of *words*, from the first, as together have the *shape*; none if none do."""
    for end in range(len(words), 0, -1):
        if shape is None or shape.fullmatch(said(words[:end])):
            return tuple(words[:end])
    return ()
