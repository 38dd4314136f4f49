"""One draft held against the note that a person wrote: coverage, ROUGE-L, facts without support."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.evaluation.note_visits import Sample
from services.evaluation.rouge import rouge_l
from services.notes.check import Checked, Rule, check
from services.notes.draft import Draft
from services.notes.sections import TITLES, SectionKey

S = SectionKey
DIVISIONS: Mapping[str, tuple[SectionKey, ...]] = {
    "subjective": (S.CHIEF_COMPLAINT, S.HPI, S.MEDICAL_HISTORY, S.SURGICAL_HISTORY, S.FAMILY_HISTORY,
                   S.SOCIAL_HISTORY, S.MEDICATIONS, S.ALLERGIES, S.ROS),
    "exam": (S.VITALS, S.EXAM),
    "results": (S.RESULTS,),
    "assessment and plan": (S.ASSESSMENT, S.PLAN, S.ORDERS, S.INSTRUCTIONS),
}  # fmt: skip
"""The four divisions by which notes of ACI-Bench are compared, in our sections."""
NOT_COMPARED = frozenset((S.ORDERS,))  # suggestions that repeat the plan; references hold them once


@dataclass(frozen=True)
class Score:
    """How one draft came out. ``divisions`` holds a ROUGE-L F1 for each the reference has."""

    sample: str
    covered: Mapping[SectionKey, bool]
    rouge: float
    divisions: Mapping[str, float]
    sentences: int
    unsourced: int
    claims: Mapping[Rule, int]
    unheld: Mapping[Rule, int]
    facts: tuple[int, int]
    drafting: timedelta
    checking: timedelta


def scored(
    sample: Sample, draft: Draft, drafting: timedelta, checked: Checked, checking: timedelta
) -> Score:
    """The figures of one *draft* of *sample*."""
    return Score(
        sample.id,
        _covered(sample, draft),
        rouge_l(sample.note, text_of(draft, tuple(SectionKey))).f1,
        dict(_divisions(sample, draft)),
        sum(1 for _ in draft.sentences()),
        len(draft.marked),
        checked.claims,
        checked.unheld,
        checked.facts,
        drafting,
        checking,
    )


def text_of(draft: Draft, keys: Sequence[SectionKey]) -> str:
    """The draft as a reader sees it: titles and sentences of the sections called *keys*."""
    kept = [s for s in draft.sections if s.key in keys and s.key not in NOT_COMPARED]
    return "\n\n".join(f"{TITLES[s.key]}\n\n{s.text}" for s in kept)


def of_references(sample: Sample) -> tuple[int, int]:
    """Facts of the person's own note that the whole conversation does not hold, of how many."""
    return check(_as_draft(sample), sample.material).facts


def _as_draft(sample: Sample) -> Draft:
    from services.notes.draft import Sentence, in_order

    turns = tuple(turn.id for turn in sample.material.transcript.turns)
    lines = (
        (keys[0], Sentence(line.strip(), turns))
        for keys, text in sample.sections()
        for line in text.splitlines()
    )
    return Draft(in_order(lines), "reference")


def _covered(sample: Sample, draft: Draft) -> dict[SectionKey, bool]:
    """For each section of the reference, whether the draft says anything there."""
    filled = {section.key for section in draft.sections if section.sentences}
    wanted = dict.fromkeys(key for keys, _ in sample.sections() for key in keys)
    return {key: key in filled for key in wanted}


def _divisions(sample: Sample, draft: Draft) -> Iterator[tuple[str, float]]:
    for name, keys in DIVISIONS.items():
        wanted = "\n".join(text for mine, text in sample.sections() if mine[0] in keys)
        if wanted:
            yield name, rouge_l(wanted, text_of(draft, keys)).f1
