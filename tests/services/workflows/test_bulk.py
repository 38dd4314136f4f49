"""One decision about many: item by item, told honestly, and finished after a crash (case C15)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db import reading, writing
from db.bulk_orders import BulkItems, BulkOrders, BulkState
from db.conversations import State
from db.replies import ReplyTemplate
from db.vocabulary import Role
from services import accounts, bulk
from services.actions import Target
from services.desk import Actor, working
from services.errors import Invalid, NotAllowed
from services.workflows.inbox import handling
from tests.services.workflows.conftest import Office, seen


def arrived(office: Office, number: int) -> list[Target]:
    """*number* thank-yous, as somebody sees them in the list."""
    return [seen(office.receive(f"Thank you very much, {n}")) for n in range(number)]


class Died(RuntimeError):
    """The process ended here."""


def dying_after(settled: int) -> Callable[..., Any]:
    """``handling.no_reply``, in a process that dies right after so many items were done."""
    done = 0

    def step(container: Any, actor: Actor, target: Target, arguments: Any) -> Any:
        nonlocal done
        result = handling.no_reply(container, actor, target)
        done += 1
        if done == settled:
            raise SystemExit  # after the commit, before the order could be told
        return result

    return step


def states(office: Office, order_id: UUID) -> dict[tuple[BulkState, str], int]:
    with reading(office.container.engine) as session:
        return BulkItems(session, office.practice.id).outcome(order_id)


def test_many_are_done_and_what_was_skipped_is_counted_with_its_reason(
    office: Office, front_desk: Actor
) -> None:
    targets = arrived(office, 4)
    handling.no_reply(office.container, front_desk, targets[1])

    order = bulk.order(office.container, front_desk, "inbox.take", {}, targets)
    outcome = bulk.run(office.container, front_desk, order)

    assert len(outcome.done) == 3
    assert outcome.waiting == 0
    [(reason, number)] = outcome.skipped.items()
    assert (number, "no reply" in reason) == (1, True)


def test_an_order_whose_process_died_is_finished_by_the_sweep_without_doing_any_twice(
    office: Office, front_desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = arrived(office, 5)
    handling.snooze(
        office.container, front_desk, targets[3], office.clock() + timedelta(hours=1)
    )  # somebody changed this one in between: it must fail, and be shown as failed
    order = bulk.order(office.container, front_desk, "inbox.no_reply", {}, targets)
    with monkeypatch.context() as patched:
        patched.setitem(bulk.STEPS, "inbox.no_reply", dying_after(2))  # type: ignore[arg-type]
        with pytest.raises(SystemExit):
            bulk.run(office.container, front_desk, order)
    assert bulk.resume(office.container, office.practice) == 0  # its lease still holds

    office.clock.wait(bulk.LEASE + timedelta(seconds=1))
    assert bulk.resume(office.container, office.practice) == 1

    counted = states(office, order)
    assert sum(n for (state, _), n in counted.items() if state is BulkState.DONE) == 4
    assert sum(n for (state, _), n in counted.items() if state is BulkState.SKIPPED) == 1
    assert [office.conversation(t.id).touches for t in targets] == [1, 1, 1, 1, 1]
    assert office.conversation(targets[3].id).state is State.SNOOZED
    assert bulk.resume(office.container, office.practice) == 0


def test_the_order_of_somebody_who_left_is_dropped(
    office: Office, hire: Callable[..., Actor]
) -> None:
    leaver = hire(Role.FRONT_DESK, "Leaving Soon")
    targets = arrived(office, 2)
    order = bulk.order(office.container, leaver, "inbox.no_reply", {}, targets)
    with working(office.container, hire(Role.ADMIN)) as desk:
        assert leaver.staff_id is not None
        accounts.disable(desk, leaver.staff_id)

    bulk.resume(office.container, office.practice)

    assert all(office.conversation(t.id).state is State.OPEN for t in targets)
    with reading(office.container.engine) as session:
        assert BulkOrders(session, office.practice.id).get(order).finished_at is not None


def test_an_item_that_breaks_is_told_and_the_rest_goes_on(
    office: Office, front_desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(container: Any, actor: Actor, target: Target, arguments: Any) -> Any:
        if target.id == targets[0].id:
            raise Died
        return handling.no_reply(container, actor, target)

    targets = arrived(office, 3)
    order = bulk.order(office.container, front_desk, "inbox.no_reply", {}, targets)
    monkeypatch.setitem(bulk.STEPS, "inbox.no_reply", breaking)  # type: ignore[arg-type]
    with pytest.raises(Died):
        bulk.run(office.container, front_desk, order)

    outcome = bulk.run(office.container, front_desk, order)

    assert len(outcome.done) == 2
    assert list(outcome.skipped.values()) == [1]


def test_a_wording_goes_to_many_each_filled_for_its_own_patient(
    office: Office, front_desk: Actor
) -> None:
    with writing(office.container.engine) as session:
        session.add(
            ReplyTemplate(
                practice_id=office.practice.id,
                key="thanks",
                category="thanks",
                title="Thanks",
                text="You are welcome, {first_name}.",
                approved_at=office.clock(),
            )
        )
    targets = [
        seen(office.receive("Thank you!", patient=f"Patient/p.{n}")) for n in (101, 102, 103)
    ]
    office.fetch_charts()

    arguments = {"template": "thanks", "language": "en"}
    order = bulk.order(office.container, front_desk, "inbox.send_reply", arguments, targets)
    outcome = bulk.run(office.container, front_desk, order)
    for _ in targets:
        office.deliver()

    assert (len(outcome.done), dict(outcome.skipped)) == (3, {})
    written = office.sandbox.control.ledger()
    assert len({line["text"] for line in written}) == 3
    assert all(line["text"].startswith("You are welcome, ") for line in written)


def test_a_wording_that_the_chart_cannot_fill_is_not_sent(
    office: Office, front_desk: Actor
) -> None:
    with writing(office.container.engine) as session:
        session.add(
            ReplyTemplate(
                practice_id=office.practice.id,
                key="fax",
                category="other",
                title="Fax",
                text="Your fax number is {fax_number}.",
                approved_at=office.clock(),
            )
        )
    [target] = arrived(office, 1)
    arguments = {"template": "fax", "language": "en"}
    order = bulk.order(office.container, front_desk, "inbox.send_reply", arguments, [target])
    outcome = bulk.run(office.container, front_desk, order)
    assert dict(outcome.skipped) == {"The chart does not say: fax_number.": 1}
    assert office.deliveries(target.id) == []


def test_an_order_needs_the_role_and_a_number_of_rows_a_person_can_have_seen(
    office: Office, front_desk: Actor, compliance: Actor
) -> None:
    targets = arrived(office, 1)
    with pytest.raises(NotAllowed):
        bulk.order(office.container, compliance, "inbox.no_reply", {}, targets)
    with pytest.raises(Invalid):
        bulk.order(office.container, front_desk, "inbox.no_reply", {}, [])
    with pytest.raises(Invalid):
        bulk.order(office.container, front_desk, "inbox.note", {}, targets)
