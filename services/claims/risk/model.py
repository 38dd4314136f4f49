"""What a version knows: a weight for each word, and how a sum of them becomes a probability."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

TELLING = 0.1  # in logits; less does not move a probability by three percent
MOST_REASONS = 3


@dataclass(frozen=True)
class Model:
    """A logistic regression and its calibration (Platt): plain numbers.

    ``weights`` are in logits, by word; ``shares`` is how often each word occurs in the history.
    """

    weights: Mapping[str, float]
    shares: Mapping[str, float]
    bias: float
    slope: float
    offset: float

    def chance(self, words: Iterable[str]) -> float:
        """The probability, 0 to 1, that a claim with these *words* is denied."""
        return logistic(self.slope * self.raw(words) + self.offset)

    def raw(self, words: Iterable[str]) -> float:
        """The sum of the weights before it is calibrated, in logits."""
        return self.bias + sum(self.weights.get(word, 0.0) for word in words)

    def reasons(self, words: Iterable[str]) -> list[tuple[str, float]]:
        """What moves this claim most from the average: words with their logits, largest first."""
        moved = [(word, self._moves(word)) for word in words if word in self.weights]
        telling = [one for one in moved if abs(one[1]) >= TELLING]
        return sorted(telling, key=lambda one: (-abs(one[1]), one[0]))[:MOST_REASONS]

    def _moves(self, word: str) -> float:
        return self.slope * self.weights[word] * (1 - self.shares[word])

    def written(self) -> str:
        """It as JSON, the same for the same numbers."""
        return json.dumps(vars(self), sort_keys=True)


@lru_cache(maxsize=8)
def model_of(artefact: str) -> Model:
    """The model that ``Model.written`` wrote."""
    return Model(**json.loads(artefact))


def logistic(logit: float) -> float:
    """A probability of *logit*; far ones do not overflow."""
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, logit))))
