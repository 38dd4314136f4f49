"""Messages keep arriving: the same for the same seed, believable, and still there after a restart."""

import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from services.sandbox import Running, running
from services.sandbox.bank import templates
from tests.services.sandbox.caller import Caller

CATEGORIES = {
    *("appointment", "refill", "result", "clinical", "referral", "billing", "records_forms"),
    *("prior_auth", "admin", "thanks", "other"),
}


def everything(caller: Caller) -> list[dict[str, object]]:
    found, cursor, more = [], "", True
    while more:
        page = caller.messages(cursor)
        cursor, more = page["cursor"], page["more"]
        found += page["messages"]
    return found


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def count(sandbox: Running) -> int:
    return int(sandbox.control.state()["practices"]["FEIGDM"]["messages"])


@pytest.fixture
def morning(app: Caller) -> Callable[..., tuple[list[dict[str, object]], Running]]:
    """The inbox found on a first morning, read by the app through a sandbox of its own."""

    def read(**settings: object) -> list[dict[str, object]]:
        with running(**settings) as sandbox:
            keys = {"keys": [app.key.as_dict(private=False)]}
            sandbox.control.register(app.client_id, keys)
            own = Caller(sandbox, app.key, app.http)
            return everything(own.sign_in())

    return read  # type: ignore[return-value]


def test_the_first_morning_has_120_messages_and_about_70_open_threads(
    morning: Callable[..., list[dict[str, object]]],
) -> None:
    messages = morning(inbox=120)
    assert 120 <= len(messages) <= 123
    answered = {m["thread"]["id"] for m in messages if m["from"] == "practice"}  # type: ignore[index]
    threads = {m["thread"]["id"] for m in messages}  # type: ignore[index]
    assert 60 <= len(threads - answered) <= 85
    assert len({m["patient"]["reference"] for m in messages}) >= 15  # type: ignore[index]
    assert {m["from"] for m in messages} == {"patient", "proxy", "practice"}
    assert [m["received"] for m in messages] == sorted(str(m["received"]) for m in messages)


def test_no_placeholder_is_left_unfilled(
    morning: Callable[..., list[dict[str, object]]],
) -> None:
    for message in morning(inbox=400):
        assert not re.search(r"[{}]", str(message["body"]))


def test_the_same_seed_tells_the_same_stories(
    morning: Callable[..., list[dict[str, object]]],
) -> None:
    def bodies(seed: int) -> list[object]:
        return [m["body"] for m in morning(inbox=30, seed=seed)]

    assert bodies(7) == bodies(7)
    assert bodies(7) != bodies(8)


def test_the_bank_covers_every_category_urgency_and_spanish() -> None:
    bank = templates()
    own = [t for t in bank if t.source == "bank"]
    assert len(own) >= 250
    assert {t.category for t in bank} == CATEGORIES
    assert min(Counter(t.category for t in own).values()) >= 14
    assert {t.urgency for t in bank} == {"emergency", "urgent", "today", "routine"}
    assert sum("es" in t.tags for t in bank) >= 15
    assert any(t.category == "refill" and t.urgency == "emergency" for t in bank)


def test_every_borrowed_set_keeps_its_notice() -> None:
    folder = Path(__file__).parents[3] / "services/sandbox/data/messages"
    for source in {t.source for t in templates()} - {"bank"}:
        assert (folder / source / "NOTICE").exists()


def test_messages_arrive_on_the_clock_until_it_is_stopped(sandbox: Running) -> None:
    sandbox.control.call("POST", "arrivals", {"per_hour": 360_000})
    assert eventually(lambda: count(sandbox) >= 5)
    sandbox.control.call("POST", "arrivals", {"running": False})
    settled = count(sandbox)
    time.sleep(0.1)
    assert count(sandbox) == settled


def test_a_second_start_carries_on_where_the_first_one_ended(app: Caller, tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    with running(state=state, inbox=20) as first:
        first.control.register(app.client_id, {"keys": [app.key.as_dict(private=False)]})
        caller = Caller(first, app.key, app.http).sign_in()
        message = first.control.receive("Is it ready?", patient="Patient/p.103")
        first.control.edit(message["id"], "Is it ready yet?")
        caller.reply(message, "Yes.", key="k-1")
        seen, ledger = caller.messages(), first.control.ledger()

    with running(state=state, inbox=20) as second:
        again = Caller(second, app.key, app.http).sign_in()
        assert second.control.ledger() == ledger
        assert again.messages() == seen
        assert again.messages(seen["cursor"])["messages"] == []
        assert again.reply(message, "Yes.", key="k-1").status_code == 200
        fresh = second.control.receive("Something new")
        assert fresh["id"] not in {m["id"] for m in seen["messages"]}
        assert [m["id"] for m in again.messages(seen["cursor"])["messages"]] == [fresh["id"]]
