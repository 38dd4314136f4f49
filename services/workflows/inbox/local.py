"""The embedded engine's triage: learnt from shipped examples, explained, and needing nothing."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import cast

import numpy as np
from numpy.typing import NDArray

from db.vocabulary import Category, Urgency
from services.ai.linear import Classifier
from services.ai.port import Facts
from services.workflows.inbox.answer import Language, Triage
from services.workflows.inbox.evidence import phrases
from services.workflows.inbox.lexicon import concepts
from services.workflows.inbox.pressure import pressure
from services.workflows.inbox.replies import draft

EXAMPLES = Path(__file__).with_name("examples.jsonl")
QUESTIONS = ("category", "urgency", "needs_reply", "language")
VERSION = f"examples-{sha256(EXAMPLES.read_bytes()).hexdigest()[:12]}"
BATCH = 512  # messages scored together, so that memory stays small
# Chosen by cross-validation on the examples, so that "90 %" is right about nine times in ten.
SHARPNESS = 0.8
# Taking an urgent message for routine costs more than the reverse, so less than half is enough.
ENOUGH_TO_RAISE = 0.4

QUOTED = 80  # characters

_learning = Lock()


@dataclass(frozen=True)
class Guess:
    """What the classifier makes of one message; ``confidence`` is that of the category."""

    category: Category
    confidence: float
    urgency: Urgency
    needs_reply: bool
    language: Language


def answer(facts: Facts) -> Triage:
    """Sort one message and draft a reply from the practice's approved ones."""
    [triage] = answer_many([facts])
    return triage


def answer_many(questions: Sequence[Facts]) -> list[Triage]:
    """Sort messages together, in order: several times as fast as one by one."""
    batches = (questions[first : first + BATCH] for first in range(0, len(questions), BATCH))
    return [triage for batch in batches for triage in _answer_batch(batch)]


def classifier() -> Classifier:
    """The classifier, learnt once in each process from the shipped examples."""
    with _learning:
        return _learnt()


def whole_text(subject: str, text: str) -> str:
    """What is read: subject and text as one, so that no phrase runs from one into the other."""
    return f"{subject}.\n{text}" if subject else text


def _answer_batch(questions: Sequence[Facts]) -> Iterator[Triage]:
    learnt = classifier()
    texts = [whole_text(facts.subject, facts.text) for facts in questions]
    readings = learnt.read(texts)
    guesses = _guesses(learnt, readings.logits)
    for facts, text, guess, tokens, shares in zip(
        questions, texts, guesses, readings.tokens, readings.shares, strict=True
    ):
        yield _triage(facts, text, guess, phrases(text, tokens, shares))


def _triage(facts: Facts, text: str, guess: Guess, evidence: list[str]) -> Triage:
    pressed = pressure(text, guess.category)
    urgency = guess.urgency if pressed is Urgency.ROUTINE else guess.urgency.at_least(pressed)
    needs_reply = guess.needs_reply or urgency is not Urgency.ROUTINE
    reply = draft(guess.category, urgency, guess.language, facts) if needs_reply else None
    return Triage(
        category=guess.category,
        urgency=urgency,
        needs_reply=needs_reply,
        # A message of which no word told anything is quoted from its beginning.
        evidence=evidence or [(facts.text.strip() or facts.subject)[:QUOTED]],
        confidence=guess.confidence,
        draft=reply.text if reply else None,
        language=guess.language,
        used_facts=list(reply.used) if reply else [],
    )


def _guesses(learnt: Classifier, logits: NDArray[np.floating]) -> Iterator[Guess]:
    """One guess per row of *logits*."""
    chances = {name: _chances(logits[:, learnt.columns(name)]) for name in QUESTIONS}
    best = {name: _labels(learnt, name, table.argmax(axis=1)) for name, table in chances.items()}
    return map(
        Guess,
        map(Category, best["category"]),
        chances["category"].max(axis=1).round(4).tolist(),
        _urgencies(learnt.labels["urgency"], chances["urgency"]),
        (needed == "true" for needed in best["needs_reply"]),
        cast(list[Language], best["language"]),
    )


def _labels(learnt: Classifier, question: str, columns: NDArray[np.integer]) -> list[str]:
    return [learnt.labels[question][column] for column in columns.tolist()]


def _urgencies(labels: Sequence[str], chances: NDArray[np.floating]) -> Iterator[Urgency]:
    """For each row the most urgent level that, with all above it, is likely enough."""
    levels = [level for level in Urgency if level in labels]
    order = [labels.index(level) for level in levels]
    likely = chances[:, order].cumsum(axis=1) >= ENOUGH_TO_RAISE
    return (levels[place] for place in likely.argmax(axis=1).tolist())


def _chances(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    """Scores of one question as chances that add up to one."""
    powers = np.exp(SHARPNESS * (logits - logits.max(axis=1, keepdims=True)))
    return cast(NDArray[np.floating], powers / powers.sum(axis=1, keepdims=True))


@cache
def _learnt() -> Classifier:
    with EXAMPLES.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [whole_text(row.get("subject", ""), row["text"]) for row in rows]
    answers = {name: [str(row[name]).lower() for row in rows] for name in QUESTIONS}
    return Classifier(texts, answers, concepts)
