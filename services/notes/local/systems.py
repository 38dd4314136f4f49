"""The review of systems: what the patient reports and denies, questions merged with answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.notes.draft import Sentence
from services.notes.local.hearing import Heard, Zone
from services.notes.local.writing import listed, sentence
from services.notes.sections import SectionKey
from services.notes.words.answers import answer_of
from services.notes.words.findings import mentions, system_of, systems


@dataclass(frozen=True)
class Said:
    """One symptom, whether the patient has it, and where that was said."""

    name: str
    reported: bool
    sources: tuple[str, ...]


def review(heard: Sequence[Heard]) -> Iterator[tuple[SectionKey, Sentence]]:
    """For each body system one sentence of what is reported, and one of what is denied."""
    said = list(_agreed(list(_said(heard))))
    for system in systems():
        mine = [one for one in said if system_of(one.name) == system]
        for reported, verb, word in ((True, "Reports", "and"), (False, "Denies", "or")):
            if named := [one for one in mine if one.reported is reported]:
                text = f"{system.capitalize()}: {verb} {listed((n.name for n in named), word)}"
                yield SectionKey.ROS, sentence(text, (s for n in named for s in n.sources))


def _said(heard: Sequence[Heard]) -> Iterator[Said]:
    for one in heard:
        if not one.is_patient or one.asks or one.zone is Zone.PLAN:
            continue
        own = [m for m in mentions(one.text) if system_of(m.name)]
        yield from (Said(m.name, not m.denied, one.sources) for m in own)
        if one.question and one.question.zone is not Zone.PLAN:
            yield from _answered(one, one.question, {m.name for m in own})


def _answered(one: Heard, asked: Heard, own: set[str]) -> Iterator[Said]:
    """What was asked and answered by yes or no; what the answer names itself is left to it."""
    answer = answer_of(one.text)
    named = [m for m in mentions(asked.text) if system_of(m.name)]
    # "Fever, chills or cough?" "A cough, yes": a yes to several says which only if it is bare.
    unclear = answer is True and (bool(own) or len({m.name for m in named}) > 2)
    if answer is None or unclear:
        return
    for found in named:
        if found.name not in own:
            yield Said(found.name, answer, one.sources)


def _agreed(said: Sequence[Said]) -> Iterator[Said]:
    """Each symptom once; one that is both reported and denied is left to the HPI."""
    for name in dict.fromkeys(one.name for one in said):
        mine = [one for one in said if one.name == name]
        if len({one.reported for one in mine}) == 1:
            yield Said(
                name, mine[0].reported, tuple(dict.fromkeys(s for m in mine for s in m.sources))[:4]
            )
