"""A practice's settings: changed field by field, refused in words, kept as versions, taken back."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from db import reading, writing
from db.audit import AuditTrail, Ending
from db.conversations import Conversation
from db.practices import Practices
from db.vocabulary import Category, Role, Urgency
from jobs.runner import run_slot
from jobs.schedule import Every
from jobs.timetable import Job
from services import practice_settings
from services.desk import looking
from services.errors import Invalid, NotAllowed, Stale
from services.lines import Lines
from services.options import FRONT_DESK, PracticeOptions, options_of
from services.practice_settings import Change
from services.practice_settings.reading import codes, lines, pool_key, spans
from tests.db import rows

MORNING = (time(8), time(12))


@pytest.fixture
def options(container, admin):
    """The practice's options as the page would show them now."""
    return lambda: practice_settings.shown(container, admin).options


@pytest.fixture
def change(container, admin, options):
    """Change settings as somebody who sees the newest ones: ``change(phone="...")``."""
    return lambda **wanted: practice_settings.save(container, admin, Change(wanted, options()))


def last_line(container, actor, verb):
    with looking(container, actor) as desk:
        return desk.open(AuditTrail).search(verb=verb)[0]


def waits(container, practice, since, **values):
    """A conversation that waits for the practice; returns its id."""
    row = rows.conversation(practice.id, waiting_since=since, **values)
    with writing(container.engine) as session:
        session.add(row)
        return row.id


def due(container, practice, id):
    with reading(container.engine) as session:
        return session.get(Conversation, id).due_at


def test_an_administrator_changes_one_setting_and_the_rest_stays(container, admin, options, change):
    done = change(phone="(555) 010-0199")
    assert [str(d) for d in done.differences] == ["Telephone: nothing -> (555) 010-0199"]
    assert options().phone == "(555) 010-0199"
    assert options().model_copy(update={"phone": ""}) == PracticeOptions()
    line = last_line(container, admin, "settings.edit")
    assert line.reason == "version 1: Telephone: nothing -> (555) 010-0199"


def test_only_what_was_decided_is_stored_so_defaults_may_grow(container, practice, change):
    change(low_confidence=0.6)
    with reading(container.engine) as session:
        assert Practices(session).get(practice.id).options == {"low_confidence": 0.6}


def test_looking_at_a_change_saves_nothing(container, admin, options):
    wanted = Change({"form_days": 5}, options())
    seen = practice_settings.effect(container, admin, wanted)
    assert [str(d) for d in seen.differences] == [
        "Remind of check-in forms: 7 days before -> 5 days before"
    ]
    assert options().form_days == 7


def test_what_somebody_changed_meanwhile_is_not_overwritten(container, admin, options, change):
    seen = options()
    change(phone="(555) 010-0111")
    with pytest.raises(Stale, match="changed phone since"):
        practice_settings.save(container, admin, Change({"phone": "(555) 010-0122"}, seen))
    assert options().phone == "(555) 010-0111"


def test_two_people_may_change_two_different_settings(container, admin, options, change):
    seen = options()
    change(phone="(555) 010-0111")
    practice_settings.save(container, admin, Change({"signature": "The team"}, seen))
    assert (options().phone, options().signature) == ("(555) 010-0111", "The team")


def test_a_change_is_taken_back_in_one_step_and_that_is_a_change_too(
    container, admin, practice, options, change
):
    change(phone="(555) 010-0111")
    change(phone="(555) 010-0122", signature="The team")
    practice_settings.revert(container, admin, 2)
    assert (options().phone, options().signature) == ("(555) 010-0111", "")
    newest, second, first = practice_settings.shown(container, admin).versions
    assert (newest.number, newest.undoes, newest.by) == (3, 2, admin.name)
    assert (newest.stands, second.stands, first.stands) == (True, False, True)
    practice_settings.revert(container, admin, 1)
    with reading(container.engine) as session:
        assert Practices(session).get(practice.id).options == {}, "never decided again"
    assert last_line(container, admin, "settings.revert").reason.startswith("version 4: Telephone")


def test_an_older_change_is_not_taken_back_over_a_newer_one(container, admin, options, change):
    change(phone="(555) 010-0111")
    change(phone="(555) 010-0122")
    with pytest.raises(Stale, match="Take the later change back first"):
        practice_settings.revert(container, admin, 1)
    assert options().phone == "(555) 010-0122"


# The table of roles is asked before the database: one kind of it is enough.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", Role)
def test_administrators_write_managers_read_and_others_stay_outside(
    container, practice, hire, options, role
):
    actor, seen = hire(role, "Sample person"), options()
    if role in (Role.ADMIN, Role.MANAGER):
        assert practice_settings.shown(container, actor).options == seen
    else:
        with pytest.raises(NotAllowed):
            practice_settings.shown(container, actor)
    wanted = Change({"form_days": 3}, seen)
    if role is Role.ADMIN:
        practice_settings.save(container, actor, wanted)
        return
    with pytest.raises(NotAllowed):
        practice_settings.save(container, actor, wanted)
    assert last_line(container, actor, "settings.edit").ending is Ending.REFUSED
    assert options() == seen


REFUSED = [
    ({"hours": {}}, "open on at least one day"),
    ({"hours": {0: ((time(12), time(8)),)}}, "Monday: 12:00 is not before 08:00"),
    ({"hours": {1: (MORNING, (time(11), time(17)))}}, "Tuesday: the hours overlap"),
    ({"holidays": (date(2026, 12, 25), date(2026, 12, 25))}, "Fri 25 Dec 2026 is listed twice"),
    ({"special_hours": {date(2026, 12, 24): ()}}, "Thu 24 Dec 2026 has no hours"),
    ({"special_hours": {date(2026, 12, 24): ((time(12), time(8)),)}}, "12:00 is not before 08:00"),
    (
        {"holidays": (date(2026, 12, 24),), "special_hours": {date(2026, 12, 24): (MORNING,)}},
        "is a holiday already",
    ),
    (
        {"answer_minutes": dict.fromkeys(Urgency, 30) | {Urgency.EMERGENCY: 0}},
        "1 to 14,400 minutes",
    ),
    ({"answer_minutes": dict.fromkeys(Urgency, 30) | {Urgency.EMERGENCY: 60}}, "may not be longer"),
    ({"resolve_minutes": dict.fromkeys(Urgency, 5)}, "resolved sooner than they are answered"),
    ({"pools": {"nurses": "Nurses"}}, "The pool front desk is needed"),
    ({"routes": {Category.REFILL: "moon"}}, "There is no pool moon"),
    ({"teams": {Role.NURSE: ("moon",)}}, "There is no pool moon"),
    ({"reminder_days": (30,)}, "1 to 14 days"),
    ({"phone": "call us"}, "with its area code"),
    ({"contacts": ("see reception",)}, "no telephone number, e-mail address or web address"),
    ({"authorization_for": {"60054": ("MRI",)}}, "“MRI” is no procedure code"),
    ({"low_confidence": 7}, "cannot be used: low confidence"),
    ({"red_flags": {"worst ever": Urgency.ROUTINE}}, "can only raise"),
    ({"red_flags": {"心臓が痛い": Urgency.URGENT}}, "some Latin letters"),
    ({"red_flags": {"hi": Urgency.URGENT}}, "4 to 60 characters"),
    ({"timezone": "Mars/Olympus"}, "no setting timezone"),
    ({"form_days": 7}, "Nothing is different"),
]


# Refused before any row is written: one kind of database is enough.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("wanted", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_cannot_be_kept_is_refused_in_words(options, change, wanted, why):
    with pytest.raises(Invalid, match=why):
        change(**wanted)
    assert options() == PracticeOptions()


def test_a_pool_with_open_work_stays_until_it_is_empty(container, practice, options, change):
    with_triage = options().pools | {"triage": "Triage"}
    change(pools=with_triage)
    id = waits(container, practice, container.clock(), pool="triage")
    without = {k: v for k, v in with_triage.items() if k != "triage"}
    with pytest.raises(Invalid, match="Triage still has 1 open conversations"):
        change(pools=without)
    with writing(container.engine) as session:
        session.get(Conversation, id).pool = FRONT_DESK
    change(pools=without)
    assert "triage" not in options().pools


def test_other_targets_move_what_is_owed_already(container, practice, clock, options, change):
    opens = datetime(2026, 3, 2, 13, tzinfo=UTC)  # Monday, eight o'clock in New York
    clock.now = opens + timedelta(hours=3)
    id = waits(container, practice, opens, due_at=opens + timedelta(days=2))
    targets = options().answer_minutes | {Urgency.ROUTINE: 300}
    done = change(answer_minutes=targets)
    assert (done.due.new, done.due.sooner, done.due.late) == (1, 1, 0)
    # Four hours until lunch, an hour of lunch, one more hour.
    assert due(container, practice, id) == opens + timedelta(hours=6)


def test_a_holiday_stops_the_clock_of_what_is_owed(container, practice, clock, change):
    friday = datetime(2026, 7, 3, 13, tzinfo=UTC)
    clock.now = friday - timedelta(days=1)
    id = waits(container, practice, friday - timedelta(hours=15), urgency=Urgency.URGENT,
               due_at=friday)  # fmt: skip
    change(holidays=(date(2026, 7, 3),))
    assert due(container, practice, id) > friday + timedelta(days=2)


def test_jobs_of_a_worker_that_runs_already_see_the_change(container, practice, change):
    begun = Lines(container, practice, None, None)
    seen = []
    job = Job("sweep.sample", Every(timedelta(minutes=1)), lambda used: _look(used, seen))
    change(form_days=2)
    assert options_of(begun.practice).form_days == 7, "what the worker began with"
    assert run_slot(job, begun, "worker")
    assert seen == [2]


def _look(used, seen):
    seen.append(options_of(used.practice).form_days)
    return Counter(looked=1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("08:00-12:00, 13:00-17:00", (MORNING, (time(13), time(17)))),
        ("8am to 12pm", (MORNING,)),
        ("8-12; 1pm-5:30 pm", (MORNING, (time(13), time(17, 30)))),
        ("12 am - 6", ((time(0), time(6)),)),
        ("", ()),
        ("closed", ()),
    ],
)
def test_hours_are_read_as_people_write_them(typed, meant):
    assert spans("Monday", typed) == meant


@pytest.mark.parametrize("typed", ["8", "8-", "25-26", "13pm-2", "8-9-10", "open late", "8:75-9"])
def test_hours_that_mean_nothing_are_asked_again(typed):
    with pytest.raises(Invalid, match="Monday: “"):
        spans("Monday", typed)


def test_lists_are_read_line_by_line():
    assert lines(" 1 Main  Street \n\nSpringfield\n") == ("1 Main Street", "Springfield")
    assert codes("70551, 70552\n70551 j0585") == ("70551", "70552", "J0585")
    assert pool_key("Front desk", {"front_desk": ""}) == "front_desk_2"
