"""A linear text classifier that learns in a second, answers in microseconds and can say why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from services.ai import wording
from services.ai.wording import BORDERS, START, TOKEN, Concepts

Floats = NDArray[np.floating]

# Weak regularisation: messages are short, their features few and telling.
STRENGTH = 20.0
SEEN_AT_LEAST = 2
NOTHING = 0  # the row of the table that adds nothing
STRANGE = -1  # stands for a word without a row of its own
REMEMBERED = 20_000  # such words, kept at hand


@dataclass(frozen=True)
class Readings:
    """What texts came to: ``logits`` (texts by labels) scores each label of each question.

    ``tokens`` are each text's words and borders as written; ``shares`` what each of them added
    to the winning label of the first question, above the average of that question's labels.
    """

    logits: Floats
    tokens: Sequence[Sequence[str]]
    shares: Sequence[Sequence[float]]


class Classifier:
    """Several questions answered from one reading of a text.

    Learns from *texts* and, per question, one label for each text. Deterministic: the same
    texts always give the same answers. ``labels`` names the columns of each question.
    """

    def __init__(
        self, texts: Sequence[str], questions: Mapping[str, Sequence[str]], concepts: Concepts
    ) -> None:
        self._concepts = concepts
        bags = [wording.features_of(text, concepts) for text in texts]
        features, weights = _vocabulary(bags)
        matrix = _matrix(bags, features, weights)
        learnt = {name: _learn(matrix, labels) for name, labels in questions.items()}
        self.labels = {name: labels for name, (labels, _, _) in learnt.items()}
        self._bias = np.concatenate([bias for _, _, bias in learnt.values()])
        slopes = np.hstack([slope for _, slope, _ in learnt.values()])
        # The last column holds squared lengths, so that long and short texts compare.
        self._table = np.column_stack((slopes * weights[:, None], weights**2)).astype(np.float32)
        self._features = features
        self._pairs = _pairs(features)
        self._known = self._whole_words(texts)
        self._vector_of = lru_cache(REMEMBERED)(self._add_up)

    def columns(self, question: str) -> slice:
        """Where the labels of *question* stand in ``Readings.logits``."""
        ends = dict(zip(self.labels, accumulate(map(len, self.labels.values())), strict=True))
        return slice(ends[question] - len(self.labels[question]), ends[question])

    def read(self, texts: Sequence[str]) -> Readings:
        """Score *texts* for every question at once, in order; faster together than one by one."""
        tokens = [TOKEN.findall(text) for text in texts]
        alone: list[int] = []
        together: list[int] = []
        strange: list[tuple[int, str]] = []
        starts = [self._append_rows(words, alone, together, strange) for words in tokens]
        parts = self._table[alone]
        for place, word in strange:
            parts[place] = self._vector_of(word)
        parts += self._table[together]
        total = np.add.reduceat(parts, starts, axis=0)
        logits = total[:, :-1] / np.sqrt(np.maximum(total[:, -1:], 1)) + self._bias
        shares = self._shares(parts, logits, starts)
        places = zip(starts, map(len, tokens), strict=True)
        return Readings(logits, tokens, [shares[start : start + n] for start, n in places])

    def _append_rows(
        self,
        tokens: Sequence[str],
        alone: list[int],
        together: list[int],
        strange: list[tuple[int, str]],
    ) -> int:
        """Append each token's row, and that of its pair with the word before; return the start.

        One more line stands for the whole text: what its length says.
        """
        start, before, words = len(alone), START, 0
        known, pairs = self._known, self._pairs
        for token in tokens:
            row, name = known.get(token) or self._meet(token)
            if row < 0:
                strange.append((len(alone), token))
            alone.append(row)
            if name is None:
                together.append(NOTHING)
                continue
            together.append(pairs.get((before, name), NOTHING))
            before = name
            words += 1
        alone.append(self._features[wording.length_band(words)])
        together.append(NOTHING)
        return start

    def _meet(self, token: str) -> tuple[int, str | None]:
        """A token not met in training: a border, or a word told by its pieces and concepts."""
        if token[0] in BORDERS:
            return NOTHING, None
        return STRANGE, wording.name_in_pair(token, self._concepts)

    def _add_up(self, word: str) -> Floats:
        found = wording.features_of_token(word, self._concepts)
        rows = [self._features[feature] for feature in found if feature in self._features]
        return cast(Floats, self._table[rows].sum(axis=0))

    def _shares(self, parts: Floats, logits: Floats, starts: Sequence[int]) -> list[float]:
        """What each line of *parts* added to the winner of the first question, of its text."""
        among = self.columns(next(iter(self.labels)))
        winners = logits[:, among].argmax(axis=1) + among.start
        lengths = np.diff([*starts, len(parts)])
        won = parts[np.arange(len(parts)), np.repeat(winners, lengths)]
        shares: list[float] = (won - parts[:, among].mean(axis=1)).tolist()
        return shares

    def _whole_words(self, texts: Sequence[str]) -> dict[str, tuple[int, str | None]]:
        """Add a row for each word met in training, the sum of its features' rows, for speed."""
        words = sorted({word for text in texts for word in wording.words_of(text)})
        sums = [self._add_up(word) for word in words]
        first = len(self._table)
        self._table = np.vstack((self._table, sums))
        named = ((word, wording.name_in_pair(word, self._concepts)) for word in words)
        return {word: (row, name) for row, (word, name) in enumerate(named, start=first)}


def _vocabulary(bags: Sequence[Sequence[str]]) -> tuple[dict[str, int], NDArray[np.float64]]:
    """The features worth learning from, by row, and how much an occurrence of each weighs."""
    spread = Counter(feature for bag in bags for feature in set(bag))
    bands = (wording.length_band(words) for words in (0, *wording.LENGTH_BANDS))
    kept = dict.fromkeys(("", *(f for f, count in spread.items() if count >= SEEN_AT_LEAST)))
    kept |= dict.fromkeys(bands)
    rarity = [np.log((1 + len(bags)) / (1 + spread[feature])) + 1 for feature in kept]
    weights = np.array([wording.emphasis(feature) for feature in kept]) * np.array(rarity)
    weights[NOTHING] = 0.0
    return {feature: row for row, feature in enumerate(kept)}, weights


def _pairs(features: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """The rows of the pairs, by their two names."""
    return {
        (left, right): row
        for feature, row in features.items()
        for left, space, right in [feature.partition(" ")]
        if space
    }


def _matrix(
    bags: Sequence[Sequence[str]], features: Mapping[str, int], weights: NDArray[np.float64]
) -> csr_matrix:
    """One line per bag, scaled to length one."""
    lines = [np.array([features[f] for f in bag if f in features], dtype=np.int64) for bag in bags]
    scaled = [weights[line] / np.sqrt(max((weights[line] ** 2).sum(), 1.0)) for line in lines]
    ends = np.cumsum([0, *map(len, lines)])
    shape = (len(bags), len(features))
    return csr_matrix((np.concatenate(scaled), np.concatenate(lines), ends), shape=shape)


def _learn(
    matrix: csr_matrix, answers: Sequence[str]
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    """Labels, slopes (features by labels) and biases: each label against all the others."""
    labels = tuple(sorted(set(answers)))
    slopes, biases = [], []
    for label in labels:
        # The dual solver is the quick one for few texts with many features; its seed is fixed.
        model = LogisticRegression(
            solver="liblinear", dual=True, C=STRENGTH, tol=0.05, max_iter=1000, random_state=0
        )
        model.fit(matrix, np.array([answer == label for answer in answers]))
        slopes.append(model.coef_[0])
        biases.append(float(model.intercept_[0]))
    return labels, np.column_stack(slopes), np.array(biases)
