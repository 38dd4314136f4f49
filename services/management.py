"""Management actions: what leads and auditors may do, by role and on the record, at any stage.

A management action is a plain function of a desk that says what it did::

    @managed("rollout.stop", "Stop")
    def stop(desk: Desk, what: str, reason: str) -> Deed[None]: ...

Calling it opens one transaction: role, the work, the audit line. It fails whole or happens
whole, and leaves a line however it ends. No rollout stage is asked, because these are the
actions that move the stages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Generic, ParamSpec, TypeVar

from db.audit import Ending
from db.base import NotFound
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import FoyerError, NotAllowed

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Deed(Generic[R]):
    """What was done: to which record, in words for the trail, and what the caller gets.

    ``how`` says what it was before and what it is now; it never holds patient data.
    """

    subject: str
    how: str
    value: R


@dataclass(frozen=True, kw_only=True)
class Managed(Generic[P, R]):
    """Something a lead or an auditor can do; ``services.policy`` says who."""

    verb: str
    label: str
    run: Callable[Concatenate[Desk, P], Deed[R]]

    @property
    def help(self) -> str:
        """The tooltip: the first line of the function's docstring."""
        return (self.run.__doc__ or "").strip().splitlines()[0]

    def __call__(self, container: Container, actor: Actor, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it. Raises ``NotAllowed``, ``Invalid``, ``Stale`` or ``NotFound``."""
        try:
            with working(container, actor, tells=False) as desk:
                desk.require(self.verb, self.label.lower())
                return self._done(desk, *args, **kwargs)
        except (FoyerError, NotFound) as error:
            self._refused(container, actor, error)
            raise

    def by_house(self, container: Container, actor: Actor, *args: P.args, **kwargs: P.kwargs) -> R:
        """The same, done by a job or by the operator at the console, who have no role to ask for.

        Raises ``NotAllowed`` for a person, and what the deed itself raises.
        """
        try:
            with working(container, actor, tells=False) as desk:
                if actor.role is not None or actor.staff_id is not None:
                    raise NotAllowed(self.label.lower())
                return self._done(desk, *args, **kwargs)
        except (FoyerError, NotFound) as error:
            self._refused(container, actor, error)
            raise

    def _done(self, desk: Desk, *args: P.args, **kwargs: P.kwargs) -> R:
        deed = self.run(desk, *args, **kwargs)
        desk.record(self.verb, deed.subject, reason=deed.how)
        return deed.value

    def check(self, container: Container, actor: Actor) -> None:
        """Raises ``NotAllowed`` before any long work; the refusal is on record."""
        try:
            with looking(container, actor, tells=False) as desk:
                desk.require(self.verb, self.label.lower())
        except NotAllowed as error:
            self._refused(container, actor, error)
            raise

    def _refused(self, container: Container, actor: Actor, error: Exception) -> None:
        refused = isinstance(error, NotAllowed | NotFound)
        ending = Ending.REFUSED if refused else Ending.FAILED
        with working(container, actor) as desk:
            noun = self.verb.partition(".")[0]
            desk.record(self.verb, noun, ending, reason=type(error).__name__)


def managed(
    verb: str, label: str
) -> Callable[[Callable[Concatenate[Desk, P], Deed[R]]], Managed[P, R]]:
    """Make a function into a management action. *verb* outlives any renaming here."""

    def wrap(run: Callable[Concatenate[Desk, P], Deed[R]]) -> Managed[P, R]:
        return Managed(verb=verb, label=label, run=run)

    return wrap
