"""A practice with two locations, and short words for what its administrator does."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from db import writing
from db.conversations import Conversation
from db.places import Place
from db.practices import Practice, Practices
from db.suggestions import Suggestion
from db.vocabulary import Category, Stage, Urgency
from services import rollout, switches
from services.container import Container
from services.desk import Actor, looking
from services.rollout.moves import UNSAID
from services.switches import Given, Move
from tests.services.conftest import (
    MONDAY,
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


@pytest.fixture
def sorted_as(container: Container, practice: Practice) -> Callable[..., UUID]:
    """A conversation that an engine called this urgent, with whatever else is said of it."""

    def sorted_as(
        urgency: Urgency = Urgency.ROUTINE, is_now: Urgency | None = None, location: str = "",
        provider: str = "", **suggestion: object,
    ) -> UUID:  # fmt: skip
        talk = Conversation(
            practice_id=practice.id, thread_id=uuid4().hex, patient_id=uuid4(), key_id=uuid4(),
            first_at=MONDAY, waiting_since=MONDAY, category=Category.REFILL,
            urgency=is_now or urgency, location=location, provider=provider,
        )  # fmt: skip
        own = {"engine": "local", "model": "rules", "prompt_digest": "", "source_hash": ""}
        made = Suggestion(
            practice_id=practice.id, conversation_id=talk.id, key_id=talk.key_id,
            created_at=MONDAY, urgency=str(urgency), **(own | suggestion),  # type: ignore[arg-type]
        )  # fmt: skip
        with writing(container.engine) as session:
            session.add_all([talk, made])
        return talk.id

    return sorted_as
