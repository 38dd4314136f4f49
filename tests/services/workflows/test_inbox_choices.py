"""What a person chooses from: times to wake something, wordings filled for one patient, queues."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from db.vocabulary import Role
from services import saved_queues
from services.desk import Actor
from services.errors import Invalid
from services.options import PracticeOptions
from services.workflows.inbox.choices import choices, snooze_times
from services.workflows.inbox.wordings import fill, filled
from tests.services.workflows.conftest import Office

FRIDAY_EVENING = datetime(2026, 3, 6, 23, 0, tzinfo=UTC)  # 18:00 in New York


def test_after_hours_the_next_opening_is_monday_morning() -> None:
    times = snooze_times(FRIDAY_EVENING, PracticeOptions())
    assert list(times) == [
        "In 1 hour (Fri 19:00)",
        "In 4 hours (Fri 22:00)",
        "Next opening (Mon 08:00)",
    ]
    assert all(moment > FRIDAY_EVENING for moment in times.values())


def test_the_next_opening_keeps_its_hour_over_the_change_to_summer_time() -> None:
    saturday = datetime(2026, 3, 7, 15, 0, tzinfo=UTC)  # clocks change on the 8th
    opening = next(
        m for n, m in snooze_times(saturday, PracticeOptions()).items() if "opening" in n
    )
    assert opening == datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def test_only_colleagues_who_work_the_inbox_can_be_given_something(
    office: Office, front_desk: Actor, hire: Callable[..., Actor]
) -> None:
    nurse, _ = hire(Role.NURSE), hire(Role.COMPLIANCE)
    offered = choices(office.container, front_desk).colleagues
    assert set(offered) == {front_desk.staff_id, nurse.staff_id}


def test_a_wording_names_what_it_lacks_instead_of_guessing() -> None:
    told = filled("Hello {first_name}, see you on {next_visit}.", {"first_name": "Sam"})
    assert told.missing == ("next_visit",)
    assert told.text == "Hello Sam, see you on {next_visit}."


def test_a_wording_is_filled_from_the_chart_of_the_one_patient(
    office: Office, front_desk: Actor
) -> None:
    message = office.receive("Thank you", patient="Patient/p.102")
    office.fetch_charts()
    told = fill(office.container, front_desk, message.id, "Dear {first_name}, {practice_name}")
    assert told.missing == ()
    assert told.text.endswith(f", {office.practice.name}")
    assert "{" not in told.text


def test_a_saved_queue_is_ones_own_unless_it_is_the_teams(
    office: Office, front_desk: Actor, manager: Actor
) -> None:
    mine = saved_queues.save(office.container, front_desk, "Refills", "category=refill", team=False)
    saved_queues.save(office.container, manager, "North", "location=l.1", team=True)
    assert [q.name for q in saved_queues.mine(office.container, front_desk)] == ["North", "Refills"]
    assert [q.name for q in saved_queues.mine(office.container, manager)] == ["North"]
    with pytest.raises(Invalid):
        saved_queues.drop(office.container, manager, mine.id)

    saved_queues.save(office.container, front_desk, "Refills", "lane=all", team=False)
    [_, kept] = saved_queues.mine(office.container, front_desk)
    assert kept.query == "lane=all"
    saved_queues.drop(office.container, front_desk, kept.id)
    assert [q.name for q in saved_queues.mine(office.container, front_desk)] == ["North"]


def test_a_queue_needs_a_name(office: Office, front_desk: Actor) -> None:
    with pytest.raises(Invalid):
        saved_queues.save(office.container, front_desk, "  ", "lane=all", team=False)
