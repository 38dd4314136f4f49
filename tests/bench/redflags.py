"""The red-flag floor, microseconds a message, beside one regular expression of plain phrases."""

import re
from collections.abc import Iterator

from services.ai.redflags import assess
from tests.bench.figures import MICROSECONDS, Figure, Scale, cpu
from tests.bench.letters import texts

PHRASES = (
    "chest pain", "chest pressure", "chest tightness", "pain in my chest", "can't breathe",
    "cannot breathe", "short of breath", "shortness of breath", "trouble breathing", "suicidal",
    "kill myself", "end my life", "want to die", "hurt myself", "overdose", "took too many pills",
    "passed out", "fainted", "unconscious", "seizure", "face is drooping", "slurred speech",
    "numb on one side", "weakness on one side", "worst headache", "stiff neck", "coughing up blood",
    "vomiting blood", "blood in my stool", "black stool", "heavy bleeding", "won't stop bleeding",
    "severe abdominal pain", "throat is closing", "swollen tongue", "anaphylaxis", "high fever",
    "baby not moving", "less movement", "thoughts of harming",
)  # fmt: skip
ALTERNATION = re.compile("|".join(rf"\b{re.escape(p)}\b" for p in PHRASES), re.IGNORECASE)


def measure(scale: Scale) -> Iterator[Figure]:
    """Our rules also read negation, time, numbers and misspellings; the expression reads none."""
    messages = texts(scale.messages)
    assess(messages[0])
    ours = _each(cpu(lambda: [assess(text) for text in messages], scale.rounds), messages)
    plain = cpu(lambda: [ALTERNATION.search(text) for text in messages], scale.rounds)
    yield Figure(
        "red-flag floor: a message (rules, negation, misspelling)", ours, MICROSECONDS,
        f"IGNORECASE, {len(PHRASES)} phrases", _each(plain, messages), "<= 0.25x",
    )  # fmt: skip


def _each(seconds: float, messages: list[str]) -> float:
    return seconds * 1e6 / len(messages)
