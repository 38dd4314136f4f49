"""Medicines that the patient is said to take, with the dose that was named, beside the chart's list."""

import re
from collections.abc import Iterator, Sequence

from services.notes.draft import Sentence
from services.notes.local.hearing import Heard, Zone
from services.notes.local.writing import sentence
from services.notes.sections import SectionKey
from services.notes.words.answers import answer_of
from services.notes.words.medicines import doses, medicines

_TAKES = re.compile(
    r"\b(?:tak(?:e|es|ing|en)|took|on|using|use|uses|prescribed|started me|put me|tried|still)\b",
    re.I,
)
_STOPPED = re.compile(
    r"\b(?:stopped|quit|ran out|no longer|allergic|not taking|haven't taken|used to)\b", re.I
)


def taken(heard: Sequence[Heard]) -> Iterator[tuple[SectionKey, Sentence]]:
    """Each medicine that the patient says, or agrees, they take, with the dose if one was said."""
    for one in heard:
        if one.zone is Zone.PLAN or not one.is_patient or one.asks:
            continue
        if medicines(one.text) and _takes(one):
            yield from _each(one.text, one)
        elif (
            one.question and answer_of(one.text) is True and not _STOPPED.search(one.question.text)
        ):
            yield from _each(one.question.text, one)


def _takes(one: Heard) -> bool:
    asked = one.question.text if one.question else ""
    said = _TAKES.search(one.text) or re.search(r"\b(?:medic\w+|taking|take|tried)\b", asked, re.I)
    return bool(said) and not _STOPPED.search(one.text)


def _each(text: str, one: Heard) -> Iterator[tuple[SectionKey, Sentence]]:
    amounts = {drug.start: q for drug, q in doses(text)}
    for drug in medicines(text):
        q = amounts.get(drug.start)
        dose = f" {q.value} {q.unit}" if q else ""
        words = f"{drug.words.capitalize()}{dose}, as the patient reports"
        yield SectionKey.MEDICATIONS, sentence(words, one.sources)
