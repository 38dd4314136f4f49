"""The scopes of one workflow as values: to keep, to compare, and to say in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.rollout import Rollout
from db.vocabulary import Stage

RANK: Mapping[Stage, int] = {stage: rank for rank, stage in enumerate(Stage)}
Names = Callable[[str], str]  # a staff id or a place's reference as a person knows it


@dataclass(frozen=True)
class Scope:
    """What one scope says: see ``db.rollout.Rollout``."""

    scope: str
    stage: Stage
    pilots: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    percent: int = 0

    @classmethod
    def of(cls, row: Rollout) -> "Scope":
        """The scope that *row* holds."""
        return cls(row.scope, row.stage, tuple(row.pilots), tuple(row.roles), row.percent)

    @classmethod
    def loaded(cls, kept: Mapping[str, Any]) -> "Scope":
        """The scope that ``dumped`` wrote. Raises ``ValueError`` or ``KeyError`` for anything else."""
        return cls(
            str(kept["scope"]), Stage(kept["stage"]), tuple(kept["pilots"]),
            tuple(kept["roles"]), int(kept["percent"]),
        )  # fmt: skip

    def dumped(self) -> dict[str, Any]:
        """This scope as JSON keeps it."""
        return {
            "scope": self.scope, "stage": str(self.stage), "pilots": list(self.pilots),
            "roles": list(self.roles), "percent": self.percent,
        }  # fmt: skip

    def row(self, like: Rollout) -> Rollout:
        """A row that is kept nowhere, of the same practice and workflow as *like*."""
        return Rollout(
            practice_id=like.practice_id, workflow=like.workflow, scope=self.scope,
            stage=self.stage, pilots=list(self.pilots), roles=list(self.roles),
            percent=self.percent,
        )  # fmt: skip


State = tuple[Scope, ...]


def state_of(rows: Iterable[Rollout]) -> State:
    """Every scope, in the order in which they are shown."""
    return tuple(sorted((Scope.of(row) for row in rows), key=lambda scope: scope.scope))


def loaded(kept: Iterable[Mapping[str, Any]]) -> State:
    """A state as a version keeps it."""
    return tuple(Scope.loaded(one) for one in kept)


def with_scope(state: State, scope: str, after: Scope | None) -> State:
    """*state* with another word about one scope, or none."""
    others = tuple(one for one in state if one.scope != scope)
    return tuple(sorted((*others, *([after] if after else [])), key=lambda one: one.scope))


def said(scope: Scope | None, name: Names = str) -> str:
    """``pilot for Nora Demo, every nurse, 25%`` as a person reads it; ids where no *name* is given."""
    if scope is None:
        return "no stage of its own"
    if scope.stage is not Stage.PILOT:
        return str(scope.stage)
    return f"pilot for {', '.join(_reached(scope, name)) or 'nobody'}"


def _reached(scope: Scope, name: Names) -> Sequence[str]:
    named = sorted(name(pilot) for pilot in scope.pilots)
    if not scope.percent:
        return named
    whose = " and ".join(role.replace("_", " ") for role in scope.roles) or "everybody"
    share = f"every {whose}" if scope.roles else whose
    return [*named, share if scope.percent >= 100 else f"{scope.percent}% of {whose}"]


@dataclass(frozen=True)
class Difference:
    """One line of a diff: where, what it was, what it is."""

    where: str
    before: str
    after: str


def diff(before: State, after: State, name: Names = str) -> tuple[Difference, ...]:
    """What differs, scope by scope."""
    was, now = ({one.scope: one for one in state} for state in (before, after))
    return tuple(
        Difference(scope, said(was.get(scope), name), said(now.get(scope), name))
        for scope in sorted({*was, *now})
        if was.get(scope) != now.get(scope)
    )
