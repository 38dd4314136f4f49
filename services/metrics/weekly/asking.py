"""What a manager asks of the weekly report: a test, one now, one again; and how it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.job_runs import JobRequest, JobRequests
from db.metric_reports import MetricReport, MetricReports, ReportState
from db.places import Places
from db.staff import StaffList
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.metrics.report import READ, Span
from services.metrics.weekly.sending import JOB, TROUBLE
from services.metrics.weekly.when import WEEK

SHOWN = 6
NO_SERVER = (
    "No mail server is set, so nothing can be sent. Whoever runs the server sets smtp_host and "
    "smtp_sender; until then save the PDF above."
)


@dataclass(frozen=True)
class Standing:
    """How the weekly report stands: to whom and when it goes next, and the last ones, newest first.

    ``strangers`` are the addresses that belong to nobody on staff.
    """

    can_send: bool
    to: Sequence[str]
    strangers: Sequence[str]
    next_at: datetime | None
    rows: Sequence[MetricReport]


def standing(container: Container, actor: Actor) -> Standing:
    """All that the page shows. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(READ, "read metrics")
        rows = desk.open(MetricReports).newest(SHOWN)
        ours = {person.email.casefold() for person in desk.open(StaffList).active()}
        ahead = [row.due_at for row in rows if row.due_at > desk.now]
        to = desk.options.report_to
        return Standing(
            bool(container.settings.smtp_host), to, [a for a in to if a.casefold() not in ours],
            min(ahead, default=None), [row for row in rows if row.due_at <= desk.now],
        )  # fmt: skip


def offered(container: Container, actor: Actor) -> Mapping[str, Mapping[str, str]]:
    """The places that can narrow a report, by kind: reference and name. Never a provider."""
    with looking(container, actor) as desk:
        desk.require("settings.read", "see the practice's settings")
        places = desk.open(Places)
        kinds = ("location", "department")
        return {kind: {p.ehr_ref: p.name for p in places.of_kind(kind)} for kind in kinds}


@managed("metrics.send_report", "Send me a test")
def send_test(desk: Desk) -> Deed[None]:
    """This week's report as it would leave now, to your own address alone."""
    assert desk.actor.staff_id is not None  # noqa: S101  (jobs have no role, so none comes here)
    address = desk.open(StaffList).get(desk.actor.staff_id).email
    return _asked(desk, f"test {desk.now:%Y-%m-%d %H:%M:%S}", [address], "a test")


@managed("metrics.send_report", "Send it now")
def send_now(desk: Desk) -> Deed[None]:
    """The last seven days to everybody on the list, besides the weekly one."""
    if not desk.options.report_to:
        raise Invalid("Nobody is on the list yet.")
    return _asked(desk, f"asked {desk.now:%Y-%m-%d %H:%M}", [], "now")


@managed("metrics.send_report", "Send again")
def send_again(desk: Desk, id: UUID) -> Deed[None]:
    """Once more to those whom it has not reached, as far as is known."""
    _require_server(desk)
    row = desk.open(MetricReports).locked(id)
    if row is None or row.state not in TROUBLE:
        raise Stale("This report is on its way or sent by now.")
    row.state, row.attempts, row.not_before, row.told = ReportState.PLANNED, 0, desk.now, ""
    row.asked_by = desk.actor.staff_id
    _at_once(desk)
    return Deed(row.ref, f"{row.week} again", None)


def _asked(desk: Desk, key: str, to: list[str], how: str) -> Deed[None]:
    _require_server(desk)
    reports = desk.open(MetricReports)
    if key in reports.weeks():
        raise Stale("This was asked for a moment ago. It leaves within a minute.")
    span = Span(desk.today - WEEK, desk.today - timedelta(days=1))
    row = reports.add(
        MetricReport(
            practice_id=desk.practice_id, week=key, first=span.first, last=span.last,
            due_at=desk.now, not_before=desk.now, recipients=to, asked_by=desk.actor.staff_id,
        )
    )  # fmt: skip
    _at_once(desk)
    return Deed(row.ref, f"{span.first} to {span.last}, {how}", None)


def _require_server(desk: Desk) -> None:
    if not desk.container.settings.smtp_host:
        raise Invalid(NO_SERVER)


def _at_once(desk: Desk) -> None:
    """The worker looks within a second or two."""
    asked = JobRequest(practice_id=desk.practice_id, job=JOB, staff_id=desk.actor.staff_id)
    desk.open(JobRequests).add(asked)
