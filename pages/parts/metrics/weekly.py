"""The weekly report on the metrics page: to whom and when it goes next, and what became of the last."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import streamlit as st

from db.metric_reports import MetricReport, ReportState
from pages.parts.desk import open_building
from pages.parts.manage import Badge, clock_time, may_do, said_plainly
from services.desk import Actor
from services.metrics.weekly.asking import (
    NO_SERVER,
    Standing,
    send_again,
    send_now,
    send_test,
    standing,
)
from services.metrics.weekly.sending import TROUBLE

BADGES: Mapping[ReportState, Badge] = {
    ReportState.PLANNED: ("Not sent yet", "orange", ":material/schedule:"),
    ReportState.SENDING: ("On its way", "blue", ":material/sync:"),
    ReportState.SENT: ("Sent", "green", ":material/check:"),
    ReportState.FAILED: ("Not sent", "red", ":material/error:"),
    ReportState.UNSURE: ("Perhaps sent", "red", ":material/help:"),
}
NOBODY = "Nobody gets it yet. An administrator lists addresses on the Practice page, Weekly report."


def weekly(actor: Actor, zone: ZoneInfo) -> None:
    """How the report stands, with its buttons; open where the last one needs somebody."""
    now = standing(open_building(), actor)
    trouble = bool(now.rows) and now.rows[0].state in TROUBLE
    with st.expander("Weekly report by e-mail", icon=":material/mail:", expanded=trouble):
        st.text(_next(now, zone))
        if now.strangers:
            st.text(f"Not on staff: {', '.join(now.strangers)}.")
        if now.can_send and may_do(actor, send_test.verb):
            _buttons(now, actor)
        for row in now.rows:
            _row(row, actor, zone)


def _next(now: Standing, zone: ZoneInfo) -> str:
    if not now.can_send:
        return NO_SERVER
    if not now.to:
        return NOBODY
    when = f"Next: {clock_time(now.next_at, zone)}" if now.next_at else "It is planned in a minute"
    return f"{when}, to {', '.join(now.to)}."


def _buttons(now: Standing, actor: Actor) -> None:
    with st.container(horizontal=True):
        if st.button(send_test.label, key="report/test", help=send_test.help,
                     icon=":material/outgoing_mail:"):  # fmt: skip
            with said_plainly():
                send_test(open_building(), actor)
                st.toast("The test leaves within a minute.", icon=":material/mail:")
        if now.to and st.button(send_now.label, key="report/now", help=send_now.help,
                                icon=":material/send:"):  # fmt: skip
            with said_plainly():
                send_now(open_building(), actor)
                st.toast("The report leaves within a minute.", icon=":material/mail:")


def _row(row: MetricReport, actor: Actor, zone: ZoneInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        label, colour, icon = BADGES[row.state]
        st.badge(label, color=colour, icon=icon)
        st.text(f"{row.first} to {row.last}", width="content")
        st.caption(_times(row, zone))
        st.space("stretch")
        if row.state in TROUBLE and may_do(actor, send_again.verb) and st.button(
            send_again.label, key=f"report/again/{row.id}", help=send_again.help,
            icon=":material/refresh:",
        ):  # fmt: skip
            with said_plainly():
                send_again(open_building(), actor, row.id)
                st.rerun()
    if row.told:
        st.text(row.told)


def _times(row: MetricReport, zone: ZoneInfo) -> str:
    reached = f"{row.reached} reached" if row.reached else ""
    again = row.state is ReportState.PLANNED and row.attempts
    when = row.not_before if again else row.settled_at or row.due_at
    told = f"next try {clock_time(when, zone)}" if again else clock_time(when, zone)
    kind = "" if row.week[:1] == "2" else row.week.partition(" ")[0]
    return " · ".join(filter(None, (told, reached, kind)))
