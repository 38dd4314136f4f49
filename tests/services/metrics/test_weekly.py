"""Each week's report leaves once, whatever dies in between; what is unsure is told, not repeated."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pypdfium2 as pdfium
import pytest

from db import reading, writing
from db.audit import AuditTrail
from db.job_runs import JobRequests
from db.metric_reports import MetricReports, ReportState
from db.practices import Practice
from services import practice_settings
from services.desk import looking
from services.errors import Invalid, NotAllowed, Refused, Stale
from services.lines import Lines
from services.metrics import pdf
from services.metrics.annotations import annotate
from services.metrics.loading import Narrow
from services.metrics.report import Span
from services.metrics.simulated import Cast, fill
from services.metrics.weekly import asking, sending
from services.metrics.weekly.letter import letter
from services.metrics.weekly.planning import DIED, MISSED
from services.metrics.weekly.when import next_after, slot_of
from services.options import PracticeOptions
from services.practice_settings import Change
from tests.services.metrics.smtp_server import serving

TO = ("dan@practice.invalid", "owner@elsewhere.example")
MONDAY_AT_SEVEN = datetime(2026, 3, 9, 11, tzinfo=UTC)  # after the clocks went forward on the 8th
SENT, FAILED, UNSURE, PLANNED = (
    ReportState.SENT, ReportState.FAILED, ReportState.UNSURE, ReportState.PLANNED,
)  # fmt: skip


@pytest.fixture
def box():
    """The practice's mail server."""
    with serving() as running:
        yield running


@pytest.fixture
def container(container, box):
    """A building that knows its mail server."""
    told = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none",
            "smtp_sender": "foyer@practice.example", "deadline_seconds": 5}  # fmt: skip
    return replace(container, settings=container.settings.model_copy(update=told))


@pytest.fixture
def decide(container, practice):
    """The administrator decides: ``decide(report_hour=9)``."""

    def decide(**options: object) -> None:
        with writing(container.engine) as session:
            row = session.get(Practice, practice.id)
            row.options = {**row.options, **options}

    return decide


@pytest.fixture
def listed(decide):
    """Two people get the report, Mondays at seven."""
    decide(report_to=list(TO))


@pytest.fixture
def run(container, practice):
    """One run of the job; its trouble in words."""
    lines = Lines(container, practice, cast(Any, None), cast(Any, None))

    def run() -> str:
        try:
            sending.report_due(lines)
        except Refused as trouble:
            return str(trouble)
        return ""

    return run


@pytest.fixture
def due(listed, run, clock):
    """The week is planned, and its Monday has come."""
    run()
    clock.now = MONDAY_AT_SEVEN


def rows(container, practice):
    with reading(container.engine) as session:
        return list(reversed(MetricReports(session, practice.id).newest(50)))


def states(container, practice):
    return [(row.week, row.state) for row in rows(container, practice)]


def test_the_row_is_there_before_the_mail(container, practice, listed, run, box):
    assert run() == ""
    [row] = rows(container, practice)
    assert (row.week, row.due_at, row.state) == (
        "2026-W10",
        datetime(2026, 3, 2, 12, tzinfo=UTC),
        PLANNED,
    )
    assert (row.first, row.last) == (date(2026, 2, 23), date(2026, 3, 1))
    assert not box.mails


def test_each_week_leaves_once(container, practice, due, run, box, clock):
    for _ in range(3):
        run()
    assert len(box.mails) == 1
    clock.wait(timedelta(days=7))
    for _ in range(3):
        run()
    assert len(box.mails) == 2
    assert box.to == [list(TO), list(TO)]
    assert states(container, practice) == [
        ("2026-W10", FAILED), ("2026-W11", SENT), ("2026-W12", SENT), ("2026-W13", PLANNED),
    ]  # fmt: skip


def test_a_week_that_nobody_ran_is_told_and_the_newest_is_sent_late(
    container, practice, listed, run, box, clock
):
    run()
    clock.wait(timedelta(days=23))
    run()
    told = {row.week: row.told for row in rows(container, practice)}
    assert [week for week, words in told.items() if words == MISSED] == [
        "2026-W10", "2026-W11", "2026-W12",
    ]  # fmt: skip
    assert len(box.mails) == 1
    assert "2026-03-16 to 2026-03-22" in box.mails[0]["Subject"]


def test_what_a_dead_worker_began_is_unsure_and_sent_again_by_a_click_alone(
    container, practice, manager, due, run, box, clock, monkeypatch
):
    with monkeypatch.context() as death:
        death.setattr(sending, "post", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            run()
    assert run() == ""  # it may still be on its way
    clock.wait(sending.LEASE + timedelta(seconds=1))
    assert "perhaps sent" in run()
    assert run()  # the Jobs page goes on to say so
    assert not box.mails
    [unsure] = [row for row in rows(container, practice) if row.state is UNSURE]
    assert unsure.told == DIED
    asking.send_again(container, manager, unsure.id)
    assert run() == ""
    assert len(box.mails) == 1
    with pytest.raises(Stale):
        asking.send_again(container, manager, unsure.id)


def test_what_died_before_it_began_leaves_as_if_nothing_had_been(due, run, box, monkeypatch):
    with monkeypatch.context() as death:
        death.setattr(sending, "letter", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            run()
    assert run() == ""
    assert len(box.mails) == 1


def test_words_that_left_without_an_answer_are_unsure_too(container, practice, due, run, box):
    box.faults.cut_after_data = True
    assert "may have arrived" in run()
    box.faults.cut_after_data = False
    run()
    assert len(box.mails) == 1
    assert UNSURE in {state for _, state in states(container, practice)}


def test_a_server_that_is_away_is_tried_again_and_gets_it_once(
    container, practice, due, run, box, clock
):
    box.faults.at["MAIL"] = 451
    assert "tried again by itself" in run()
    calls = box.calls
    assert run()
    assert box.calls == calls  # not before its time
    clock.wait(sending.WAITS[0])
    assert run()
    box.faults.at.clear()
    clock.wait(sending.WAITS[1])
    assert run() == ""
    assert len(box.mails) == 1
    assert ("2026-W11", SENT) in states(container, practice)


def test_at_last_it_has_failed_and_says_so(container, practice, due, run, box, clock):
    box.faults.at["MAIL"] = 451
    for wait in (*sending.WAITS, timedelta()):
        run()
        clock.wait(wait)
    [row] = [r for r in rows(container, practice) if r.week == "2026-W11"]
    assert (row.state, row.told.startswith("Tried 8 times.")) == (FAILED, True)
    box.faults.at.clear()
    assert "not sent" in run()
    assert not box.mails


def test_a_clear_no_waits_for_a_person(container, practice, due, run, box, clock):
    box.faults.at["MAIL"] = 550
    assert "refused the mail (550)" in run()
    clock.wait(timedelta(hours=12))
    box.faults.at.clear()
    run()
    assert not box.mails


def test_one_address_that_waits_does_not_get_the_others_a_second_mail(
    container, practice, due, run, box, clock
):
    box.faults.at = {TO[1]: 450}
    assert f"wants {TO[1]} later" in run()
    box.faults.at.clear()
    clock.wait(sending.WAITS[0])
    assert run() == ""
    assert box.to == [[TO[0]], [TO[1]]]
    [row] = [r for r in rows(container, practice) if r.week == "2026-W11"]
    assert (row.state, row.reached) == (SENT, 2)


def test_one_address_that_nobody_knows_is_told(container, practice, due, run, box):
    box.faults.at = {TO[1]: 550}
    assert run() == ""
    [row] = [r for r in rows(container, practice) if r.week == "2026-W11"]
    assert (row.state, row.reached, row.told) == (SENT, 1, f"The mail server knows no {TO[1]}.")


def test_two_workers_at_once_send_one_mail(container, practice, due, run, box, monkeypatch):
    begin, met = sending._begin, []

    def slowly(container, actor, id, to):
        if not met:
            met.append(id)
            run()  # another worker has made the mail as well, and is first
        return begin(container, actor, id, to)

    monkeypatch.setattr(sending, "_begin", slowly)
    run()
    assert len(box.mails) == 1


def test_without_a_list_or_a_server_nothing_is_planned(
    container, practice, run, box, decide, clock
):
    assert run() == ""
    assert not rows(container, practice)
    decide(report_to=list(TO))
    run()
    assert len(rows(container, practice)) == 1
    decide(report_to=[])
    clock.now = MONDAY_AT_SEVEN
    run()
    assert not rows(container, practice)
    assert not box.mails


def test_another_day_moves_the_plan_and_sends_nothing_by_surprise(
    container, practice, listed, run, box, clock, decide
):
    clock.now = datetime(2026, 3, 4, 15, tzinfo=UTC)  # a Wednesday
    run()
    assert states(container, practice) == [("2026-W11", PLANNED)]
    decide(report_weekday=4, report_hour=16)
    run()
    [row] = rows(container, practice)
    assert (row.week, row.due_at) == ("2026-W10", datetime(2026, 3, 6, 21, tzinfo=UTC))
    decide(report_weekday=1)  # a Tuesday, which is over this week
    run()
    assert states(container, practice) == [("2026-W11", PLANNED)]
    assert not box.mails


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [
        (date(2026, 3, 8), 2, datetime(2026, 3, 8, 7, tzinfo=UTC)),  # an hour that is left out
        (date(2026, 3, 8), 7, datetime(2026, 3, 8, 11, tzinfo=UTC)),
        (date(2026, 11, 1), 1, datetime(2026, 11, 1, 5, tzinfo=UTC)),  # the first of two
        (date(2026, 11, 1), 7, datetime(2026, 11, 1, 12, tzinfo=UTC)),
    ],
)
def test_the_hour_is_the_practices_also_where_clocks_change(day, hour, due):
    options = PracticeOptions(report_weekday=6, report_hour=hour)
    slot = slot_of(day, options)
    assert (slot.due, slot.span) == (due, Span(day - timedelta(days=7), day - timedelta(days=1)))
    assert next_after(due, options, {slot.week}).due - due in (
        timedelta(days=7), timedelta(days=7, hours=1), timedelta(days=6, hours=23),
    )  # fmt: skip


def test_every_week_of_years_has_one_name_and_no_day_twice():
    options, moment, taken = (
        PracticeOptions(report_weekday=3, report_hour=23),
        datetime(2026, 1, 1, tzinfo=UTC),
        set(),
    )
    last = None
    for _ in range(120):
        slot = next_after(moment, options, taken)
        assert slot.week not in taken
        assert last is None or slot.span.first == last + timedelta(days=1)
        last, moment = slot.span.last, slot.due
        taken.add(slot.week)


@pytest.fixture
def shown(container, practice, manager, clock):
    """A week of numbers as the report would tell them."""
    fill(container, practice, Cast(("Location/1",), ("Practitioner/1",), ("PAYER1",)), days=3)
    today = clock().date()
    annotate(container, manager, today - timedelta(days=1), "New portal form")
    with looking(container, manager) as desk:
        return pdf.gathered(
            desk, Span(today - timedelta(days=7), today - timedelta(days=1)), Narrow()
        )


def test_the_mail_tells_what_missed_first_and_has_the_pdf(container, shown):
    mail = letter(shown, "1", container.settings, TO)
    body = mail.get_body(("plain",)).get_content()
    assert body.index("Missed their target") < body.index("The rest of the headlines")
    assert "Simulated practice" in body
    assert "“New portal form”" in body
    missed = body[: body.index("The rest")]
    assert "target missed (" in missed or "far off target (" in missed
    assert "target met" not in missed
    [file] = list(mail.iter_attachments())
    assert file.get_content_type() == "application/pdf"
    page = pdfium.PdfDocument(file.get_content())[0].get_textpage().get_text_bounded()
    assert "Sample practice: metrics" in page
    assert mail["Subject"] == "[Simulated] Sample practice: metrics, 2026-02-23 to 2026-03-01"


def test_a_link_is_given_only_where_staff_reach_us_by_https(container, shown):
    def body(settings):
        return letter(shown, "1", settings, TO).get_body(("plain",)).get_content()

    assert "/numbers?" not in body(container.settings)
    safe = container.settings.model_copy(update={"base_url": "https://foyer.practice.example"})
    assert "https://foyer.practice.example/numbers?from=2026-02-23&to=2026-03-01" in body(safe)


@pytest.mark.parametrize(
    "name",
    ["Sample\r\nBcc: x@y.example", "Sample\nX: y", "Sample\u2028Bcc: x@y.example", "a" * 300],
)
def test_a_practices_name_makes_no_header_of_its_own(container, shown, name):
    mail = letter(replace(shown, practice=name), "1", container.settings, TO)
    sent = mail.as_bytes().partition(b"\r\n\r\n")[0].decode()
    assert not any(line.lower().startswith(("bcc", "x:")) for line in sent.splitlines())
    assert mail["Bcc"] is None


def test_an_address_that_would_be_a_header_is_no_mail(container, shown):
    with pytest.raises(ValueError, match="CR or LF"):
        letter(shown, "1", container.settings, ["a@b.example\r\nBcc: x@y.example"])


@pytest.mark.parametrize(
    "address",
    ["", "dan", "dan@", "@practice.example", "Dan <dan@practice.example>", "a@b", "a b@c.example",
     "dan@practice.example\nBcc: x@y.example", "a..b@c.example", "dan@practice.example,x@y.example",
     "x" * 70 + "@c.example"],
)  # fmt: skip
def test_the_list_takes_only_plain_addresses(container, practice, admin, address):
    seen = practice_settings.shown(container, admin).options
    with pytest.raises(Invalid, match="no e-mail address"):
        practice_settings.save(container, admin, Change({"report_to": (address,)}, seen))


def test_the_list_is_the_administrators_and_on_record(container, practice, admin, manager):
    seen = practice_settings.shown(container, admin).options
    change = Change({"report_to": TO, "report_weekday": 4, "report_hour": 16}, seen)
    with pytest.raises(NotAllowed):
        practice_settings.save(container, manager, change)
    practice_settings.save(container, admin, change)
    with reading(container.engine) as session:
        lines = AuditTrail(session, practice.id).search(verb="settings.edit")
    assert any("Weekly report on: Monday -> Friday" in line.reason for line in lines)
    seen = practice_settings.shown(container, admin).options
    twice = Change({"report_to": (TO[0], TO[0].upper())}, seen)
    with pytest.raises(Invalid, match="listed twice"):
        practice_settings.save(container, admin, twice)


def test_no_report_is_about_one_person(container, practice, admin):
    seen = practice_settings.shown(container, admin).options
    one = Change({"report_places": {"provider": "Practitioner/1"}}, seen)
    with pytest.raises(Invalid, match="by location, department or payer"):
        practice_settings.save(container, admin, one)


def test_a_test_goes_to_oneself_alone_and_at_once(container, practice, manager, listed, run, box):
    asking.send_test(container, manager)
    with writing(container.engine) as session:
        assert [r.job for r in JobRequests(session, practice.id).take()] == ["metrics.report"]
    run()
    assert box.to == [["sample.manager@practice.invalid"]]
    with reading(container.engine) as session:
        trail = AuditTrail(session, practice.id)
        assert len(trail.search(verb="metrics.send_report")) == 1
        [line] = trail.search(verb="metrics.report_sent")
    assert line.reason.endswith("sent; addresses reached: 1")


def test_now_goes_to_the_list_and_the_week_still_comes(container, practice, manager, due, run, box):
    asking.send_now(container, manager)
    with pytest.raises(Stale):
        asking.send_now(container, manager)
    run()
    assert [sorted(to) for to in box.to] == [sorted(TO)] * 2
    assert ("2026-W11", SENT) in states(container, practice)


def test_whoever_may_not_read_metrics_sends_none(container, practice, nurse, listed):
    for act in (asking.send_test, asking.send_now):
        with pytest.raises(NotAllowed):
            act(container, nurse)


def test_without_a_server_a_click_says_what_to_do(container, practice, manager, listed):
    bare = replace(container, settings=container.settings.model_copy(update={"smtp_host": ""}))
    with pytest.raises(Invalid, match="sets smtp_host"):
        asking.send_test(bare, manager)


def test_the_page_knows_who_is_not_on_staff_and_when_it_goes_next(
    container, practice, manager, hire, due, run
):
    run()
    now = asking.standing(container, manager)
    assert now.strangers == list(TO)
    assert now.next_at == MONDAY_AT_SEVEN + timedelta(days=7)
    assert now.rows[0].state is SENT


def test_a_narrowed_report_says_so(container, practice, manager, due, run, box, decide):
    decide(report_places={"location": "Location/1"})
    run()
    assert "Location Location/1." in box.mails[0].get_body(("plain",)).get_content()
