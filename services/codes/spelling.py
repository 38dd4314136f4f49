"""One misspelled name among known ones; where two are as near, nobody is meant."""

from collections.abc import Hashable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

_SHORTEST = 6  # letters; shorter names have too many neighbours


def nearest(words: str, names: Mapping[str, Hashable]) -> str | None:
    """The only name within one letter of *words*, two from eleven letters on; ``None`` otherwise.

    The first letter must be right: patients rarely miss it, and look-alike drug names differ there.
    Another meaning within one more letter makes it a guess, and there is none.
    """
    if len(words) < _SHORTEST:
        return None
    reach = 2 if len(words) > 10 else 1
    near = process.extract(
        words, [name for name in names if name[:1] == words[:1]],
        scorer=DamerauLevenshtein.distance, score_cutoff=reach + 1, limit=9,
    )  # fmt: skip
    if not near or near[0][1] > reach:
        return None
    meanings = {names[name] for name, distance, _ in near if distance <= near[0][1] + 1}
    return near[0][0] if len(meanings) == 1 else None
