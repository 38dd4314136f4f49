"""How far each workflow has been rolled out, who wants none of it, and the kill switches."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, Word
from db.vocabulary import Stage


class Rollout(Row, table=True):
    """The stage of one workflow in one scope: the practice, or one of its places.

    ``scope`` is empty for the whole practice, else a place's EHR reference. In pilot the
    workflow is seen by ``pilots`` (staff ids), and by ``percent`` of the people in ``roles``, or
    of everybody where no role is named. ``draining`` says who may still finish what came before
    it was switched off, and until when (see ``services.rollout.draining``); empty for nobody.
    """

    __tablename__ = "rollout"
    __table_args__ = (UniqueConstraint("practice_id", "workflow", "scope"),)

    workflow: str
    scope: str = ""
    stage: Stage = Field(default=Stage.OFF, sa_type=Word(Stage))
    pilots: list[str] = Field(default_factory=list, sa_type=JSON)
    roles: list[str] = Field(default_factory=list, sa_type=JSON)
    percent: int = 0
    draining: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class OptOut(Row, table=True):
    """One person who is left out of one workflow, whatever its stages say."""

    __tablename__ = "rollout_opt_out"
    __table_args__ = (UniqueConstraint("practice_id", "workflow", "staff_id"),)

    workflow: str
    staff_id: UUID
    by: UUID | None = None
    because: str = ""


class Switch(Row, table=True):
    """A kill switch: ``what`` is ``ai``, ``deliveries`` or a workflow. It beats every stage."""

    __tablename__ = "switch"
    __table_args__ = (UniqueConstraint("practice_id", "what"),)

    what: str
    stopped: bool = False
    by: UUID | None = None
    reason: str = ""


class Rollouts(Repository[Rollout]):
    """Questions about stages."""

    model = Rollout

    def of(self, workflow: str) -> Sequence[Rollout]:
        """Every scope that says something about *workflow*."""
        return self.all(self.rows().where(col(Rollout.workflow) == workflow))

    def of_many(self, workflows: Sequence[str]) -> Mapping[str, Sequence[Rollout]]:
        """The same for several at once."""
        found = self.all(self.rows().where(col(Rollout.workflow).in_(list(workflows))))
        return {key: [row for row in found if row.workflow == key] for key in workflows}

    def fresh(self, workflow: str) -> Sequence[Rollout]:
        """The same as of this moment, locked until the transaction ends."""
        mine = self.rows().where(col(Rollout.workflow) == workflow).with_for_update()
        return self.all(mine.execution_options(populate_existing=True))


class OptOuts(Repository[OptOut]):
    """Questions about people who are left out."""

    model = OptOut

    def of(self, workflow: str) -> Sequence[OptOut]:
        """Everybody who is left out of *workflow*."""
        return self.all(self.rows().where(col(OptOut.workflow) == workflow))

    def one(self, workflow: str, staff_id: UUID) -> OptOut | None:
        """Whether this person is left out of *workflow*."""
        mine = (col(OptOut.workflow) == workflow, col(OptOut.staff_id) == staff_id)
        return self.first(self.rows().where(*mine))


class Switches(Repository[Switch]):
    """Questions about kill switches."""

    model = Switch

    def stopped(self) -> frozenset[str]:
        """What is stopped now."""
        return frozenset(s.what for s in self.all(self.rows().where(col(Switch.stopped).is_(True))))

    def of(self, what: str) -> Switch | None:
        """The switch for *what*, if it was ever used."""
        return self.first(self.rows().where(col(Switch.what) == what))
