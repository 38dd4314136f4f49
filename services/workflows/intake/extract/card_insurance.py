"""A health insurance card, front or back: insurer, plan, numbers, holder and dates, and nothing guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from services.documents.pages import Word
from services.workflows.intake.extract.card_reading import certain, empty, value
from services.workflows.intake.extract.card_words import Card, Label, book, plain, said
from services.workflows.intake.extract.making import settled
from services.workflows.intake.fields import Field

PAYER, PLAN, SUBSCRIBER = "coverage[0].payer", "coverage[0].plan", "coverage[0].subscriber"
MEMBER_ID, GROUP = "coverage[0].member_id", "coverage[0].group"
NUMBER = re.compile(r"(?=(?:[^\d]*\d){3})[A-Z0-9]+(?:[ -][A-Z0-9]+){0,4}")
GROUP_NUMBER = re.compile(r"(?=.*\d)[A-Z0-9]{3,}(?:[ -][A-Z0-9]+){0,2}")
NAME = re.compile(r"[A-Za-z][A-Za-z'.,-]*(?: [A-Za-z][A-Za-z'.,-]*){1,4}")
DAY = re.compile(r"\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})")
WORDS = re.compile(r"[A-Za-z][\w&+/.-]*(?: [\w&+/.-]+){0,5}")
SHAPES = {
    "member_id": (MEMBER_ID, NUMBER), "group": (GROUP, GROUP_NUMBER), "plan": (PLAN, WORDS),
    "payer": (PAYER, WORDS), "subscriber": (SUBSCRIBER, NAME),
    "start": ("coverage[0].start", DAY), "end": ("coverage[0].end", DAY),
}  # fmt: skip
MBI = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d"
    r"[AC-HJKMNP-RT-Y]{2}\d{2}"
)
LOOK_ALIKE = re.compile(r"[OQDILZSBG]")  # 0, 1, 2, 5, 8 and 6
TYPES = ("ppo", "hmo", "epo", "pos", "hdhp")
WHICH_PLAN = "The card does not say which words name the plan."
WHOSE = "The card names a member and does not say who holds the policy."
IN_PARTS = "The card prints this number in parts; please choose how your practice writes it."
ALIKE = "A letter in this number may be a digit that looks like it."
NO_NUMBER = "No member number could be read on this side of the card."
NO_PAYER = "The insurer's name could not be told from the picture."
TWO_PAYERS = "The card names more than one insurer."
MEDICARE = "Medicare"


def insurance_card(card: Card, today: date) -> tuple[Field, ...]:
    """The ``coverage[0]`` fields of a card; what it prints beyond them has no field."""
    return settled(_fields(card, today))


def _fields(card: Card, today: date) -> Iterator[Field]:
    payer = _payer(card, today)
    yield payer
    labels = [label for label in card.labels if not _is_by_chance(card, label)]
    kinds = {label.kind for label in labels}
    for label in labels:
        if label.kind == "member_id" and "prefix" in kinds:
            yield _in_parts(card, label, today)
        elif label.kind in SHAPES and label.kind != "payer":
            path, shape = SHAPES[label.kind]
            yield _sure(value(path, card, label, today, shape))
    if "member_id" not in kinds:
        yield empty(MEMBER_ID, NO_NUMBER)
    if "plan" not in kinds:
        yield from _plan(card)
    if "subscriber" not in kinds:
        yield from _member(card, payer, today)


def _is_by_chance(card: Card, label: Label) -> bool:
    """The last word of "Health savings plan" asks for nothing."""
    return card.follows_a_stray(label) and not card.beside(label)


def _sure(field: Field) -> Field:
    """*field*, empty where a letter of a number may as well be the digit that looks like it."""
    if field.path != MEMBER_ID or field.value is None or not may_be_misread(field.value):
        return field
    return replace(field, value=None, confidence=0.0, reason=ALIKE, choices=(field.value,))


def may_be_misread(number: str) -> bool:
    """Whether letters and digits of *number* cannot be told apart by their looks.

    Medicare's number can: its format says where letters stand, and leaves those out that look
    like digits (CMS, "Understanding the Medicare Beneficiary Identifier").
    """
    if MBI.fullmatch(re.sub(r"[ -]", "", number)):
        return False
    mixed = [p for p in re.split(r"[ -]", number) if re.search(r"\d", p) and re.search(r"[A-Z]", p)]
    return any(LOOK_ALIKE.search(part) for part in mixed)


def _in_parts(card: Card, label: Label, today: date) -> Field:
    """A number whose prefix and suffix stand beside it: which of them belong to it is the practice's habit."""
    number = value(MEMBER_ID, card, label, today, NUMBER)
    said_by = {
        other.kind: said(card.beside(other) or card.below(other))
        for other in card.labels
        if other.row == label.row and other.kind in ("prefix", "suffix")
    }
    core = number.value or next(iter(number.choices), "")
    whole = f"{said_by.get('prefix', '')}{core}"
    choices = tuple(dict.fromkeys((whole, f"{whole}{said_by.get('suffix', '')}", core)))
    reason = IN_PARTS if number.value else number.reason
    words = card.beside(label) or card.below(label)
    return empty(MEMBER_ID, reason, choices if core else (), words)


def _payer(card: Card, today: date) -> Field:
    for label in (b for b in card.labels if b.kind == "payer"):
        return value(PAYER, card, label, today, WORDS)
    found = dict(_named(card))
    strong = {name: words for name, words in found.items() if name.split(" of ")[0] not in _weak()}
    kept = strong or found
    if not kept:
        return empty(PAYER, NO_PAYER)
    if len(kept) > 1:
        return empty(PAYER, TWO_PAYERS, tuple(kept))
    [(name, words)] = kept.items()
    return certain(PAYER, words, "", today, name)


def _named(card: Card) -> Iterator[tuple[str, Sequence[Word]]]:
    """Each insurer that the card names, by the longest name that fits."""
    for row in card.rows:
        place = 0
        while place < len(row):
            name, length = _name_at(row, place)
            if length:
                yield _with_state(name, row, place + length), row[place : place + length]
            place += max(length, 1)


def _name_at(row: Sequence[Word], place: int) -> tuple[str, int]:
    best = ("", 0)
    for name, aliases in book()["payers"].items():
        for alias in aliases:
            length = len(alias.split())
            here = " ".join(plain(word.text) for word in row[place : place + length])
            if here == alias and length > best[1]:
                best = (name, length)
    return best


def _with_state(name: str, row: Sequence[Word], place: int) -> str:
    """ "Blue Cross Blue Shield of Massachusetts" is not that of another state."""
    if place + 1 >= len(row) or row[place].text.casefold() != "of" or " of " in name:
        return name
    states = [word.text.strip(".,") for word in row[place + 1 : place + 3]]
    return f"{name} of {' '.join(word.title() for word in states if word.isalpha())}"


def _weak() -> tuple[str, ...]:
    return tuple(book()["weak"])


def _plan(card: Card) -> Iterator[Field]:
    """Words that may name the plan where no label does: offered, not taken."""
    found = [said(row) for row in map(_plan_words, card.rows) if row]
    found += [w.text for row in card.rows for w in row if plain(w.text) in TYPES and w.sure >= 0.6]
    if found:
        yield empty(PLAN, WHICH_PLAN, tuple(dict.fromkeys(found))[:4])


def _plan_words(row: Sequence[Word]) -> Sequence[Word]:
    ends = [n for n, word in enumerate(row) if plain(word.text) == "plan"]
    return row[max(0, ends[0] - 3) : ends[0] + 1] if ends and ends[0] else ()


def _member(card: Card, payer: Field, today: date) -> Iterator[Field]:
    """Who is insured: the holder where the program insures everybody for themselves, else a choice."""
    for label in (b for b in card.labels if b.kind == "member"):
        field = value(SUBSCRIBER, card, label, today, NAME)
        if field.value is None or payer.value == MEDICARE:
            yield field
        else:
            words = card.beside(label) or card.below(label)
            yield empty(SUBSCRIBER, WHOSE, (field.value,), words)
        return
