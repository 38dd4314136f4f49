"""Counting right and wrong: confusion, recall and precision, each with a 95 % interval."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # two-sided 95 % of the normal distribution


@dataclass(frozen=True)
class Share:
    """*right* out of *all*, with Wilson's score interval (E. B. Wilson, JASA 22:209, 1927)."""

    right: int
    all: int

    @property
    def rate(self) -> float:
        """Between 0 and 1; 0 when there is nothing to count."""
        return self.right / self.all if self.all else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval; everything from 0 to 1 when there is nothing to count."""
        if not self.all:
            return 0.0, 1.0
        n, p = self.all, self.rate
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.rate:6.1%}  ({low:.1%} to {high:.1%})  {self.right}/{self.all}"


@dataclass(frozen=True)
class Scores:
    """How often one label question was answered rightly. Pairs are (truth, answer)."""

    pairs: Sequence[tuple[str, str]]
    labels: Sequence[str]

    @property
    def accuracy(self) -> Share:
        """Right answers of all."""
        return Share(sum(truth == answer for truth, answer in self.pairs), len(self.pairs))

    def recall(self, label: str) -> Share:
        """Of those that are *label*, how many were found."""
        answers = [answer for truth, answer in self.pairs if truth == label]
        return Share(answers.count(label), len(answers))

    def precision(self, label: str) -> Share:
        """Of those called *label*, how many are."""
        truths = [truth for truth, answer in self.pairs if answer == label]
        return Share(truths.count(label), len(truths))

    def confusion(self) -> Counter[tuple[str, str]]:
        """How often each truth (first) was given each answer (second)."""
        return Counter(self.pairs)
