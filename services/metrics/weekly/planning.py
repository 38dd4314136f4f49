"""Writes each week's row before it is due, so that whatever dies, no week is lost or sent twice."""

from datetime import timedelta

from db.facts import MetricCursors
from db.metric_reports import MetricReport, MetricReports, ReportState
from services.desk import Desk
from services.metrics.weekly.when import Slot, next_after, slot_of

ONE = "report"  # the cursor that lets one plan at a time
MISSED = "Nothing ran when this was due. Send it again if you still want it."
DIED = (
    "Foyer was stopped while it sent this: it may have arrived. Ask one of the recipients, then send "
    "it again if it did not."
)


def is_wanted(desk: Desk) -> bool:
    """Whether there are a mail server and somebody to write to."""
    return bool(desk.container.settings.smtp_host and desk.options.report_to)


def plan(desk: Desk) -> int:
    """Bring the rows ahead in line with the options; returns how many are new.

    While reports are wanted the next week's row is always there. After a long rest the newest week
    is sent late, and those before it are told as missed.
    """
    desk.open(MetricCursors).locked(ONE)
    reports = desk.open(MetricReports)
    if not is_wanted(desk):
        for row in reports.ahead():
            reports.forget(row.id)
        return 0
    ahead = [row for row in reports.ahead() if _stands(desk, row)]
    after, new = (ahead[-1].due_at if ahead else desk.now), 0
    while after <= desk.now:
        slot = next_after(after, desk.options, reports.weeks())
        reports.add(_row(desk, slot))
        desk.session.flush()
        after, new = slot.due, new + 1
    return new


def give_up_old(desk: Desk) -> None:
    """What was being sent by somebody who died is unsure; of weeks that were missed one is enough."""
    reports = desk.open(MetricReports)
    for row in reports.abandoned(desk.now):
        settle(desk, row, ReportState.UNSURE, DIED)
    overdue = [row for row in reports.ahead() if row.due_at <= desk.now]
    for row in overdue[:-1]:
        settle(desk, row, ReportState.FAILED, MISSED)


def settle(desk: Desk, row: MetricReport, state: ReportState, told: str) -> None:
    """The end of a report, in words."""
    row.state, row.told, row.lease_until, row.settled_at = state, told, None, desk.now


def _stands(desk: Desk, row: MetricReport) -> bool:
    """Whether a plan is still what the options say; one that is due already stands anyhow."""
    day = row.last + timedelta(days=1)
    if row.due_at <= desk.now or slot_of(day, desk.options).due == row.due_at:
        return True
    desk.open(MetricReports).forget(row.id)
    return False


def _row(desk: Desk, slot: Slot) -> MetricReport:
    return MetricReport(
        practice_id=desk.practice_id, week=slot.week, first=slot.span.first, last=slot.span.last,
        due_at=slot.due, not_before=slot.due,
    )  # fmt: skip
