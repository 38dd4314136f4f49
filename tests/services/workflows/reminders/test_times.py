"""Reminders leave at the right hour of the practice's clock, also where the clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from db.deliveries import DeliveryState
from db.reminders import ReminderKind
from services import quiet_hours
from services.desk import Actor
from services.options import PracticeOptions
from services.workflows.reminders import approving
from services.workflows.reminders.when import in_words, leads
from services.workflows.reminders.wordings import approved, fill
from tests.services.workflows.reminders.conftest import Reminding, shown

NEW_YORK = ZoneInfo("America/New_York")
OPTIONS = PracticeOptions()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ("2026-03-03 12:00", "2026-03-03 12:00"),
        ("2026-03-03 20:00", "2026-03-04 08:00"),
        ("2026-03-03 07:59", "2026-03-03 08:00"),
        ("2026-03-03 08:00", "2026-03-03 08:00"),
        ("2026-03-07 21:00", "2026-03-08 08:00"),  # the night in which the clock goes forward
        ("2026-10-31 21:00", "2026-11-01 08:00"),  # and the one in which it goes back
    ],
)
def test_what_is_approved_at_night_leaves_at_eight_in_the_morning(asked: str, leaves: str) -> None:
    assert quiet_hours.over(local(asked), OPTIONS) == local(leaves)


@pytest.mark.parametrize(("evening", "hours"), [("2026-03-07 21:00", 10), ("2026-10-31 21:00", 12)])
def test_a_night_with_a_clock_change_is_an_hour_shorter_or_longer(evening: str, hours: int) -> None:
    start = local(evening).astimezone(UTC)
    assert quiet_hours.over(start, OPTIONS) - start == timedelta(hours=hours)


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    siesta = OPTIONS.model_validate({"quiet_hours": ["12:00", "14:00"]})
    assert quiet_hours.over(local("2026-03-03 13:00"), siesta) == local("2026-03-03 14:00")
    assert quiet_hours.over(local("2026-03-03 22:00"), siesta) == local("2026-03-03 22:00")
    never = OPTIONS.model_validate({"quiet_hours": ["00:00", "00:00"]})
    assert quiet_hours.over(local("2026-03-03 03:00"), never) == local("2026-03-03 03:00")


def test_a_day_before_is_the_same_hour_across_a_clock_change() -> None:
    [_, three, one] = leads(local("2026-03-09 10:30").astimezone(UTC), OPTIONS)
    assert (three.send_at, one.send_at) == (local("2026-03-06 10:30"), local("2026-03-08 10:30"))


def test_each_reminder_gives_way_to_the_next() -> None:
    visit = local("2026-03-19 10:30")
    [form, three, one] = leads(visit, OPTIONS)
    assert (form.until, three.until) == (three.send_at, one.send_at)
    assert one.until == visit - timedelta(hours=2)


def test_an_early_visit_is_reminded_of_after_quiet_hours() -> None:
    [_, _, one] = leads(local("2026-03-19 07:00"), OPTIONS)
    assert one.send_at == local("2026-03-18 08:00")


@pytest.mark.parametrize(
    ("moment", "language", "said"),
    [
        ("2026-03-03 10:30", "en", "Tuesday, March 3 at 10:30 AM"),
        ("2026-03-03 00:05", "en", "Tuesday, March 3 at 12:05 AM"),
        ("2026-03-03 10:30", "es", "martes 3 de marzo a las 10:30 a. m."),
        ("2026-03-03 13:00", "es", "martes 3 de marzo a la 1:00 p. m."),
    ],
)
def test_a_moment_is_said_as_the_practice_would(moment: str, language: str, said: str) -> None:
    assert in_words(local(moment).astimezone(UTC), NEW_YORK, language) == said


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", list(ReminderKind))
@pytest.mark.parametrize("hour", ["10:30", "13:00"])
def test_a_sentence_that_ends_in_an_abbreviation_has_one_full_stop(
    hour: str, kind: ReminderKind, language: str
) -> None:
    when = in_words(local(f"2026-03-03 {hour}").astimezone(UTC), NEW_YORK, language)
    values = {
        "first_name": "Ana",
        "when": when,
        "provider": "Sam Lee, M.D.",
        "location": "Main St.",
    }
    lines = fill(approved(kind, language), values).splitlines()
    assert when in lines[0]
    assert all(line.endswith(".") and not line.endswith("..") for line in lines)


def test_an_approval_at_night_waits_for_the_morning(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    wakes = quiet_for(reminding, hours=3)
    approving.approve(reminding.office.container, front_desk, shown(reminding.only()))
    reminding.send()
    assert reminding.sent() == []
    assert reminding.delivery(reminding.only()).not_before == wakes
    reminding.office.clock.wait(wakes - reminding.now)
    reminding.send()
    assert len(reminding.sent()) == 1


def test_what_an_outage_held_back_does_not_leave_at_night_either(
    reminding: Reminding, front_desk: Actor
) -> None:
    reminding.visit()
    reminding.poll()
    approving.approve(reminding.office.container, front_desk, shown(reminding.only()))
    reminding.office.sandbox.control.fault("healow.message", "status", code=503)
    reminding.send()
    reminding.office.sandbox.control.mend()
    wakes = quiet_for(reminding, hours=3)
    reminding.office.deliver(timedelta(minutes=15))
    reminding.office.deliver(timedelta(minutes=15))
    delivery = reminding.delivery(reminding.only())
    assert reminding.sent() == []
    assert (delivery.state, delivery.not_before) == (DeliveryState.HELD, wakes)


def quiet_for(reminding: Reminding, hours: int) -> datetime:
    """Quiet hours began an hour ago and last so long from now; when they end."""
    here = reminding.now.astimezone(NEW_YORK)
    begins = (here - timedelta(hours=1)).replace(second=0, microsecond=0)
    ends = (here + timedelta(hours=hours)).replace(second=0, microsecond=0)
    span = [f"{moment:%H:%M}" for moment in (begins, ends)]
    reminding.options(quiet_hours=span)
    return ends.astimezone(UTC)


def test_what_could_only_leave_too_late_is_not_even_proposed(reminding: Reminding) -> None:
    reminding.options(form_days=7)
    reminding.visit(timedelta(days=3, hours=1))
    quiet_for(reminding, hours=3)
    reminding.poll()
    assert {reminder.kind for reminder in reminding.all()} == {ReminderKind.VISIT}
