"""How far a workflow is switched on, asked by jobs, pages and actions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.rollout import Rollout, Rollouts, Switches
from db.vocabulary import Stage
from services.desk import Desk
from services.errors import NotRolledOut

AI, DELIVERIES = "ai", "deliveries"


@dataclass(frozen=True)
class Gate:
    """The rollout of one workflow in one practice, read once and asked often."""

    workflow: str
    scopes: tuple[Rollout, ...]
    stopped: frozenset[str]

    def stage(self, places: Iterable[str] = ()) -> Stage:
        """The stage where the work belongs: the narrowest scope that says anything.

        *places* are EHR references from narrow to wide: provider, department, location.
        """
        if self.workflow in self.stopped:
            return Stage.OFF
        return self._scope(places).stage

    def shows_to(self, staff_id: UUID | None, places: Iterable[str] = ()) -> bool:
        """Whether this person may see and do it there."""
        if self.workflow in self.stopped:
            return False
        scope = self._scope(places)
        pilot = scope.stage is Stage.PILOT and str(staff_id) in scope.pilots
        return scope.stage is Stage.ON or pilot

    def is_anywhere_on(self) -> bool:
        """Whether any scope of the practice uses the workflow at all."""
        on = any(scope.stage is not Stage.OFF for scope in self.scopes)
        return on and self.workflow not in self.stopped

    def suggests_somewhere(self) -> bool:
        """Whether engines may work on it anywhere in the practice."""
        return AI not in self.stopped and self.is_anywhere_on()

    def suggests(self, places: Iterable[str] = ()) -> bool:
        """Whether engines may work on it there, shown or in shadow."""
        return AI not in self.stopped and self.stage(places) is not Stage.OFF

    def _scope(self, places: Iterable[str]) -> Rollout:
        by_scope = {rollout.scope: rollout for rollout in self.scopes}
        for place in (*places, ""):
            if place in by_scope:
                return by_scope[place]
        return Rollout(practice_id=UUID(int=0), workflow=self.workflow)


def gate(desk: Desk, workflow: str) -> Gate:
    """The gate of *workflow* as of this transaction."""
    scopes: Sequence[Rollout] = desk.open(Rollouts).of(workflow)
    return Gate(workflow, tuple(scopes), desk.open(Switches).stopped())


def require(desk: Desk, workflow: str, places: Iterable[str], what: str) -> None:
    """Raises ``NotRolledOut`` when the person may not use *workflow* there."""
    if not gate(desk, workflow).shows_to(desk.actor.staff_id, places):
        raise NotRolledOut(what)
