"""The gate of a workflow: whether engines may work on something there, and who may see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID

from db.guardrails import GuardrailTrips
from db.rollout import OptOuts, Rollout, Rollouts, Switches
from db.vocabulary import Stage
from services.desk import Desk
from services.errors import NotRolledOut
from services.rollout import draining
from services.rollout.audience import Audience, reaches
from services.rollout.draining import Drain
from services.rollout.needs import NEEDS

AI, DELIVERIES = "ai", "deliveries"
USED = (Stage.PILOT, Stage.ON)
NOBODY = UUID(int=0)
ALWAYS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Gate:
    """The rollout of one workflow in one practice, read once and asked often.

    ``roles`` says who is what, for the people it will be asked about; ``needs`` are the gates of
    workflows without which this one does nothing. ``held`` are the places where a limit paused
    it, and since when: whatever the stages say, nobody sees it there.
    """

    workflow: str
    scopes: tuple[Rollout, ...]
    stopped: frozenset[str]
    roles: Mapping[UUID, str] = field(default_factory=dict)
    left_out: frozenset[UUID] = frozenset()
    needs: tuple["Gate", ...] = ()
    now: datetime | None = None
    held: Mapping[str, datetime] = field(default_factory=dict)

    def stage(self, places: Iterable[str] = ()) -> Stage:
        """The stage where the work belongs: the narrowest scope that says anything.

        *places* are EHR references from narrow to wide: provider, department, location. A kill
        switch beats every stage, and a workflow is off where one that it needs was switched off.
        Where a limit paused it, it is measured on and goes no further than shadow.
        """
        if self.workflow in self.stopped or self.lacks(places):
            return Stage.OFF
        stage = self.scope(places).stage
        return Stage.SHADOW if stage in USED and self.hold(places) else stage

    def shows_to(self, staff_id: UUID | None, places: Iterable[str] = ()) -> bool:
        """Whether this person may see and do it there.

        An item that came before it was switched off may be finished, while that drains.
        """
        before = self.shown_before(staff_id, places)
        begun = getattr(places, "begun", None)
        return before is not None and (before == ALWAYS or (begun is not None and begun < before))

    def shown_before(self, staff_id: UUID | None, places: Iterable[str] = ()) -> datetime | None:
        """Until when an item must have come for this person to see it there.

        ``ALWAYS`` where they use it, ``None`` where they see nothing; while it drains, the moment
        at which it was switched off.
        """
        if self.workflow in self.stopped or staff_id in self.left_out:
            return None
        scope = self.scope(places)
        stage = self.stage(places)
        if stage in (Stage.OFF, Stage.SHADOW):
            held = self.hold(places) if stage is Stage.SHADOW else None
            drain = draining.of(scope) or (draining.while_held(scope, held) if held else None)
            return drain.since if drain and self._drains(drain, staff_id) else None
        return ALWAYS if stage is Stage.ON or self.pilots(scope, staff_id) else None

    @property
    def places(self) -> frozenset[str]:
        """Every place that anything names which decides who sees it."""
        named = {scope.scope for gate in (self, *self.needs) for scope in gate.scopes}
        return frozenset({*named, *self.held} - {""})

    def hold(self, places: Iterable[str] = ()) -> datetime | None:
        """Since when a limit has it paused at one of these places."""
        return min((self.held[place] for place in places if place in self.held), default=None)

    @property
    def differs_by_place(self) -> bool:
        """Whether any place is treated otherwise than the practice."""
        return bool(self.held) or any(scope.scope for scope in self.scopes)

    def pilots(self, audience: Audience, staff_id: UUID | None) -> bool:
        """Whether *audience* reaches this person."""
        practice = self.scopes[0].practice_id if self.scopes else NOBODY
        return reaches(audience, practice, self.workflow, staff_id, self.roles)

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

    def lacks(self, places: Iterable[str] = ()) -> str:
        """The workflow that this one needs and that was switched off there; empty for none.

        One that the practice never decided about is not missed: it cannot have been there before.
        """
        off = (g for g in self.needs if g.scopes and g.scope(places).stage is Stage.OFF)
        return next((gate.workflow for gate in off), "")

    def scope(self, places: Iterable[str] = ()) -> Rollout:
        """The narrowest scope that says anything there; off where none does."""
        for place in (*places, ""):
            if place in self._by_scope:
                return self._by_scope[place]
        return Rollout(practice_id=NOBODY, workflow=self.workflow)

    @cached_property
    def _by_scope(self) -> Mapping[str, Rollout]:
        return {rollout.scope: rollout for rollout in self.scopes}

    def _drains(self, drain: Drain, staff_id: UUID | None) -> bool:
        if self.now is None or self.now >= drain.until:
            return False
        return drain.stage is Stage.ON or self.pilots(drain, staff_id)


def gate(desk: Desk, workflow: str, roles: Mapping[UUID, str] | None = None) -> Gate:
    """The gate of *workflow* as of this transaction, for the person at this desk.

    *roles* names more people it will be asked about.
    """
    me = {desk.actor.staff_id: str(desk.actor.role)} if desk.actor.staff_id else {}
    needed = NEEDS.get(workflow, ())
    scopes: Mapping[str, Sequence[Rollout]] = desk.open(Rollouts).of_many([workflow, *needed])
    stopped = desk.open(Switches).stopped()
    return Gate(
        workflow,
        tuple(scopes[workflow]),
        stopped,
        roles or me,
        frozenset(row.staff_id for row in desk.open(OptOuts).of(workflow)),
        tuple(Gate(key, tuple(scopes[key]), stopped) for key in needed),
        desk.now,
        {
            trip.scope: trip.at
            for trip in desk.open(GuardrailTrips).going_on([workflow])
            if trip.scope
        },
    )


def require(desk: Desk, workflow: str, places: Iterable[str], what: str) -> None:
    """Raises ``NotRolledOut`` when the person may not use *workflow* there."""
    if not gate(desk, workflow).shows_to(desk.actor.staff_id, places):
        raise NotRolledOut(what)
