"""How far each workflow has been rolled out, and the kill switches."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, col

from db.base import Repository, Row, Word
from db.vocabulary import Stage


class Rollout(Row, table=True):
    """The stage of one workflow in one scope: the practice, or one of its places.

    ``scope`` is empty for the whole practice, else a place's EHR reference. ``pilots``
    are staff ids who see the workflow while it is in pilot.
    """

    __tablename__ = "rollout"
    __table_args__ = (UniqueConstraint("practice_id", "workflow", "scope"),)

    workflow: str
    scope: str = ""
    stage: Stage = Field(default=Stage.OFF, sa_type=Word(Stage))
    pilots: list[str] = Field(default_factory=list, sa_type=JSON)


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


class Switches(Repository[Switch]):
    """Questions about kill switches."""

    model = Switch

    def stopped(self) -> frozenset[str]:
        """What is stopped now."""
        return frozenset(s.what for s in self.all(self.rows().where(col(Switch.stopped).is_(True))))

    def of(self, what: str) -> Switch | None:
        """The switch for *what*, if it was ever used."""
        return self.first(self.rows().where(col(Switch.what) == what))
