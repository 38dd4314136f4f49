"""A driver's licence or photo ID: name, birth date, sex and address where they are legible."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from services.documents.pages import Word
from services.workflows.intake.extract.card_reading import certain, empty, value
from services.workflows.intake.extract.card_words import Card, Label, said, together
from services.workflows.intake.extract.making import settled
from services.workflows.intake.fields import Field
from services.workflows.intake.normal import addresses

NAMES = re.compile(r"[A-Z][A-Z'-]*(?: [A-Z][A-Z'.-]*){0,3}", re.I)
BORN = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{4}")
SEX = re.compile(r"[MFX]|MALE|FEMALE", re.I)
STREET = re.compile(r"\d{1,6}[A-Z]? [A-Z0-9].*", re.I)
TOWN = re.compile(r"[A-Z][A-Z .'-]*,? [A-Z]{2},? \d{5}(?:-?\d{4})?(?: .*)?", re.I)
NO_NAME = "The picture does not show clearly which words are the name."
NO_DAY = "No date of birth could be read; the other dates on a card are none."
NO_ADDRESS = "The address could not be read."


def photo_id(card: Card, today: date) -> tuple[Field, ...]:
    """The ``demographics`` fields of a card; a date counts only under its own label."""
    return settled(_fields(card, today))


def _fields(card: Card, today: date) -> Iterator[Field]:
    for kind, path, shape in (
        ("dob", "demographics.dob", BORN),
        ("sex", "demographics.sex", SEX),
        ("last_name", "demographics.last_name", NAMES),
    ):
        yield from (value(path, card, b, today, shape) for b in _of(card, kind))
    for label in _of(card, "first_name"):
        yield from _given(card, label, today)
    yield from _missing(card)
    yield from _address(card, today)


def _of(card: Card, kind: str) -> list[Label]:
    """The labels of a kind. A number alone is one only where it begins its row: "1 SAMPLE"."""
    mine = [label for label in card.labels if label.kind == kind]
    return [b for b in mine if not said(card.words_of(b)).strip(". ").isdigit() or b.first == 0]


def _given(card: Card, label: Label, today: date) -> Iterator[Field]:
    words = card.beside(label) or card.below(label)
    if not words or not NAMES.fullmatch(said(words)):
        yield value("demographics.first_name", card, label, today, NAMES)
        return
    asked = said(card.words_of(label))
    yield certain("demographics.first_name", words[:1], asked, today)
    if words[1:]:
        yield certain("demographics.middle", words[1:], asked, today)


def _missing(card: Card) -> Iterator[Field]:
    for kind, path, reason in (
        ("last_name", "demographics.last_name", NO_NAME),
        ("first_name", "demographics.first_name", NO_NAME),
        ("dob", "demographics.dob", NO_DAY),
    ):
        if not _of(card, kind):
            yield empty(path, reason)


def _address(card: Card, today: date) -> Iterator[Field]:
    """A street and, right below it, a town with state and ZIP code: one without the other is neither."""
    rows = [(_from_number(row), below) for row, below in pairwise(card.rows)]
    pairs = [(a, b) for a, b in rows if a and TOWN.fullmatch(said(_left_part(b, a)))]
    if len(pairs) != 1:
        yield empty("demographics.address", NO_ADDRESS)
        return
    street, row = pairs[0]
    town = _left_part(row, street)
    parts = addresses.split(f"{said(street)}, {said(town)}")
    for name in ("address", "city", "state", "zip"):
        if parts and (text := getattr(parts, name)):
            words = street if name == "address" else town
            yield certain(f"demographics.{name}", words, "", today, text)


def _from_number(row: Sequence[Word]) -> tuple[Word, ...]:
    """The street in *row*: behind the element number 8, if there is one, and before another column."""
    start = 1 if len(row) > 2 and row[0].text.strip(".") == "8" and row[1].text[:1].isdigit() else 0
    words = together(row[start:])
    return words if STREET.fullmatch(said(words)) and len(words) > 2 else ()


def _left_part(row: Sequence[Word], street: Sequence[Word]) -> tuple[Word, ...]:
    """The words of *row* that stand under *street*, from its left edge to the next column."""
    left = street[0].box.left - 0.03 if street[0].box else 0.0
    return together([w for w in row if w.box is None or w.box.left >= left])
