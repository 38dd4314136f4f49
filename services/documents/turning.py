"""Places on a page that was turned for reading, as they are on the page that staff see."""

from dataclasses import replace

from services.documents.pages import Box, Line, Word


def turned_back(line: Line, degrees: int) -> Line:
    """*line* of a page that was turned counter-clockwise by *degrees*, where it was before."""
    return Line(tuple(_back(word, degrees // 90) for word in line.words))


def _back(word: Word, quarters: int) -> Word:
    box = word.box
    for _ in range(quarters):
        box = _quarter(box) if box else None
    return replace(word, box=box)


def _quarter(box: Box) -> Box:
    return Box(
        box.page,
        left=round(1 - box.bottom, 5),
        top=box.left,
        right=round(1 - box.top, 5),
        bottom=box.right,
    )
