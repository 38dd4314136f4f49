"""Drain, do not cut: what came before a workflow was switched off may be finished for a while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db.rollout import Rollout
from db.vocabulary import Stage

DRAIN_FOR = timedelta(days=7)  # a working week; what is left then is dealt with in eCW


@dataclass(frozen=True)
class Drain:
    """Who could use it at ``since``, and until when they may finish what was there."""

    since: datetime
    until: datetime
    stage: Stage
    pilots: Sequence[str]
    roles: Sequence[str]
    percent: int


def of(row: Rollout) -> Drain | None:
    """The drain of one scope that was switched off or moved to shadow, if it drains."""
    kept: Mapping[str, Any] = row.draining
    if not kept or row.stage not in (Stage.OFF, Stage.SHADOW):
        return None
    return Drain(
        datetime.fromisoformat(kept["since"]),
        datetime.fromisoformat(kept["until"]),
        Stage(kept["stage"]),
        kept["pilots"],
        kept["roles"],
        kept["percent"],
    )


def while_held(row: Rollout, since: datetime) -> Drain:
    """The drain of a place that a limit paused at *since*: for those whom its stage still names."""
    return Drain(since, since + DRAIN_FOR, row.stage, row.pilots, row.roles, row.percent)


def begin(row: Rollout, now: datetime) -> dict[str, Any]:
    """What to keep on *row* as it is now, so that it drains once it is switched off."""
    if row.stage not in (Stage.PILOT, Stage.ON):
        return dict(row.draining)  # shadow to off: what drains goes on draining
    return {
        "since": now.isoformat(),
        "until": (now + DRAIN_FOR).isoformat(),
        "stage": str(row.stage),
        "pilots": list(row.pilots),
        "roles": list(row.roles),
        "percent": row.percent,
    }
