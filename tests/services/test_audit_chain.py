"""Nobody changes the trail unseen: S09 and S04, end to end on each database."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import writing
from db.audit import AuditHead, AuditTrail, Ending
from db.keyring import new_keyring
from services import audit, switches
from services.audit.anchors import path_of, read_anchors
from services.container import Container
from services.desk import looking, working
from services.errors import NotAllowed

TEN = 10


@pytest.fixture
def trail(container, practice, front_desk):
    """Ten lines, one deed each."""
    for number in range(TEN):
        with working(container, front_desk) as desk:
            desk.record("inbox.take", f"conversation/{number}")
    return practice


def tamper(container, statement, **values):
    with container.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(statement), values)


def test_an_untouched_trail_is_intact(container, trail):
    verdict = audit.verify(container, trail)
    assert (verdict.ok, verdict.lines, verdict.broken_seq) == (True, TEN, None)
    assert verdict.sentence == "SAMPLE: intact. 10 lines, 0 anchors."


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit_entry SET verb = 'inbox.read' WHERE seq = 4", 4),
        ("UPDATE audit_entry SET at = created_at WHERE seq = 5", 5),
        ("UPDATE audit_entry SET actor = 'staff/somebody-else' WHERE seq = 1", 1),
        ("UPDATE audit_entry SET ending = 'refused' WHERE seq = 6", 6),
        ("UPDATE audit_entry SET ending = 'banana' WHERE seq = 6", 6),
        ("DELETE FROM audit_entry WHERE seq = 7", 7),
        ("UPDATE audit_entry SET seq = 99 WHERE seq = 3", 3),
        ("UPDATE audit_entry SET seq = 0 WHERE seq = 10", 1),
        ("DELETE FROM audit_entry WHERE seq > 8", 9),
        ("UPDATE audit_head SET seq = 9", 10),
    ],
)
def test_the_first_line_that_was_tampered_with_is_named(container, trail, change, broken):
    tamper(container, change)
    verdict = audit.verify(container, trail)
    assert not verdict.ok
    assert verdict.broken_seq == broken


def test_two_lines_that_changed_places_are_found(container, trail):
    for old, new in ((2, -1), (3, 2), (-1, 3)):
        tamper(container, "UPDATE audit_entry SET seq = :new WHERE seq = :old", new=new, old=old)
    assert audit.verify(container, trail).broken_seq == 2


def test_an_edit_before_a_line_that_cannot_be_read_is_named_first(container, trail):
    tamper(container, "UPDATE audit_entry SET reason = 'x' WHERE seq = 3")
    tamper(container, "UPDATE audit_entry SET ending = 'banana' WHERE seq = 8")
    assert audit.verify(container, trail).broken_seq == 3


def test_somebody_without_the_key_cannot_write_a_line_that_fits(container, trail, front_desk):
    forger = Container(container.settings, container.engine, new_keyring(), container.clock)
    with working(forger, front_desk) as desk:
        desk.record("inbox.send_reply", "conversation/1")
    assert audit.verify(container, trail).broken_seq == TEN + 1


def cut_the_tail(container, practice, keep):
    """What an intruder with the database alone can do: drop lines and set the head to match."""
    with writing(container.engine) as session:
        last = AuditTrail(session, practice.id).search(limit=TEN)[TEN - keep]
        head = session.get_one(AuditHead, practice.id)
        head.seq, head.mac, head.anchored_seq = last.seq, last.mac, 0
    tamper(container, "DELETE FROM audit_entry WHERE seq > :keep", keep=keep)


def test_a_cut_tail_is_seen_because_the_anchor_lies_outside_the_database(container, trail):
    assert audit.anchor(container) == 1
    cut_the_tail(container, trail, keep=6)
    verdict = audit.verify(container, trail)
    assert (verdict.ok, verdict.broken_seq, verdict.anchors) == (False, 7, 1)


def test_without_an_anchor_a_cut_tail_would_go_unseen(container, trail):
    cut_the_tail(container, trail, keep=6)
    assert audit.verify(container, trail).ok


def test_anchors_are_written_every_quarter_of_an_hour(container, trail, front_desk, clock):
    assert audit.anchor(container) == 1
    assert audit.anchor(container) == 0
    with working(container, front_desk) as desk:
        desk.record("inbox.take", "conversation/1")
    assert audit.anchor(container) == 0
    clock.wait(timedelta(minutes=15))
    assert audit.anchor(container) == 1
    assert audit.verify(container, trail).anchors == 2


def test_a_thousand_lines_do_not_wait_for_the_quarter_of_an_hour(container, trail, front_desk):
    audit.anchor(container)
    with working(container, front_desk) as desk:
        for number in range(1_000):
            desk.record("inbox.take", f"conversation/{number}")
    assert audit.anchor(container) == 1


def test_only_the_owner_may_read_the_anchors(container, trail):
    audit.anchor(container)
    path = path_of(container.settings.anchors, trail.id)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("forged", ["seq", "mac", "at", "practice", "signature"])
def test_a_changed_anchor_is_noticed(container, trail, forged):
    audit.anchor(container)
    path = path_of(container.settings.anchors, trail.id)
    anchor = json.loads(path.read_text())
    path.write_text(json.dumps(anchor | {forged: 1 if forged == "seq" else "0"}) + "\n")
    verdict = audit.verify(container, trail)
    assert not verdict.ok
    assert "Line 1 of the anchor file" in verdict.damage


def test_a_lost_anchor_file_is_noticed(container, trail):
    audit.anchor(container)
    path_of(container.settings.anchors, trail.id).unlink()
    assert audit.verify(container, trail).damage == "The anchor file has lost its end."


def test_an_anchor_taken_out_of_the_middle_is_noticed(container, trail, front_desk, clock):
    for _ in range(3):
        audit.anchor(container)
        clock.wait(timedelta(minutes=15))
        with working(container, front_desk) as desk:
            desk.record("inbox.take", "conversation/1")
    path = path_of(container.settings.anchors, trail.id)
    first, _, third = path.read_text().splitlines(keepends=True)
    path.write_text(first + third)
    assert not audit.verify(container, trail).ok


def test_half_an_anchor_left_by_a_power_cut_does_no_harm(container, trail, clock, front_desk):
    audit.anchor(container)
    path = path_of(container.settings.anchors, trail.id)
    path.write_text(path.read_text() + '{"practice": "half a li')
    clock.wait(timedelta(minutes=15))
    with working(container, front_desk) as desk:
        desk.record("inbox.take", "conversation/1")
    audit.anchor(container)
    found = read_anchors(container.settings.anchors, trail.id, container.keyring.audit)
    assert ([anchor.seq for anchor in found.kept], found.broken_line) == ([TEN, TEN + 1], None)


def test_when_the_trail_cannot_be_written_nothing_is_done(container, practice, admin):
    tamper(container, "ALTER TABLE audit_entry RENAME TO audit_entry_gone")
    try:
        with pytest.raises(DBAPIError):
            switches.stop(container, admin, "ai", switches.Why.OTHER)
    finally:
        tamper(container, "ALTER TABLE audit_entry_gone RENAME TO audit_entry")
    with looking(container, admin) as desk:
        assert "ai" not in switches.stopped(desk)
        assert desk.open(AuditTrail).head().seq == 0


def test_the_same_deed_is_done_once_the_trail_can_be_written(container, practice, admin):
    switches.stop(container, admin, "ai", switches.Why.OTHER)
    with looking(container, admin) as desk:
        assert "ai" in switches.stopped(desk)


def test_having_the_trail_checked_is_itself_on_the_trail(container, trail, compliance):
    assert audit.verify_for(container, compliance).ok
    with looking(container, compliance) as desk:
        [line] = desk.open(AuditTrail).search(verb="audit.verify")
    assert (line.actor, line.reason) == (compliance.ref, "intact; 10 lines")


def test_the_front_desk_may_not_have_the_trail_checked(container, trail, front_desk):
    with pytest.raises(NotAllowed):
        audit.verify_for(container, front_desk)
    with looking(container, front_desk) as desk:
        [line] = desk.open(AuditTrail).search(verb="audit.verify")
    assert line.ending is Ending.REFUSED
