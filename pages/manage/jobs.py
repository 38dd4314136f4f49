"""Jobs: what runs by itself, the roads to eCW and healow, and what waits for a person."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import streamlit as st

from db.connections import Connection
from db.deliveries import Delivery, DeliveryState
from pages.parts.desk import open_building, signed_in
from pages.parts.manage import (
    REFRESH,
    Badge,
    ago,
    clock_time,
    may_do,
    open_room,
    said_plainly,
    span,
    zone_of,
)
from pages.parts.plain import harmless
from pages.parts.roads import name_of, standing
from services import job_board
from services.desk import Actor, Desk, looking
from services.job_board import JobCard

JOBS = {
    "audit.anchor": "Anchor the audit trail",
    "capabilities": "Check what eCW allows us",
    "charges.poll": "Find signed visits and suggest their codes",
    "charts": "Fetch charts",
    "connections.check": "Test connections when somebody asks",
    "deliver": "Send what was approved and read it back",
    "denials.triage": "Draft letters of appeal",
    "inbox.poll": "Fetch portal messages",
    "inbox.triage": "Sort messages and draft replies",
    "intake.poll": "Fetch the schedule and check-in forms",
    "intake.triage": "Read forms and compare them with the chart",
    "reminders.poll": "Propose reminders and hear the answers",
    "notes.poll": "Find visits to write down and see what was signed",
    "notes.triage": "Draft notes and check them against their sources",
    "summaries.poll": "Find signed visits and see what was amended",
    "summaries.triage": "Draft summaries for patients and check them against the signed note",
    "metrics.gather": "Gather facts for metrics",
    "metrics.report": "Send the weekly report",
    "places": "Fetch locations and providers",
    "prompts.replay": "Replay past messages through new instructions",
    "rollout.guardrails": "Watch the limits of what is rolled out",
    "rollout.scheduled": "Begin and end planned changes",
    "sweep.bulk": "Finish bulk actions",
    "sweep.retention": "Destroy text past its retention",
    "sweep.snoozed": "Wake snoozed messages",
}
JOB_BADGES: dict[str, Badge] = {
    "ok": ("On time", "green", ":material/check_circle:"),
    "running": ("Running", "blue", ":material/sync:"),
    "late": ("Late", "orange", ":material/schedule:"),
    "failed": ("Failed", "red", ":material/error:"),
}
STUCK = {
    DeliveryState.REFUSED: "Refused: correct it where it was approved and send again.",
    DeliveryState.UNCONFIRMED: "Not confirmed: look in eCW whether it is there.",
}


@st.fragment(run_every=REFRESH)
def board() -> None:
    """Everything on this page, up to date."""
    actor = signed_in()
    zone = zone_of(actor)
    with looking(open_building(), actor) as desk:
        cards, roads, stuck = job_board.jobs(desk), job_board.roads(desk), job_board.stuck(desk)
        _worker(desk)
        _stuck(stuck, desk, zone)
        _roads(roads, desk, zone)
        _jobs(cards, desk, actor)


def _worker(desk: Desk) -> None:
    until = job_board.worker_until(desk.session)
    if until is None or until <= desk.now:
        st.error(
            "No worker is running: nothing is fetched and nothing is sent. Approved replies are "
            "safe and leave once it runs. Please ask your administrator to start it.",
            icon=":material/power_off:",
        )


def _stuck(stuck: Sequence[Delivery], desk: Desk, zone: ZoneInfo) -> None:
    st.subheader("Deliveries that need a person")
    if not stuck:
        st.success("None. Everything approved is on its way or verified.", icon=":material/check:")
        return
    for delivery in stuck:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.text(STUCK[delivery.state])
            st.caption(f"{harmless(delivery.error) or 'No reason was given.'} "
                       f"Approved {clock_time(delivery.created_at, zone)}. {delivery.ref}")  # fmt: skip


def _roads(roads: Sequence[Connection], desk: Desk, zone: ZoneInfo) -> None:
    st.subheader("Roads to eCW and healow")
    if not roads:
        st.info("No road has been used yet. They appear once the worker has run for a minute.")
    for road in roads:
        with st.container(border=True):
            _road(road, desk, zone)


def _road(road: Connection, desk: Desk, zone: ZoneInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{name_of(road)}**", width=260)
        label, color, icon = standing(road)
        st.badge(label, color=color, icon=icon)
        if road.last_ok:
            st.caption(
                f"Data as of {clock_time(road.last_ok, zone)}, {ago(road.last_ok, desk.now)}"
            )
    for words in filter(None, (road.last_error, "" if road.able else road.reason)):
        st.text(words)
    if road.quarantined:
        st.text(f"{road.quarantined} items could not be used and were set aside.")


def _jobs(cards: Sequence[JobCard], desk: Desk, actor: Actor) -> None:
    st.subheader("Jobs")
    if not cards:
        st.info("No job has run yet. They appear within a minute of the worker's start.")
    for card in cards:
        with st.container(border=True):
            _job(card, desk, actor)


def _job(card: JobCard, desk: Desk, actor: Actor) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{JOBS.get(card.job, card.job)}**", width=260)
        label, color, icon = JOB_BADGES[card.state]
        st.badge(label, color=color, icon=icon)
        st.space("stretch")
        if may_do(actor, job_board.retry.verb) and st.button(
            job_board.retry.label, key=f"retry/{card.job}", help=job_board.retry.help
        ):
            _retry(card.job, actor)
    if card.last.error:
        st.text(card.last.error)
    st.caption(_times(card, desk))


def _times(card: JobCard, desk: Desk) -> str:
    counts = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in card.last.counts.items() if n)
    told = [
        f"last run {ago(card.last.started_at, desk.now)}",
        f"last went well {ago(card.last_good, desk.now)}" if card.last.error else "",
        f"overdue by {span(card.late)}" if card.late else "",
        f"next {ago(card.next_at, desk.now)}" if card.next_at and not card.late else "",
        "" if card.next_at else "runs whenever there is work",
        counts,
    ]
    return " · ".join(words for words in told if words)


def _retry(job: str, actor: Actor) -> None:
    with said_plainly():
        job_board.retry(open_building(), actor, job)
        st.toast(f"{JOBS.get(job, job)}: asked to run now.", icon=":material/play_arrow:")


open_room("jobs.read", "see the jobs")
st.title("Jobs")
board()
