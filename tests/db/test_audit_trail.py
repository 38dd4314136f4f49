"""S09: whatever is done to the trail behind our back is noticed, and where."""

import random
from collections.abc import Callable
from datetime import timedelta, timezone
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, delete, update
from sqlmodel import col

from db import Session, reading, writing
from db.audit import AuditEntry, AuditHead, AuditTrail, Break, Ending, chain, verify
from db.base import new_id
from db.keyring import Keyring
from tests.db import rows

KEY = bytes(range(32))
LENGTH = 120

Line = dict[str, Any]
Harm = Callable[[random.Random, list[Line]], int]


def test_an_untouched_trail_holds(engine: Engine, keyring: Keyring) -> None:
    practice_id = _written(engine, keyring, 7)
    assert _broken(engine, practice_id, keyring) is None
    assert _broken(engine, uuid4(), keyring) is None


def test_a_moment_from_any_time_zone_is_chained_as_it_is_read_back(
    engine: Engine, keyring: Keyring
) -> None:
    practice_id = rows.practice(engine)
    phoenix = rows.MONDAY.astimezone(timezone(timedelta(hours=-7)))
    with writing(engine) as session:
        AuditTrail(session, practice_id).append(keyring.audit, [_line(0) | {"at": phoenix}])
    assert _broken(engine, practice_id, keyring) is None


def test_the_wrong_key_is_noticed_at_the_first_line(engine: Engine, keyring: Keyring) -> None:
    practice_id = _written(engine, keyring, 3)
    with reading(engine) as session:
        trail = AuditTrail(session, practice_id)
        broken = verify(KEY, trail.in_order(), trail.head(), {})
    assert broken == Break(1, "The line is not what was written.")


def test_lines_of_many_writers_form_one_chain(engine: Engine, keyring: Keyring) -> None:
    practice_id = rows.practice(engine)

    def write_ten() -> None:
        for n in range(10):
            with writing(engine) as session:
                AuditTrail(session, practice_id).append(keyring.audit, [_line(n)])

    writers = [Thread(target=write_ten) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(engine) as session:
        assert AuditTrail(session, practice_id).head().seq == 80
    assert _broken(engine, practice_id, keyring) is None


def test_a_line_that_is_rolled_back_leaves_no_gap(engine: Engine, keyring: Keyring) -> None:
    practice_id = _written(engine, keyring, 2)
    with Session(engine) as session:
        AuditTrail(session, practice_id).append(keyring.audit, [_line(2)])
        session.rollback()
    with writing(engine) as session:
        AuditTrail(session, practice_id).append(keyring.audit, [_line(3)])
    assert _broken(engine, practice_id, keyring) is None


@pytest.mark.parametrize("column", sorted(set(AuditEntry.model_fields) - {"seq", "practice_id"}))
def test_every_column_of_a_stored_line_is_protected(
    engine: Engine, keyring: Keyring, column: str
) -> None:
    practice_id = _written(engine, keyring, 5)
    changed = {
        "id": uuid4(), "created_at": rows.later(days=1), "at": rows.later(microseconds=3),
        "ending": Ending.REFUSED,
    }.get(column, "x")  # fmt: skip
    third = (col(AuditEntry.practice_id) == practice_id, col(AuditEntry.seq) == 3)
    with writing(engine) as session:
        session.connection().execute(update(AuditEntry).where(*third).values({column: changed}))
    broken = _broken(engine, practice_id, keyring)
    assert broken is not None
    assert broken.seq == 3


def test_a_tail_cut_in_the_database_is_noticed(engine: Engine, keyring: Keyring) -> None:
    practice_id = _written(engine, keyring, 5)
    mine = col(AuditEntry.practice_id) == practice_id
    with writing(engine) as session:
        session.connection().execute(delete(AuditEntry).where(mine, col(AuditEntry.seq) > 3))
    assert _broken(engine, practice_id, keyring) == Break(4, "The chain ends before its time.")


def test_an_emptied_trail_is_noticed_by_its_head_or_its_anchors(
    engine: Engine, keyring: Keyring
) -> None:
    practice_id = _written(engine, keyring, 5)
    with writing(engine) as session:
        session.connection().execute(delete(AuditEntry))
    assert _broken(engine, practice_id, keyring) == Break(1, "The chain ends before its time.")
    with writing(engine) as session:
        session.connection().execute(delete(AuditHead))
    assert _broken(engine, practice_id, keyring) is None, "only an anchor can tell"
    assert _broken(engine, practice_id, keyring, {5: "ab"}) is not None


def edit(chance: random.Random, lines: list[Line]) -> int:
    at = chance.randrange(len(lines))
    name = chance.choice(["actor", "verb", "subject", "reason", "sources", "prompt_digest", "mac"])
    lines[at][name] = f"{lines[at][name]}x"
    return at + 1


def move_in_time(chance: random.Random, lines: list[Line]) -> int:
    at = chance.randrange(len(lines))
    lines[at]["at"] += timedelta(microseconds=chance.randint(1, 10**9))
    return at + 1


def drop(chance: random.Random, lines: list[Line]) -> int:
    at = chance.randrange(len(lines))
    del lines[at]
    return at + 1


def drop_and_renumber(chance: random.Random, lines: list[Line]) -> int:
    at = chance.randrange(len(lines) - 1)
    del lines[at]
    for number, line in enumerate(lines, 1):
        line["seq"] = number
    return at + 1


def slip_in(chance: random.Random, lines: list[Line]) -> int:
    at = chance.randrange(len(lines))
    lines.insert(at, _line(0) | {"id": new_id(), "mac": chance.randbytes(32).hex()})
    lines[at] = lines[at + 1] | lines[at]
    for number, line in enumerate(lines, 1):
        line["seq"] = number
    return at + 1


def swap(chance: random.Random, lines: list[Line]) -> int:
    one, other = sorted(chance.sample(range(len(lines)), 2))
    lines[one], lines[other] = lines[other] | _place(lines[one]), lines[one] | _place(lines[other])
    return one + 1


def cut(chance: random.Random, lines: list[Line]) -> int:
    at = chance.randrange(len(lines))
    del lines[at:]
    return at + 1


def forge_with_another_key(chance: random.Random, lines: list[Line]) -> int:
    at = chance.randrange(len(lines))
    lines[at]["actor"] = "staff/forged"
    _sign(chance.randbytes(32), lines, at)
    return at + 1


@pytest.mark.parametrize(
    "harm",
    [edit, move_in_time, drop, drop_and_renumber, slip_in, swap, cut, forge_with_another_key],
    ids=lambda harm: harm.__name__,
)
def test_a_thousand_tamperings_are_located(harm: Harm) -> None:
    practice_id = uuid4()
    for seed in range(125):  # with eight kinds, a thousand in all
        chance = random.Random(seed)
        lines = _trail(practice_id)
        head = AuditHead(practice_id=practice_id, seq=LENGTH, mac=lines[-1]["mac"])
        place = harm(chance, lines)
        broken = verify(KEY, [AuditEntry(**line) for line in lines], head, {})
        assert broken is not None, f"{harm.__name__} at {place} went unseen"
        assert broken.seq == place


@pytest.mark.parametrize("harm", [cut, forge_with_another_key])
def test_an_anchor_locates_what_was_done_to_the_chain_and_its_head(harm: Harm) -> None:
    practice_id = uuid4()
    for seed in range(60):
        lines = _trail(practice_id)
        anchors = {LENGTH: lines[-1]["mac"]}
        place = harm(random.Random(seed), lines)
        head = AuditHead(practice_id=practice_id, seq=len(lines))
        head.mac = lines[-1]["mac"] if lines else head.mac
        broken = verify(KEY, [AuditEntry(**line) for line in lines], head, anchors)
        assert broken is not None
        assert broken.seq == place


def test_a_stolen_key_still_cannot_change_what_was_anchored() -> None:
    practice_id = uuid4()
    lines = _trail(practice_id)
    anchors = {50: lines[49]["mac"]}
    lines[20]["actor"] = "staff/forged"
    _sign(KEY, lines, 20)
    head = AuditHead(practice_id=practice_id, seq=LENGTH, mac=lines[-1]["mac"])
    entries = [AuditEntry(**line) for line in lines]
    assert verify(KEY, entries, head, {}) is None
    assert verify(KEY, entries, head, anchors) == Break(
        50, "The line is not the one that was anchored."
    )


def _trail(practice_id: UUID) -> list[Line]:
    own = {"practice_id": practice_id, "created_at": rows.MONDAY, "ending": Ending.DONE}
    blank = {"reason": "", "sources": "", "prompt_digest": ""}
    lines = [_line(n) | own | blank | {"id": new_id(), "seq": n + 1} for n in range(LENGTH)]
    _sign(KEY, lines, 0)
    return lines


def _sign(key: bytes, lines: list[Line], start: int) -> None:
    before = lines[start - 1]["mac"] if start else "0" * 64
    for line in lines[start:]:
        before = line["mac"] = chain(key, before, line)


def _place(line: Line) -> Line:
    return {"seq": line["seq"]}


def _line(n: int) -> Line:
    return {"at": rows.later(seconds=n), "actor": "staff/1", "verb": "inbox.read",
            "subject": f"conversation/{n}"}  # fmt: skip


def _written(engine: Engine, keyring: Keyring, count: int) -> UUID:
    practice_id = rows.practice(engine)
    for n in range(count):
        with writing(engine) as session:
            AuditTrail(session, practice_id).append(keyring.audit, [_line(n)])
    return practice_id


def _broken(
    engine: Engine, practice_id: UUID, keyring: Keyring, anchors: dict[int, str] | None = None
) -> Break | None:
    with reading(engine) as session:
        trail = AuditTrail(session, practice_id)
        return verify(keyring.audit, trail.in_order(), trail.head(), anchors or {})
