"""What of a workflow a person sees, place by place, for a question to the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any, TypeVar

from db.base import Repository
from db.places import KINDS, Places
from db.sight import ELSEWHERE, EVERYTHING, Sight, Spot
from services.desk import Desk
from services.errors import NotRolledOut
from services.rollout.gate import ALWAYS, Gate, gate
from services.rollout.where import Where

Shelf = TypeVar("Shelf", bound=Repository[Any])
Seen = tuple[Sequence[Collection[str | None]], datetime]  # places by kind, and how new at most


def sight(desk: Desk, workflow: str) -> Sight:
    """What the person at this desk sees of *workflow*, as of this transaction."""
    now = gate(desk, workflow)
    named = _by_kind(desk, now.places)
    kinds = tuple(named)
    every = product(*([*sorted(named[kind]), ELSEWHERE] for kind in kinds))
    spots = [
        (places, _before(desk, now, dict(zip(kinds, places, strict=True)))) for places in every
    ]
    if all(before == ALWAYS for _, before in spots):
        return EVERYTHING
    found = _merged([(tuple({p} for p in places), before) for places, before in spots if before])
    return Sight(False, named, tuple(_spot(kinds, *one) for one in found))


def seen(desk: Desk, workflow: str, shelf: type[Shelf], what: str) -> Shelf:
    """What the person sees on this shelf; while *workflow* drains that is what came before.

    Raises ``NotRolledOut`` of *what* where that is nothing.
    """
    told = sight(desk, workflow)
    found = desk.open(shelf).seen(told)
    if not told.sees_new and found.first(found.rows()) is None:
        raise NotRolledOut(what)
    return found


def _before(desk: Desk, now: Gate, places: Mapping[str, str | None]) -> datetime | None:
    here = Where(places.get(kind) or "" for kind in KINDS)
    return now.shown_before(desk.actor.staff_id, here)


def _merged(spots: Sequence[Seen]) -> Sequence[Seen]:
    """As few as say the same: those that differ in one kind of place alone become one."""
    for kind in range(len(spots[0][0]) if spots else 0):
        alike: dict[Any, set[str | None]] = {}
        for places, before in spots:
            others = tuple(frozenset(refs) for refs in (*places[:kind], (), *places[kind + 1 :]))
            alike.setdefault((others, before), set()).update(places[kind])
        spots = [
            ((*others[:kind], refs, *others[kind + 1 :]), before)
            for (others, before), refs in alike.items()
        ]
    return spots


def _spot(kinds: Sequence[str], places: Sequence[Iterable[str | None]], before: datetime) -> Spot:
    alike = {kind: frozenset(refs) for kind, refs in zip(kinds, places, strict=True)}
    return Spot(alike, None if before == ALWAYS else before)


def _by_kind(desk: Desk, refs: Iterable[str]) -> dict[str, frozenset[str]]:
    """*refs* by kind of place, kinds without one left out; one we do not know may be of any kind."""
    refs = set(refs)
    known = {ref: place.kind for ref, place in desk.open(Places).by_ref().items()} if refs else {}
    found = {kind: frozenset(r for r in refs if known.get(r, kind) == kind) for kind in KINDS}
    return {kind: refs for kind, refs in found.items() if refs}
