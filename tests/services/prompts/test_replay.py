"""Past messages through new instructions: estimated first, never twice, urgent misses block."""

import signal

import pytest

from db import reading, writing
from db.ai_spend import AiSpends
from db.audit import AuditTrail
from db.conversations import Conversations
from db.deliveries import Deliveries
from db.prompt_replays import ItemState, ReplayState
from db.shred import shred_closed
from db.suggestions import Suggestions
from db.vocabulary import Urgency
from services import switches
from services.ai import claude
from services.ai.minimum import KeptInside
from services.desk import Actor, looking
from services.errors import Invalid, NotAllowed, Stale
from services.prompts import replaying, showing, versions
from services.prompts.books import BOOKS
from services.prompts.estimating import estimate
from services.prompts.phrases import tried
from services.prompts.versions import Because
from tests.db import rows
from tests.db.processes import FORKS
from tests.services.ai.fake_claude import fails, says
from tests.services.prompts.conftest import OURS, as_told, wait_out
from tests.services.prompts.dying import replay_and_die


@pytest.fixture
def begun(container, admin, bench, written):
    """A replay of version 1 that has begun: ``begun(6, urgent=2, live={0: "urgent"})``."""

    def begun(count=6, **past):
        bench.past(count, **past)
        written()
        return replaying.start(container, admin, "inbox", 1, 50)

    return begun


def go_live(container, admin, number=1):
    versions.go_live(container, admin, "inbox", number, 0, Because.RULES)


def found(container, actor, number=1):
    return showing.replay(container, actor, "inbox", number).found


def test_the_whole_way_from_a_draft_to_live(container, admin, bench, begun):
    begun(6, urgent=2)
    bench.fake.will(as_told(bench.fake, {"0": "urgent", "1": "urgent"}))
    with pytest.raises(Invalid, match="Replay past messages through it first"):
        go_live(container, admin)
    assert bench.work() == 6
    replay = showing.replay(container, admin, "inbox", 1)
    assert replay.row.state is ReplayState.FINISHED
    assert (replay.found.answered, replay.found.extra, replay.found.misses) == (6, 0, 0)
    assert (replay.found.category.percent, replay.found.urgency.percent) == ("100 %", "100 %")
    go_live(container, admin)
    assert showing.shown(container, admin, "inbox").live == 1
    request = bench.fake.requests[0]
    text = request["system"][0]["text"]
    assert text.startswith(BOOKS["inbox"].prompt.fixed)
    assert OURS in text


def test_one_extra_urgent_miss_blocks_it(container, admin, bench, begun):
    begun(6, urgent=2, live={0: "urgent", 1: "urgent"})
    bench.fake.will(as_told(bench.fake, {"0": "urgent"}))
    bench.work()
    verdict = found(container, admin)
    assert (verdict.misses, verdict.live_misses, verdict.extra, verdict.compared) == (1, 0, 1, 2)
    with pytest.raises(Invalid, match="would miss 1 urgent message that is found today"):
        go_live(container, admin)
    assert showing.shown(container, admin, "inbox").live == 0
    worst = showing.replay(container, admin, "inbox", 1).changed[0]
    assert (worst.conversation_id, worst.urgency) == (bench.messages[1], "routine")


def test_a_miss_that_is_made_today_as_well_does_not_block(container, admin, bench, begun):
    begun(6, urgent=2, live={0: "urgent", 1: "routine"})
    bench.fake.will(as_told(bench.fake, {"0": "urgent"}))
    bench.work()
    verdict = found(container, admin)
    assert (verdict.misses, verdict.live_misses, verdict.extra) == (1, 1, 0)
    go_live(container, admin)


def test_a_miss_counts_as_extra_where_nobody_knows_what_is_said_today(
    container, admin, bench, begun
):
    begun(6, urgent=1)
    bench.work()
    assert found(container, admin).extra == 1


def test_an_urgent_message_without_an_answer_counts_as_missed(container, admin, bench, begun):
    begun(3, urgent=1)
    bench.fake.will(says("no JSON at all"), as_told(bench.fake, {}))
    bench.work()
    verdict = found(container, admin)
    assert (verdict.answered, verdict.failed, verdict.extra) == (2, 1, 1)
    bench.fake.will(as_told(bench.fake, {"0": "urgent"}))
    assert replaying.resume(container, admin, bench.newest().id) == 1
    assert bench.work() == 1, "only what had no answer is asked once more"
    assert found(container, admin).extra == 0
    go_live(container, admin)


def test_a_version_that_says_too_little_does_not_go_live(container, admin, bench, begun):
    begun(6, urgent=1)
    said = as_told(bench.fake, {"0": "urgent"})
    bench.fake.will(said, says("no JSON at all"), said)
    bench.work()
    with pytest.raises(Invalid, match="1 of 6 messages had no answer"):
        go_live(container, admin)


def test_a_message_that_never_leaves_counts_neither_way(
    container, admin, bench, begun, monkeypatch
):
    real = claude.outbound

    def outbound(workflow, facts):
        if "Number 0" in facts.text:
            raise KeptInside("The message was not sent to the model: it holds a street address.")
        return real(workflow, facts)

    monkeypatch.setattr(claude, "outbound", outbound)
    begun(3, urgent=2)
    bench.fake.will(as_told(bench.fake, {"1": "urgent"}))
    bench.work()
    verdict = found(container, admin)
    assert (verdict.inside, verdict.answered, verdict.failed, verdict.extra) == (1, 2, 0, 0)
    assert "0" not in bench.asked()
    go_live(container, admin)


def test_where_no_message_was_urgent_a_second_person_looks(container, admin, manager, bench, begun):
    begun(4)
    bench.work()
    with pytest.raises(Invalid, match="None of the messages in its replay was urgent"):
        go_live(container, admin)
    versions.approve(container, manager, "inbox", 1)
    go_live(container, admin)


def test_it_is_shown_nowhere_sends_nothing_and_is_on_the_trail(container, admin, bench, begun):
    begun(4)
    with reading(container.engine) as session:
        before = [Conversations(session, bench.practice.id).get(id) for id in bench.messages]
    bench.work()
    with looking(container, admin) as desk:
        assert [desk.open(Conversations).get(id) for id in bench.messages] == before
        assert all(desk.open(Suggestions).of(id) == [] for id in bench.messages)
        assert desk.open(Deliveries).counts() == {}
        lines = desk.open(AuditTrail).search(verb="prompts.replayed")
        digest = BOOKS["inbox"].prompt.with_own(OURS).digest
        assert {line.prompt_digest for line in lines} == {digest}
        assert {line.subject for line in lines} == {f"conversation/{id}" for id in bench.messages}
        [end] = desk.open(AuditTrail).search(verb="prompts.replay_finished")
        assert end.reason == "4 of 4 answered, 0 extra urgent misses"


def test_the_red_flag_floor_stands_whatever_the_instructions_say(container, admin, bench, written):
    bench.past(1)
    bench.decide(red_flags={"my key": "urgent"})
    written()
    replaying.start(container, admin, "inbox", 1, 50)
    bench.work()
    assert [item.urgency for item in bench.items()] == ["urgent"]


def test_the_estimate_comes_first_and_rests_on_what_answers_cost_here(
    container, admin, bench, begun
):
    guess = estimate(container, admin, "inbox", 200)
    assert (guess.messages, guess.measured) == (0, False)
    bench.past(50, live={0: "urgent", 1: "routine"})
    known = estimate(container, admin, "inbox", 50)
    assert known.measured
    assert known.words == "about $0.21, 1 minute"
    assert not known.waits


def test_it_leaves_the_rest_of_the_day_its_allowance(container, admin, bench, begun):
    begun(4)
    today = bench.clock().date()
    with writing(container.engine) as session:
        AiSpends(session, bench.practice.id).add_use(today, "claude", microdollars=16_000_000)
    bench.work()
    assert bench.asked() == [], "80 % of $20 are gone"
    replay = bench.newest()
    assert (replay.state, replay.why) == (
        ReplayState.RUNNING, "The practice's allowance for the model is used up for today.",
    )  # fmt: skip
    bench.clock.wait(rows.later(days=1) - rows.MONDAY)
    assert bench.work() == 4


def test_it_spends_from_the_same_purse_as_everything_else(container, admin, bench, begun):
    begun(3)
    bench.work()
    with reading(container.engine) as session:
        spent = AiSpends(session, bench.practice.id).of(bench.clock().date(), "claude")
    assert spent.calls == 3
    assert spent.microdollars == found(container, admin).microdollars > 0


def test_a_person_stops_it_and_goes_on_later(container, admin, manager, bench, begun):
    id = begun(4)
    bench.fake.will(says("no"), as_told(bench.fake, {}))
    replaying.stop(container, manager, id)
    assert bench.work() == 0
    assert bench.asked() == []
    with pytest.raises(Stale):
        replaying.stop(container, admin, id)
    replaying.resume(container, admin, id)
    assert bench.work() == 4


def test_the_kill_switch_holds_it_and_consent_ends_it_at_once(container, admin, bench, begun):
    begun(4)
    switches.stop(container, admin, "ai", switches.Why.SECURITY)
    assert bench.work() == 0
    assert "stopped" in bench.newest().why
    switches.resume(container, admin, "ai")
    bench.decide(claude_consent=False)
    wait_out(bench)
    bench.work()
    assert bench.asked() == []
    assert "not allowed" in bench.newest().why


def test_claude_away_is_waited_for_and_given_up_after_three_tries(container, admin, bench, begun):
    begun(1)
    bench.fake.will(fails(529, "overloaded_error"))
    for _ in range(5):
        bench.work()
        wait_out(bench)
    assert len(bench.fake.requests) == 3
    [item] = bench.items()
    assert item.state is ItemState.FAILED
    assert "busy" in item.why


@pytest.mark.parametrize("after", [1, 3])
def test_kill_9_and_no_message_is_asked_twice(container, admin, bench, begun, after):
    begun(5)
    told = (container.settings, container.keyring, after, 0)
    worker = FORKS.Process(target=replay_and_die, args=told)
    worker.start()
    worker.join(120)
    assert worker.exitcode == -signal.SIGKILL
    assert len(bench.asked()) == after
    bench.work()
    assert bench.newest().state is ReplayState.RUNNING, "the lost one may still be on its way"
    wait_out(bench)
    bench.work()
    assert sorted(bench.asked()) == [str(number) for number in range(5)], "each exactly once"
    lost = [item for item in bench.items() if item.state is ItemState.FAILED]
    assert [item.why for item in lost] == [
        "The worker stopped while this was asked, and the answer is lost."
    ]
    assert bench.newest().state is ReplayState.FINISHED


def test_a_verdict_holds_for_exactly_this_text_against_what_is_live(
    container, admin, manager, bench, begun, written
):
    begun(3)
    bench.work()
    written(OURS + " And kindly.", seen=1)
    with pytest.raises(Invalid, match="Replay past messages"):
        go_live(container, admin, 2)
    replaying.start(container, admin, "inbox", 2, 50)
    bench.work()
    versions.approve(container, manager, "inbox", 2)
    go_live(container, admin, 2)
    # What it was compared with is not in force any more.
    third = written(OURS, seen=2)
    with pytest.raises(Invalid, match="Replay past messages"):
        versions.go_live(container, admin, "inbox", third, 2, Because.RULES)


def test_a_replay_of_too_few_does_not_count(container, admin, bench, begun):
    begun(3)
    bench.work()
    with writing(container.engine) as session:
        for number in range(10, 20):
            bench.decided(session, number, Urgency.ROUTINE)
    with pytest.raises(Invalid, match="replay at least 13"):
        go_live(container, admin)


def test_where_a_second_person_is_configured_the_replay_alone_is_not_enough(
    container, admin, manager, bench, begun
):
    begun(3)
    bench.work()
    bench.decide(second_approver=True)
    with pytest.raises(Invalid, match="second person"):
        go_live(container, admin)
    versions.approve(container, manager, "inbox", 1)
    go_live(container, admin)


def test_only_one_replay_at_a_time_and_only_where_there_is_something_to_compare(
    container, admin, manager, bench, begun, written
):
    begun(3)
    with pytest.raises(Invalid, match="A replay is running"):
        replaying.start(container, admin, "inbox", 1, 50)
    written(key="notes")
    with pytest.raises(Invalid, match="nothing to compare"):
        replaying.start(container, admin, "notes", 1, 50)
    with pytest.raises(NotAllowed):
        replaying.start(container, manager, "inbox", 1, 50)


def test_text_that_is_destroyed_meanwhile_is_not_asked_and_answers_go_with_it(
    container, admin, manager, bench, begun
):
    begun(3)
    with writing(container.engine) as session:
        shred_closed(session, bench.practice.id, rows.later(days=1), rows.later(days=1), limit=1)
    bench.work()
    states = sorted(item.state for item in bench.items())
    assert states == [ItemState.DONE, ItemState.DONE, ItemState.FAILED]
    done = next(item for item in bench.items() if item.state is ItemState.DONE)
    assert showing.opened(container, manager, done.id).new_draft
    with writing(container.engine) as session:
        shred_closed(session, bench.practice.id, rows.later(days=1), rows.later(days=1))
    with pytest.raises(Invalid, match="destroyed"):
        showing.opened(container, manager, done.id)


def test_a_message_is_opened_only_by_whoever_reads_the_inbox_and_on_record(
    container, admin, manager, bench, begun
):
    begun(2, live={0: "routine"})
    bench.work()
    item = next(one for one in bench.items() if one.conversation_id == bench.messages[0])
    with pytest.raises(NotAllowed):
        showing.opened(container, admin, item.id)
    seen = showing.opened(container, manager, item.id)
    assert seen.text == "My key. Number 0."
    assert seen.live_draft == "As it is drafted today."
    assert seen.new_draft.startswith("Thank you.")
    assert "Number" not in repr(seen)
    with looking(container, manager) as desk:
        assert desk.open(AuditTrail).search(verb="inbox.read")


def test_a_phrase_that_goes_and_one_that_comes_are_counted_on_past_messages(
    container, admin, manager, bench
):
    bench.past(6, urgent=2)
    more = tried(container, admin, {"my key": Urgency.URGENT}, 50)
    assert (more.messages, more.raised, more.rightly, more.lost) == (6, 6, 2, 0)
    bench.decide(red_flags={"my key": "urgent"})
    none = tried(container, admin, {}, 50)
    assert (none.raised, none.lowered, none.lost) == (0, 6, 2)
    with pytest.raises(Invalid, match="no letters"):
        tried(container, admin, {"123": Urgency.URGENT}, 50)
    with pytest.raises(NotAllowed):
        tried(container, manager, {}, 50)
    with looking(container, admin) as desk:
        lines = desk.open(AuditTrail).search(verb="prompts.phrases_tried")
        assert [line.reason for line in lines] == ["6 messages", "6 messages"]


def test_the_built_in_engine_says_that_it_reads_no_instructions(container, admin, bench, written):
    bench.past(3)
    written()
    local = container.settings.model_copy(update={"ai_engine": "local"})
    building = type(container)(local, container.engine, container.keyring, container.clock)
    with pytest.raises(Invalid, match="reads no instructions"):
        replaying.start(building, admin, "inbox", 1, 50)
    with pytest.raises(Invalid, match="reads no instructions"):
        go_live(building, admin)


def test_the_house_replays_from_the_console_by_the_same_function(container, bench, written):
    bench.past(2)
    written()
    operator = Actor.job(bench.practice.id, "operator")
    replaying.start.by_house(container, operator, "inbox", 1, 50)
    assert bench.work() == 2
