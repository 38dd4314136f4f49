"""What a person is told without asking: what is new, who is where, and how old the data is."""

from collections.abc import Callable
from datetime import timedelta

from db.queue import QueueFilter
from db.vocabulary import Role
from services.desk import Actor
from services.workflows.inbox import handling, listing, watching
from services.workflows.inbox.watching import Attention, Pulse
from tests.services.workflows.conftest import Office, seen


def look(office: Office, actor: Actor) -> Attention:
    """Everything in the queue of open conversations, as *actor* has it in front of them."""
    page = listing.inbox(office.container, actor, QueueFilter(), {})
    return Attention(QueueFilter(), page.newest, tuple(row.id for row in page.rows))


def pulse(office: Office, actor: Actor, before: Attention) -> Pulse:
    return watching.pulse(office.container, actor, before)


def test_only_what_came_in_since_is_new(office: Office, front_desk: Actor) -> None:
    office.receive("When are you open?")
    before = look(office, front_desk)
    assert pulse(office, front_desk, before).fresh == 0

    first = office.receive("May I come on Friday?")
    assert pulse(office, front_desk, before).fresh == 1
    office.receive("Or on Monday?", thread=first.thread_id)
    assert pulse(office, front_desk, before).fresh == 1
    assert pulse(office, front_desk, look(office, front_desk)).fresh == 0


def test_an_empty_inbox_counts_its_first_message(office: Office, front_desk: Actor) -> None:
    before = look(office, front_desk)
    office.receive("Hello?")
    assert pulse(office, front_desk, before).fresh == 1


def test_a_colleague_is_seen_viewing_then_typing_and_is_gone_after_a_while(
    office: Office, front_desk: Actor, hire: Callable[..., Actor]
) -> None:
    nurse = hire(Role.NURSE)
    message = office.receive("Can somebody call me?")
    before = look(office, front_desk)
    watching.be_here(office.container, nurse, message.id)
    [there] = pulse(office, front_desk, before).watchers
    assert (there.conversation_id, there.name, there.typing) == (message.id, nurse.name, False)

    watching.be_here(office.container, nurse, message.id, typing=True)
    assert pulse(office, front_desk, before).watchers[0].typing
    assert pulse(office, nurse, before).watchers == ()

    office.clock.wait(watching.PRESENT + timedelta(seconds=1))
    assert pulse(office, front_desk, before).watchers == ()


def test_a_glance_says_who_did_what_since(
    office: Office, front_desk: Actor, hire: Callable[..., Actor]
) -> None:
    nurse = hire(Role.NURSE)
    message = office.receive("Can somebody call me?")
    before = look(office, front_desk)
    handling.take(office.container, nurse, seen(message))

    glance = pulse(office, front_desk, before).glances[message.id]
    assert glance.version == message.version + 1
    assert (glance.owner, glance.moved) == (nurse.name, f"{nurse.name}: take")
    assert pulse(office, nurse, before).glances[message.id].moved == ""


def test_a_reloaded_browser_learns_what_was_open_a_moment_ago(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Can somebody call me?")
    while_ago = timedelta(minutes=2)
    assert watching.last_open(office.container, front_desk, while_ago) is None
    watching.be_here(office.container, front_desk, message.id)
    assert watching.last_open(office.container, front_desk, while_ago) == message.id
    office.clock.wait(while_ago)
    assert watching.last_open(office.container, front_desk, while_ago) is None


def test_data_is_stale_once_three_polls_were_missed(office: Office, front_desk: Actor) -> None:
    office.poll()
    before = look(office, front_desk)
    assert not pulse(office, front_desk, before).freshness.stale
    office.clock.wait(timedelta(seconds=3 * office.container.settings.poll_seconds + 1))
    now = pulse(office, front_desk, before).freshness
    assert now.stale
    assert "Data as of" in now.sentence


def test_rows_keep_the_order_they_were_asked_for_in(office: Office, front_desk: Actor) -> None:
    for text in ("One", "Two", "I have crushing chest pain now"):
        office.receive(text)
    opened: listing.Opened = {}
    page = listing.inbox(office.container, front_desk, QueueFilter(), opened)
    ids = [row.id for row in page.rows][::-1]
    again = listing.again(office.container, front_desk, ids, opened)
    assert [row.id for row in again] == ids
