"""Faults put into drafts on purpose, one a sentence, to see how many the checker finds."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from services.evaluation.note_visits import Sample
from services.evaluation.scores import Share
from services.notes.check import check
from services.notes.draft import Draft, Section, Sentence
from services.notes.sections import SectionKey
from services.notes.words.findings import mentions
from services.notes.words.medicines import medicines
from services.notes.words.numbers import DOSE_UNITS, quantities
from services.notes.words.sides import sides

Fault = Callable[[str], str | None]
"""*text* with one fault in it, or ``None`` where there is nothing to bend."""


def seeded(samples: list[Sample], engine: Callable[..., Draft]) -> Mapping[str, Share]:
    """By kind of fault: how many were found of those put in, each alone in a draft of one sentence.

    Only sentences that the checker has nothing against are bent, so that a finding is the fault's.
    """
    put, found = Counter[str](), Counter[str]()
    for sample in samples:
        for key, sentence in _clean(sample, engine):
            for name, fault in FAULTS.items():
                bent = fault(sentence.text)
                if bent and bent != sentence.text:
                    put[name] += 1
                    found[name] += bool(_findings(sample, key, replace(sentence, text=bent)))
    return {name: Share(found[name], put[name]) for name in FAULTS}


def _clean(sample: Sample, engine: Callable[..., Draft]) -> Iterator[tuple[SectionKey, Sentence]]:
    draft = engine(sample.material)
    checked = check(draft, sample.material)
    for key, place, sentence in draft.sentences():
        if not checked.of(key, place):
            yield key, sentence


def _findings(sample: Sample, key: SectionKey, sentence: Sentence) -> int:
    draft = Draft((Section(key, (sentence,)),), "bent")
    return len(check(draft, sample.material).findings)


def _other_number(text: str) -> str | None:
    number = next((q for q in quantities(text) if text[q.start : q.end].isdigit()), None)
    return _with(text, number.start, number.end, str(int(number.value) + 37)) if number else None


def _other_unit(text: str) -> str | None:
    dose = next((q for q in quantities(text) if q.unit == "mg" and q.unit in DOSE_UNITS), None)
    return re.sub(r"\b(?:mg|milligrams?)\b", "mcg", text, count=1) if dose else None


def _other_drug(text: str) -> str | None:
    drug = next(iter(medicines(text)), None)
    return _with(text, drug.start, drug.end, "glipizide") if drug else None


def _other_side(text: str) -> str | None:
    side = next((s for s in sides(text) if s.side in ("left", "right")), None)
    if side is None:
        return None
    other = "right" if side.side == "left" else "left"
    return _with(text, side.start, side.start + len(side.side), other)


def _denial_lost(text: str) -> str | None:
    if not any(m.denied for m in mentions(text)):
        return None
    bent = re.sub(r"\bdenies\b", "reports", text, count=1, flags=re.I)
    return (
        bent
        if bent != text
        else re.sub(r"\b(?:there is )?no (?=\w)", "there is ", text, count=1, flags=re.I)
    )


def _denied(text: str) -> str | None:
    named = [m for m in mentions(text) if not m.denied]
    return _with(text, named[0].start, named[0].start, "no ") if named else None


def _advised(text: str) -> str:
    return f"{text} The patient should avoid heavy lifting."


def _with(text: str, start: int, end: int, words: str) -> str:
    return f"{text[:start]}{words}{text[end:]}"


FAULTS: Mapping[str, Fault] = {
    "another number": _other_number,
    "another unit": _other_unit,
    "another medicine": _other_drug,
    "the other side": _other_side,
    "a denial lost": _denial_lost,
    "a denial added": _denied,
    "advice added": _advised,
}
