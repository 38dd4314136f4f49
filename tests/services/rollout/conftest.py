"""A practice with two locations, and short words for what its administrator does."""

from collections.abc import Callable
from uuid import UUID

import pytest

from db import writing
from db.places import Place
from db.practices import Practice, Practices
from db.vocabulary import Stage
from services import rollout, switches
from services.container import Container
from services.desk import Actor, looking
from services.rollout.moves import UNSAID
from services.switches import Given, Move
from tests.services.conftest import (
    admin,
    clock,
    compliance,
    container,
    front_desk,
    hire,
    manager,
    nurse,
    practice,
    settings,
)

__all__ = [
    "admin", "clock", "compliance", "container", "front_desk", "hire", "manager", "nurse",
    "practice", "settings",
]  # fmt: skip

EAST, WEST = "Location/l.1", "Location/l.2"


@pytest.fixture
def places(container: Container, practice: Practice) -> None:
    """Two locations."""
    with writing(container.engine) as session:
        for ref, name in ((EAST, "Sample East"), (WEST, "Sample West")):
            own = {"practice_id": practice.id, "ehr_ref": ref}
            session.add(Place(**own, kind="location", name=name))


@pytest.fixture
def shows(container: Container) -> Callable[..., bool]:
    """Whether somebody has the inbox there."""

    def shows(actor: Actor, *where: str, workflow: str = "inbox") -> bool:
        with looking(container, actor) as desk:
            return rollout.gate(desk, workflow).shows_to(actor.staff_id, where)

    return shows


@pytest.fixture
def move(container: Container) -> Callable[..., None]:
    """Move the inbox: ``move(admin, Stage.PILOT, pilots=[nurse.staff_id], seen=Stage.ON)``."""

    def move(
        actor: Actor, stage: Stage | None, scope: str = "", *, workflow: str = "inbox",
        pilots: tuple[UUID, ...] = (), given: Given = UNSAID, **fields: object,
    ) -> None:  # fmt: skip
        made = Move(workflow, scope, stage, tuple(pilots), **fields)  # type: ignore[arg-type]
        switches.set_stage(container, actor, made, given)

    return move


@pytest.fixture
def second_approver(container: Container, practice: Practice) -> None:
    """This practice wants a second person for every change that lets somebody in."""
    with writing(container.engine) as session:
        Practices(session).get(practice.id).options = {"second_approver": True}
