"""The rows in front of a person: they keep their place, and new ones wait until asked for."""

from collections.abc import Sequence

from pages.parts.denials.sitting import Sitting
from services.container import Container
from services.desk import Actor
from services.workflows.denials import listing
from services.workflows.denials.listing import Narrowed, Row, Worklist


def read(
    container: Container, actor: Actor, sitting: Sitting, lane: str, narrowed: Narrowed
) -> None:
    """Read the lane anew, in its own order."""
    word = listing.newest(container, actor)
    found = _found(container, actor, sitting, lane, narrowed)
    sitting.lane, sitting.narrowed, sitting.word = lane, narrowed, word
    sitting.rows, sitting.unseen = list(found.rows), []
    sitting.choices = listing.choices(container, actor)
    sitting.colleagues = dict(sitting.choices.colleagues)
    _around(sitting, found)


def refresh(container: Container, actor: Actor, sitting: Sitting) -> bool:
    """Take up what changed since the rows were read. Returns whether anything did.

    Rows keep their place; denials that left the lane go, those that came wait in ``unseen``.
    """
    word = listing.newest(container, actor)
    if word == sitting.word:
        return False
    found = _found(container, actor, sitting, sitting.lane, sitting.narrowed)
    sitting.word = word
    sitting.rows, sitting.unseen = merged(sitting.rows, found.rows)
    _around(sitting, found)
    return True


def merged(shown: Sequence[Row], now: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows to show, each where it was, and those that are new; all new where none was shown.

    A group is the same row while any of its denials is in it.
    """
    where = {target.id: row for row in now for target in row.targets}
    kept = {where[t.id].id: where[t.id] for row in shown for t in row.targets if t.id in where}
    new = [row for row in now if row.id not in kept]
    return (list(kept.values()), new) if kept else (new, [])


def _found(
    container: Container, actor: Actor, sitting: Sitting, lane: str, narrowed: Narrowed
) -> Worklist:
    return listing.worklist(container, actor, lane, narrowed, sitting.wanted_pages, sitting.listed)


def _around(sitting: Sitting, found: Worklist) -> None:
    sitting.more, sitting.counts, sitting.options = found.more, found.counts, found.options
