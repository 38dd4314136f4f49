"""A practice of which something has happened: conversations answered by people, on the trail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from db import writing
from db.conversations import Conversation, State
from db.places import Place
from db.rollout import Rollout
from db.suggestions import Suggestion
from db.vault import Vault
from db.vocabulary import Category, Stage
from services import switches
from services.desk import working
from services.metrics.gathering import gather
from services.switches import Because, Given, Move
from tests.db import rows

EAST = "Location/1"
WORDS = "CANARY my chest hurts since Tuesday"


@pytest.fixture
def answer(container, practice, front_desk, clock) -> Callable[..., Conversation]:  # type: ignore[no-untyped-def]
    """A message comes, is sorted, opened and answered *after* so long: all of it stored."""

    def answer(after: timedelta = timedelta(minutes=30), **fields: object) -> Conversation:
        with writing(container.engine) as session:
            thread, message = rows.sealed_thread(
                session, practice.id, container.keyring, WORDS,
                **({"first_at": clock(), "category": Category.REFILL} | fields),
            )  # fmt: skip
            message.sent_at = clock()
            seen = Suggestion(
                practice_id=practice.id, conversation_id=thread.id, key_id=thread.key_id,
                engine="local", model="m", prompt_digest="", source_hash="", category="refill",
                urgency="routine", created_at=clock(),
            )  # fmt: skip
            Vault(session, practice.id, container.keyring).seal_into(seen, answer=WORDS)
            session.add(seen)
        clock.wait(after)
        with working(container, front_desk) as desk:
            row = desk.session.get(Conversation, thread.id)
            row.state, row.answered_at, row.closed_at = State.CLOSED, desk.now, desk.now
            desk.record("inbox.read", row.ref)
            desk.record("inbox.send_reply", row.ref)
        return thread

    return answer


@pytest.fixture
def gathered(container, practice) -> Callable[[], int]:  # type: ignore[no-untyped-def]
    """Gather, and say how many facts changed."""
    return lambda: gather(container, practice)["facts"]


@pytest.fixture
def pilot(container, practice, admin) -> None:  # type: ignore[no-untyped-def]
    """The inbox goes to shadow, and notes to pilot at one location."""
    with writing(container.engine) as session:
        session.add(Place(practice_id=practice.id, ehr_ref=EAST, kind="location", name="East"))
        for row in session.exec(select(Rollout)).all():
            session.delete(row)
    piloted = Move("inbox", EAST, Stage.PILOT, (admin.staff_id,))
    switches.set_stage(container, admin, piloted, Given(Because.TRIAL))
    switches.set_stage(container, admin, Move("notes", "", Stage.ON))
