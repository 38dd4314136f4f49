"""A desk: everything someone needs in order to act, for the length of one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from db import Session, reading, writing
from db.audit import AuditTrail, Ending
from db.base import NotFound, Repository
from db.practices import Practices
from db.staff import Staff
from db.vault import Vault
from db.vocabulary import Role
from services.container import Container
from services.errors import NotAllowed, NotRolledOut
from services.options import PracticeOptions, options_of
from services.policy import may

Questions = TypeVar("Questions", bound=Repository[Any])


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, or a job of the house (then ``role`` is ``None``)."""

    practice_id: UUID
    ref: str
    name: str
    role: Role | None = None
    staff_id: UUID | None = None
    licensed: bool = False

    @classmethod
    def person(cls, staff: Staff) -> "Actor":
        """A member of staff, as of now."""
        return cls(staff.practice_id, staff.ref, staff.name, staff.role, staff.id, staff.licensed)

    @classmethod
    def job(cls, practice_id: UUID, name: str) -> "Actor":
        """The house itself, doing the job *name*."""
        return cls(practice_id, f"job/{name}", name)


@dataclass(frozen=True)
class Desk:
    """Who is acting, the open transaction, and the lines of the trail it will leave.

    A desk has no line to eCW and none to a model: what leaves the building is only
    ever written here, and carried by the deliverer.
    """

    container: Container
    actor: Actor
    session: Session
    vault: Vault
    now: datetime
    lines: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # verbs whose permission was asked here

    @property
    def practice_id(self) -> UUID:
        """The practice this desk stands in."""
        return self.actor.practice_id

    @cached_property  # a desk stands for one short transaction, and batches ask for each claim
    def options(self) -> PracticeOptions:
        """What this practice's administrators have decided."""
        return options_of(Practices(self.session).get(self.practice_id))

    @property
    def today(self) -> date:
        """The day it is where the practice is."""
        return self.now.astimezone(self.options.zone).date()

    def open(self, questions: type[Questions]) -> Questions:
        """Open a repository for this practice: ``desk.open(Messages).of(id)``."""
        return questions(self.session, self.practice_id)

    def require(self, verb: str, what: str) -> None:
        """Raises ``NotAllowed`` unless this person's role may do *verb*."""
        self.asked.append(verb)
        if self.actor.role is None or not may(self.actor.role, verb):
            raise NotAllowed(what)

    def record(
        self, verb: str, subject: str, ending: Ending = Ending.DONE, *,
        reason: str = "", sources: str = "", prompt_digest: str = "",
    ) -> None:  # fmt: skip
        """Put one line on the trail; it is written when the transaction ends."""
        self.lines.append(
            {
                "at": self.now,
                "actor": self.actor.ref,
                "verb": verb,
                "subject": subject,
                "ending": ending,
                "reason": reason,
                "sources": sources,
                "prompt_digest": prompt_digest,
            }
        )


@contextmanager
def working(container: Container, actor: Actor, *, tells: bool = True) -> Iterator[Desk]:
    """One short transaction. Its trail is written last, and without it nothing is kept.

    Whoever is turned away is on the trail too, unless the caller writes that line (*tells*).
    """
    with _turned_away(container, actor, tells) as asked, writing(container.engine) as session:
        desk = _desk(container, actor, session, asked)
        yield desk
        if desk.lines:
            session.flush()
            AuditTrail(session, actor.practice_id).append(container.keyring.audit, desk.lines)


@contextmanager
def looking(container: Container, actor: Actor, *, tells: bool = True) -> Iterator[Desk]:
    """A desk to look from: it opens no sealed field and leaves no trail, but of a refusal."""
    with _turned_away(container, actor, tells) as asked, reading(container.engine) as session:
        yield _desk(container, actor, session, asked)


@contextmanager
def _turned_away(container: Container, actor: Actor, tells: bool) -> Iterator[list[str]]:
    # The transaction of the attempt is gone by now, so the line gets one of its own.
    asked: list[str] = []
    try:
        yield asked
    except (NotAllowed, NotRolledOut, NotFound) as refusal:
        if tells and asked:
            with working(container, actor) as desk:
                noun, why = asked[-1].partition(".")[0], type(refusal).__name__
                desk.record(asked[-1], noun, Ending.REFUSED, reason=why)
        raise


def _desk(container: Container, actor: Actor, session: Session, asked: list[str]) -> Desk:
    vault = Vault(session, actor.practice_id, container.keyring)
    return Desk(container, actor, session, vault, container.clock(), asked=asked)
