"""The job: plans the next week, sends what is due, tries again what could not be sent."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

from db.audit import Ending
from db.metric_reports import MetricReport, MetricReports, ReportState
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import InDoubt, Refused, Unreachable
from services.lines import Lines
from services.metrics import pdf
from services.metrics.loading import Narrow
from services.metrics.report import Span
from services.metrics.weekly.letter import letter
from services.metrics.weekly.planning import give_up_old, is_wanted, plan, settle
from services.metrics.weekly.post import Taken, post

JOB, SEND = "metrics.report", "metrics.report_sent"
LEASE = timedelta(minutes=10)  # longer than any call to a mail server can last
WAITS = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60, 120, 240, 480))
TROUBLE = (ReportState.FAILED, ReportState.UNSURE)
NOBODY = "Nobody is on the list any more."


def report_due(lines: Lines) -> Counter[str]:
    """Send what is due. Raises ``Refused`` while the last report is in trouble, so that it is seen."""
    container, actor = lines.container, Actor.job(lines.practice.id, JOB)
    if not _anything(container, actor):
        return Counter()  # most of the time: a look, and no transaction that writes
    counts: Counter[str] = Counter()
    with working(container, actor) as desk:
        counts["planned"] = plan(desk)
        give_up_old(desk)
    with working(container, actor) as desk:
        due = [row.id for row in desk.open(MetricReports).due(desk.now)]
    for id in due:
        counts[str(_send(container, actor, id))] += 1
    _tell_trouble(container, actor)
    return +counts


def _anything(container: Container, actor: Actor) -> bool:
    with looking(container, actor) as desk:
        open_ones = (ReportState.PLANNED, ReportState.SENDING)
        newest = desk.open(MetricReports).newest(20)
        return is_wanted(desk) or any(row.state in open_ones for row in newest)


def _send(container: Container, actor: Actor, id: UUID) -> ReportState:
    """Make the mail, commit to sending it, send it, and write down what became of it."""
    with looking(container, actor) as desk:
        row = desk.open(MetricReports).get(id)
        to, mail = _mail(desk, row)
    if not _begin(container, actor, id, to):
        return ReportState.PLANNED
    try:
        taken = post(container.settings, mail, to)
    except InDoubt as error:
        return _end(container, actor, id, ReportState.UNSURE, str(error))
    except Unreachable as error:
        return _later(container, actor, id, str(error), Taken(later=tuple(to)))
    except Refused as error:
        return _end(container, actor, id, ReportState.FAILED, str(error))
    return _taken(container, actor, id, taken)


def _mail(desk: Desk, row: MetricReport) -> tuple[Sequence[str], EmailMessage]:
    # Whoever is on the list when it leaves gets it; after a try, those who are still without.
    to = tuple(row.recipients) or desk.options.report_to
    narrow = Narrow(**desk.options.report_places)
    shown = pdf.gathered(desk, Span(row.first, row.last), narrow)
    return to, letter(shown, str(row.id), desk.container.settings, to)


def _begin(container: Container, actor: Actor, id: UUID, to: Sequence[str]) -> bool:
    """Committed before the mail server is called; false where somebody else was first."""
    with working(container, actor) as desk:
        row = desk.open(MetricReports).locked(id)
        if row is None or row.state is not ReportState.PLANNED or row.not_before > desk.now:
            return False
        if not to:
            settle(desk, row, ReportState.FAILED, NOBODY)
            return False
        row.state, row.recipients, row.attempts = ReportState.SENDING, list(to), row.attempts + 1
        row.lease_until = desk.now + LEASE
        return True


def _taken(container: Container, actor: Actor, id: UUID, taken: Taken) -> ReportState:
    never = f"The mail server knows no {', '.join(taken.never)}." if taken.never else ""
    if taken.later:
        told = f"The mail server wants {', '.join(taken.later)} later. {never}".strip()
        return _later(container, actor, id, told, taken)
    with looking(container, actor) as desk:
        row = desk.open(MetricReports).get(id)
        any_reached = row.reached + len(row.recipients) - len(taken.never)
    state = ReportState.SENT if any_reached else ReportState.FAILED
    return _end(container, actor, id, state, never, reached=any_reached)


def _later(container: Container, actor: Actor, id: UUID, told: str, taken: Taken) -> ReportState:
    """Once more for those who are without, after a while; at last it has failed."""
    with working(container, actor) as desk:
        row = desk.open(MetricReports).locked(id)
        if row is None or row.state is not ReportState.SENDING:
            return ReportState.UNSURE
        row.reached += len(row.recipients) - len(taken.later) - len(taken.never)
        row.recipients = list(taken.later)
        if row.attempts > len(WAITS):
            settle(desk, row, ReportState.FAILED, f"Tried {row.attempts} times. {told}")
            _record(desk, row, Ending.FAILED)
        else:
            row.state, row.told, row.lease_until = ReportState.PLANNED, told, None
            row.not_before = desk.now + WAITS[row.attempts - 1]
        return row.state


def _end(
    container: Container, actor: Actor, id: UUID, state: ReportState, told: str, reached: int = 0
) -> ReportState:
    with working(container, actor) as desk:
        row = desk.open(MetricReports).locked(id)
        if row is None or row.state is not ReportState.SENDING:
            return ReportState.UNSURE  # its time was over, and somebody has said so
        row.reached = reached or row.reached
        settle(desk, row, state, told)
        _record(desk, row, Ending.DONE if state is ReportState.SENT else Ending.FAILED)
        return state


def _record(desk: Desk, row: MetricReport, ending: Ending) -> None:
    reason = f"{row.week}, {row.first} to {row.last}: {row.state}; addresses reached: {row.reached}"
    desk.record(SEND, row.ref, ending, reason=reason)


def _tell_trouble(container: Container, actor: Actor) -> None:
    with looking(container, actor) as desk:
        past = [row for row in desk.open(MetricReports).newest(20) if row.due_at <= desk.now]
    if not past:
        return
    row = past[0]
    if row.state in TROUBLE or (row.state is ReportState.PLANNED and row.attempts):
        raise Refused(f"The report of {row.first} to {row.last} is {said(row.state)}. {row.told} "
                      "See Weekly report on the Metrics page.")  # fmt: skip


def said(state: ReportState) -> str:
    """A state as staff read it."""
    return {
        ReportState.PLANNED: "not sent yet",
        ReportState.SENDING: "on its way",
        ReportState.SENT: "sent",
        ReportState.FAILED: "not sent",
        ReportState.UNSURE: "perhaps sent",
    }[state]
