"""The phrases of a message that decided its category, cut out of it to the letter."""

from collections.abc import Iterator, Sequence

from services.ai.wording import BORDERS

MOST = 3
WEAKEST = 0.35  # of the strongest phrase; a weaker one explains nothing
FILLER = 0.12  # of the strongest word; words below it must be carried by their neighbours


def phrases(text: str, tokens: Sequence[str], shares: Sequence[float]) -> list[str]:
    """At most three phrases of *text*, most telling first; none when no word spoke for it.

    *tokens* are its words and borders in order, *shares* what each added to the category.
    """
    top = max(shares, default=0.0)
    if top <= 0:
        return []
    runs = sorted(_runs(tokens, shares, top * FILLER), reverse=True)[:MOST]
    telling = [run[1:] for run in runs if run[0] >= runs[0][0] * WEAKEST]
    places = _places(text, tokens[: max(last for _, last in telling) + 1])
    quotes = (text[places[first][0] : places[last][1]] for first, last in telling)
    return list(dict.fromkeys(quotes))


def _runs(
    tokens: Sequence[str], shares: Sequence[float], filler: float
) -> Iterator[tuple[float, int, int]]:
    """Runs of words whose shares above *filler* add up best: weight, first and last token."""
    weight, best, first, last = 0.0, 0.0, 0, 0
    for place, share in enumerate(shares):
        # A border, or words that took away all that was gathered, end a run.
        if weight <= 0 or tokens[place][0] in BORDERS:
            if best > 0:
                yield best, first, last
            weight, best, first = 0.0, 0.0, place
        weight += share - filler
        if weight > best:
            best, last = weight, place
    if best > 0:
        yield best, first, last


def _places(text: str, tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Where each of *tokens* stands in *text*."""
    places, end = [], 0
    for token in tokens:
        start = text.index(token, end)
        end = start + len(token)
        places.append((start, end))
    return places
