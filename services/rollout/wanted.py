"""What a person plans, and what a plan was before somebody changed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.rollout_changes import RolloutPlan
from services.desk import Desk
from services.rollout.moves import UNSAID, Because, Given, Move


@dataclass(frozen=True)
class Wanted:
    """A change as a person plans it. Without ``starts_at`` it begins as soon as it may."""

    move: Move
    given: Given = UNSAID
    starts_at: datetime | None = None
    stops_at: datetime | None = None


@dataclass(frozen=True)
class Earlier:
    """What was planned until somebody changed it, and who did when."""

    version: int
    wanted: Wanted
    at: datetime
    by: UUID | None

    @classmethod
    def loaded(cls, kept: Mapping[str, Any]) -> "Earlier":
        """What ``dumped`` wrote."""
        starts, stops = (kept[name] and datetime.fromisoformat(kept[name])
                         for name in ("starts_at", "stops_at"))  # fmt: skip
        given = Given(Because(kept["because"]), kept["owner"] and UUID(kept["owner"]), drains=True)
        wanted = Wanted(Move.loaded(kept["move"]), given, starts, stops)
        at, by = datetime.fromisoformat(kept["at"]), kept["by"] and UUID(kept["by"])
        return cls(kept["version"], wanted, at, by)


def earlier(row: RolloutPlan) -> tuple[Earlier, ...]:
    """Everything this plan once was, newest first."""
    return tuple(Earlier.loaded(kept) for kept in reversed(row.earlier))


def dumped(desk: Desk, row: RolloutPlan) -> dict[str, Any]:
    """What is planned until now; ``Earlier.loaded`` reads it."""
    return {
        "version": row.version - 1, "move": row.move, "because": row.because,
        "owner": row.owner and str(row.owner), "starts_at": row.starts_at.isoformat(),
        "stops_at": row.stops_at and row.stops_at.isoformat(), "at": desk.now.isoformat(),
        "by": desk.actor.staff_id and str(desk.actor.staff_id),
    }  # fmt: skip


def given_of(row: RolloutPlan) -> Given:
    """Why it is planned, and who answers for it."""
    return Given(Because(row.because), row.owner, drains=True)
