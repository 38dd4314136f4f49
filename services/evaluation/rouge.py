"""ROUGE-L between two texts: the longest run of words that both hold in the same order."""

import re
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

_TOKEN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class RougeL:
    """Shares from 0 to 1: of the candidate's words, of the reference's words, and their F1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def rouge_l(reference: str, candidate: str) -> RougeL:
    """ROUGE-L of *candidate* against *reference*, on small letters and digits, without stemming.

    The whole text is one sequence (not ROUGE-Lsum); two empty texts score nothing.
    """
    wanted, given = tokens(reference), tokens(candidate)
    if not wanted or not given:
        return RougeL(0.0, 0.0)
    shared = LCSseq.similarity(wanted, given)
    return RougeL(shared / len(given), shared / len(wanted))


def tokens(text: str) -> list[str]:
    """The words of *text* as ROUGE counts them."""
    return _TOKEN.findall(text.lower())
