"""The rows in front of a person: they keep their place, and new ones wait until asked for."""

from collections.abc import Sequence
from dataclasses import replace

from pages.parts.intake.sitting import Sitting
from services.container import Container
from services.desk import Actor
from services.workflows.inbox.choices import choices
from services.workflows.intake import listing
from services.workflows.intake.listing import Row, Worklist


def read(container: Container, actor: Actor, sitting: Sitting, lane: str) -> None:
    """Read the lane anew, in its own order."""
    word = listing.newest(container, actor)
    found = _pages(container, actor, sitting, lane)
    sitting.lane, sitting.word = lane, word
    sitting.rows, sitting.unseen = list(found.rows), []
    sitting.colleagues = choices(container, actor).colleagues
    _around(sitting, found)


def refresh(container: Container, actor: Actor, sitting: Sitting) -> bool:
    """Take up what changed since the rows were read. Returns whether anything did.

    Rows keep their place; forms that left the lane go, those that came wait in ``unseen``.
    """
    word = listing.newest(container, actor)
    if word == sitting.word:
        return False
    found = _pages(container, actor, sitting, sitting.lane)
    sitting.word = word
    sitting.rows, sitting.unseen = merged(sitting.rows, found.rows)
    _around(sitting, found)
    return True


def merged(shown: Sequence[Row], now: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows to show, each where it was, and those that are new; all new where none was shown."""
    current = {row.id: row for row in now}
    kept = [current[row.id] for row in shown if row.id in current]
    here = {row.id for row in kept}
    new = [row for row in now if row.id not in here]
    return (kept, new) if kept else (new, [])


def _pages(container: Container, actor: Actor, sitting: Sitting, lane: str) -> Worklist:
    found = listing.worklist(container, actor, lane, listed=sitting.listed)
    for page in range(1, sitting.wanted_pages):
        if not found.more:
            break
        onward = listing.worklist(container, actor, lane, page, sitting.listed)
        found = replace(onward, rows=(*found.rows, *onward.rows))
    return found


def _around(sitting: Sitting, found: Worklist) -> None:
    sitting.more, sitting.counts, sitting.options = found.more, found.counts, found.options
