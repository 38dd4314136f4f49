"""S01, S04: a disk that is full, and a trail that cannot be written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import reading
from db.audit import AuditTrail
from db.conversations import Conversations
from db.keyring import Keyring
from db.messages import Messages
from db.queue import QueueFilter
from db.vocabulary import Role
from services.desk import Actor
from services.ehr.ports import Road
from services.settings import Settings
from services.workflows.inbox.listing import find, inbox
from services.workflows.inbox.reading import open_item
from services.workflows.inbox.sending import send_reply
from tests.db.processes import FORKS
from tests.faults import processes
from tests.faults.processes import Premises
from tests.services.workflows.conftest import Office, seen


@pytest.fixture
def premises(settings: Settings, keyring: Keyring) -> Premises:
    return Premises(settings, keyring)


def counts(office: Office) -> tuple[int, int, int]:
    """Conversations, messages and lines of the trail."""
    with reading(office.container.engine) as session:
        talks, messages = (
            questions(session, office.practice.id) for questions in (Conversations, Messages)
        )
        lines = AuditTrail(session, office.practice.id).head().seq
        return len(talks.all(talks.rows())), len(messages.all(messages.rows())), lines


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_s01_on_a_full_disk_an_approval_is_refused_whole_and_works_again_later(
    office: Office, front_desk: Actor, premises: Premises
) -> None:
    """S01: no delivery, no closed conversation, no line of the trail; then as if nothing was."""
    talk = office.receive("Could I have my inhaler refilled?")
    before = counts(office)
    with FORKS.Pool(1) as pool:
        task = (premises, front_desk, seen(talk), "Passed on. " * 300)
        trouble = pool.apply(processes.approve_on_a_full_disk, task)
    assert trouble == "OperationalError"
    assert office.conversation(talk.id).version == talk.version
    assert office.deliveries(talk.id) == []
    assert counts(office) == before

    send_reply(office.container, front_desk, seen(talk), "Passed on.")
    office.deliver()
    assert len(office.sandbox.control.ledger()) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_s01_on_a_full_disk_a_page_is_taken_in_whole_or_not_at_all(
    office: Office, premises: Premises
) -> None:
    """S01: no half page, and the cursor stays where it was."""
    office.poll()
    cursor = office.road(Road.HEALOW_MESSAGES).cursor
    for n in range(20):
        office.sandbox.control.receive(f"Question {n}: " + "my knee hurts. " * 200)
    before, page = counts(office), office.ehr.mailbox.changed_since(cursor)
    with FORKS.Pool(1) as pool:
        trouble = pool.apply(processes.poll_on_a_full_disk, (premises, office.practice, page))
    assert trouble == "OperationalError"
    assert counts(office) == before
    assert office.road(Road.HEALOW_MESSAGES).cursor == cursor

    office.poll()
    assert counts(office)[1] == before[1] + 20


@contextmanager
def trail_broken(office: Office) -> Iterator[None]:
    """Inside, no line of the trail can be written or read."""
    _rename(office, "audit_entry", "audit_entry_gone")
    try:
        yield
    finally:
        _rename(office, "audit_entry_gone", "audit_entry")


def _rename(office: Office, old: str, new: str) -> None:
    with office.container.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


SHOWN: dict[str, Callable[[Office, Actor], object]] = {
    "the list": lambda o, a: inbox(o.container, a, QueueFilter(), {}),
    "a search": lambda o, a: find(o.container, a, "Sample"),
}


@pytest.mark.parametrize("what", SHOWN)
def test_s04_without_the_trail_nothing_is_shown(
    office: Office, front_desk: Actor, what: str
) -> None:
    """S04: whoever reads patient data is on the trail first, or does not read it."""
    office.receive("Could I have my inhaler refilled?")
    with trail_broken(office), pytest.raises(DBAPIError) as failure:
        SHOWN[what](office, front_desk)
    assert "inhaler" not in str(failure.value)
    SHOWN[what](office, front_desk)  # the control: with the trail it is shown


def test_s04_without_the_trail_a_conversation_does_not_open_and_nothing_leaves(
    office: Office, front_desk: Actor
) -> None:
    """S04: not opened, not approved, not sent, not taken in; afterwards all of it works."""
    talk = office.receive("Could I have my inhaler refilled?")
    other = office.receive("And my pills?")
    send_reply(office.container, front_desk, seen(other), "The pills as well.")
    office.sandbox.control.receive("A third question.")
    before = counts(office)
    with trail_broken(office):
        for act in (
            lambda: open_item(office.container, front_desk, talk.id),
            lambda: send_reply(office.container, front_desk, seen(talk), "Passed on."),
            office.poll,
            office.deliver,
        ):
            with pytest.raises(DBAPIError):
                act()
    assert counts(office) == before
    assert office.deliveries(talk.id) == []
    assert office.sandbox.control.ledger() == []

    assert open_item(office.container, front_desk, talk.id).thread
    send_reply(office.container, front_desk, seen(talk), "Passed on.")
    office.poll()
    for _ in range(4):
        office.deliver(timedelta(minutes=11))
    assert len(office.sandbox.control.ledger()) == 2
    assert counts(office)[0] == before[0] + 1


def test_every_role_that_may_read_leaves_a_line(office: Office, hire: Callable[..., Actor]) -> None:
    """S04: one line for each opening, whoever opens."""
    talk = office.receive("Could I have my inhaler refilled?")
    readers = [hire(role) for role in (Role.FRONT_DESK, Role.NURSE, Role.PROVIDER, Role.BILLER)]
    for reader in readers:
        open_item(office.container, reader, talk.id)
    with reading(office.container.engine) as session:
        lines = AuditTrail(session, office.practice.id).search(verb="inbox.read")
    assert {line.actor for line in lines} == {reader.ref for reader in readers}
    assert {line.subject for line in lines} == {talk.ref}
