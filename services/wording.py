"""What changed from one wording to another, as pieces that stayed, went out, or came in."""

import difflib
import re
from collections.abc import Iterator

Piece = tuple[str, str]  # ``same``, ``out`` or ``in``, and its text
PIECES = re.compile(r"\s+|\w+|[^\w\s]")  # as fine as marks between words
WORDS = re.compile(r"\S+[^\S\n]*|\n+|[^\S\n]+")  # a word with the space after it; line ends apart
WIDEST = 4_000  # pieces; a longer edit is shown as all out, all in


def difference(old: str, new: str, by: re.Pattern[str] = PIECES) -> list[Piece]:
    """The way from *old* to *new*; what is not ``in`` adds up to *old*, what is not ``out`` to *new*."""
    before, after = by.findall(old), by.findall(new)
    if max(len(before), len(after)) > WIDEST:
        return [piece for piece in (("out", old), ("in", new)) if piece[1]]
    return list(_pieces(before, after))


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    for how, a, b, c, d in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if how == "equal":
            yield "same", "".join(before[a:b])
            continue
        if b > a:
            yield "out", "".join(before[a:b])
        if d > c:
            yield "in", "".join(after[c:d])
