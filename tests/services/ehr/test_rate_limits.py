"""The practice stays below eCW's calls a minute, and people and writes always get through."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from services.ehr.connection import Budget
from services.ehr.governor import Governor, Share
from services.ehr.in_process import OwnCalls
from services.ehr.ports import Ehr, PortalReply
from services.errors import Throttled, Unreachable
from services.sandbox import Running
from tests.services.ehr.conftest import Clock

SECOND = timedelta(seconds=1)
AT_SIX_PAST = datetime(2026, 3, 2, 9, 0, 6, tzinfo=UTC)


def standing(at: datetime = AT_SIX_PAST, calls: OwnCalls | None = None) -> Governor:
    return Governor(calls or OwnCalls(), Budget(), lambda: at)


def used(governor: Governor, share: Share, most: int = 300) -> int:
    for number in range(most):
        try:
            governor.take(share)
        except Unreachable:
            return number
    return most


def test_background_work_leaves_room_for_people_and_both_for_writes() -> None:
    governor = standing()
    assert used(governor, Share.BACKGROUND) == 112
    assert used(governor, Share.SYNC) == 150 - 112
    assert used(governor, Share.INTERACTIVE) == 50
    assert used(governor, Share.ESSENTIAL) == 50


def test_people_may_use_what_background_work_leaves() -> None:
    governor = standing()
    assert used(governor, Share.INTERACTIVE) == 200
    assert used(governor, Share.SYNC) == 0


def test_the_next_minute_starts_anew() -> None:
    calls = OwnCalls()
    used(standing(calls=calls), Share.ESSENTIAL)
    later = standing(AT_SIX_PAST + timedelta(minutes=1), calls)
    assert used(later, Share.SYNC) == 150


def test_whoever_must_wait_is_told_until_the_minute_turns() -> None:
    governor = standing()
    used(governor, Share.SYNC)
    with pytest.raises(Throttled) as refused:
        governor.take(Share.SYNC)
    assert refused.value.retry_after == 54 * SECOND


def test_many_threads_together_stay_below_the_limit() -> None:
    governor = standing()
    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(lambda _: used(governor, Share.ESSENTIAL, most=30), range(16)))
    assert taken == 250


def test_a_worker_waits_for_the_turn_when_it_has_the_patience() -> None:
    clock = Clock()
    now = clock.now()
    turn = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    clock.ahead = turn - now - timedelta(seconds=0.3)
    calls = OwnCalls()
    patient = Governor(calls, Budget(), clock.now, patience=2 * SECOND)
    for _ in range(150):
        patient.take(Share.SYNC)
    patient.take(Share.SYNC)
    assert clock.now() >= turn


def test_a_bare_429_stops_the_practice_until_the_minute_turns(
    sandbox: Running, ehr: Ehr, clock: Clock
) -> None:
    ehr.mailbox.changed_since(None)
    sandbox.control.fault("healow", "status", code=429, times=1)
    with pytest.raises(Unreachable) as refused:
        ehr.mailbox.changed_since(None)
    until_turn = timedelta(minutes=1) - timedelta(seconds=clock.now().second)
    assert refused.value.retry_after is not None
    assert abs(refused.value.retry_after - until_turn) < 3 * SECOND
    before = len(sandbox.control.calls())
    for _ in range(5):
        with pytest.raises(Unreachable):
            ehr.mailbox.changed_since(None)
    assert len(sandbox.control.calls()) == before
    clock.ahead = refused.value.retry_after + SECOND
    ehr.mailbox.changed_since(None)


@pytest.mark.parametrize(("said", "seconds"), [("37", 37), ("0", 1), ("99999", 900)])
def test_retry_after_is_obeyed_within_reason(
    sandbox: Running, ehr: Ehr, clock: Clock, said: str, seconds: int
) -> None:
    ehr.mailbox.changed_since(None)
    sandbox.control.fault("healow", "status", code=429, retry_after=said, times=1)
    with pytest.raises(Unreachable) as refused:
        ehr.mailbox.changed_since(None)
    assert refused.value.retry_after == seconds * SECOND
    clock.ahead = (seconds - 1) * SECOND if seconds > 1 else timedelta(0)
    with pytest.raises(Unreachable):
        ehr.mailbox.changed_since(None)
    assert len(sandbox.control.calls("healow.messages")) == 2


def test_a_429_to_a_reply_means_nothing_was_written(sandbox: Running, ehr: Ehr) -> None:
    sent = sandbox.control.receive("Is it ready?")
    ehr.mailbox.changed_since(None)
    sandbox.control.fault("healow.reply", "status", code=429, times=1)
    reply = PortalReply(sent["thread"]["id"], sent["patient"]["reference"], "Yes.", "d-1")
    with pytest.raises(Unreachable):
        ehr.mailbox.reply(reply)
    assert sandbox.control.ledger() == []


def test_one_practice_waiting_does_not_stop_another(
    connected: Callable[..., Ehr], sandbox: Running
) -> None:
    busy, quiet = OwnCalls(), OwnCalls()
    standing(datetime.now(UTC), busy).refused(37 * SECOND)
    with pytest.raises(Unreachable):
        standing(datetime.now(UTC), busy).take(Share.ESSENTIAL)
    standing(datetime.now(UTC), quiet).take(Share.ESSENTIAL)


def test_ecw_itself_sees_no_more_than_our_budget(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    ehr = connected(budget=Budget(total=12, sync=6, interactive=3))
    answered = 0
    for _ in range(20):
        try:
            ehr.mailbox.changed_since(None)
            answered += 1
        except Unreachable:
            continue
    assert answered <= 12
    assert all(call["status"] != 429 for call in sandbox.control.calls())
