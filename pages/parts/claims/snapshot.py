"""The rows in front of a person: they keep their place, and new ones wait until asked for."""

from collections.abc import Sequence

from pages.parts.claims.sitting import Shown, Sitting
from services.container import Container
from services.desk import Actor
from services.workflows.claims import filing, listing


def read(container: Container, actor: Actor, sitting: Sitting, lane: str) -> None:
    """Read the lane anew, in its own order. Raises ``NotAllowed`` or ``NotRolledOut``."""
    word = listing.newest(container, actor)
    sitting.lane = lane
    sitting.rows, sitting.unseen = _pages(container, actor, sitting), []
    sitting.word = word


def refresh(container: Container, actor: Actor, sitting: Sitting) -> bool:
    """Take up what changed since the rows were read. Returns whether anything did."""
    word = listing.newest(container, actor)
    if word == sitting.word:
        return False
    now = _pages(container, actor, sitting)
    sitting.word = word
    sitting.rows, sitting.unseen = merged(sitting.rows, now)
    return True


def merged(shown: Sequence[Shown], now: Sequence[Shown]) -> tuple[list[Shown], list[Shown]]:
    """The rows to show, each where it was, and those that are new; all new where none was shown."""
    current = {row.target.id: row for row in now}
    kept = [current[row.target.id] for row in shown if row.target.id in current]
    here = {row.target.id for row in kept}
    new = [row for row in now if row.target.id not in here]
    return (kept, new) if kept else (new, [])


def _pages(container: Container, actor: Actor, sitting: Sitting) -> list[Shown]:
    rows: list[Shown] = []
    for page in range(sitting.wanted_pages):
        found, sitting.more = _page(container, actor, sitting, page)
        rows += found
        if not sitting.more:
            break
    return rows


def _page(
    container: Container, actor: Actor, sitting: Sitting, page: int
) -> tuple[Sequence[Shown], bool]:
    claims = listing.worklist(container, actor, sitting.lane, page, sitting.listed, sitting.words)
    sitting.counts, sitting.options = claims.counts, claims.options
    if sitting.lane == "files":
        return filing.files(container, actor, page)
    if sitting.lane == "unmatched":
        return filing.unmatched(container, actor, page)
    return claims.rows, claims.more
