"""What of a workflow a person sees, place by place, for a question to the database."""

from collections.abc import Iterable, Mapping
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


def sight(desk: Desk, workflow: str) -> Sight:
    """What the person at this desk sees of *workflow*, as of this transaction."""
    now = gate(desk, workflow)
    named = _by_kind(desk, now.places)
    kinds = tuple(named)
    every = product(*([*sorted(named[kind]), ELSEWHERE] for kind in kinds))
    spots = [_spot(desk, now, dict(zip(kinds, places, strict=True))) for places in every]
    seen = tuple(spot for spot in spots if spot)
    if len(seen) == len(spots) and all(spot.before is None for spot in seen):
        return EVERYTHING
    return Sight(False, named, seen)


def seen(desk: Desk, workflow: str, shelf: type[Shelf], what: str) -> Shelf:
    """What the person sees on this shelf; while *workflow* drains that is what came before.

    Raises ``NotRolledOut`` of *what* where that is nothing.
    """
    told = sight(desk, workflow)
    found = desk.open(shelf).seen(told)
    if not told.sees_new and found.first(found.rows()) is None:
        raise NotRolledOut(what)
    return found


def _spot(desk: Desk, now: Gate, places: Mapping[str, str | None]) -> Spot | None:
    here = Where(places.get(kind) or "" for kind in KINDS)
    before = now.shown_before(desk.actor.staff_id, here)
    return Spot(places, None if before == ALWAYS else before) if before else None


def _by_kind(desk: Desk, refs: Iterable[str]) -> dict[str, frozenset[str]]:
    """*refs* by kind of place, kinds without one left out; one we do not know may be of any kind."""
    refs = set(refs)
    known = {ref: place.kind for ref, place in desk.open(Places).by_ref().items()} if refs else {}
    found = {kind: frozenset(r for r in refs if known.get(r, kind) == kind) for kind in KINDS}
    return {kind: refs for kind, refs in found.items() if refs}
