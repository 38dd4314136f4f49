"""What runs and for whom, kept up to date; stop in two clicks, begin a change in one."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from db.guardrails import GuardrailTrip
from db.rollout import Rollout
from db.vocabulary import Stage
from pages.parts.desk import open_building, signed_in
from pages.parts.manage import REFRESH, clock_time, may_do, said_plainly
from pages.parts.rollout.shown import STAGE_BADGES, Shown, looked_up
from services import switches
from services.desk import Actor
from services.rollout import draining, guardrails
from services.switches import STOPPABLE, WORKFLOWS, Because, Given, Why

CHOSEN = "rollout/chosen"  # the workflow whose Change button was pressed
WHYS = {why: why.capitalize() for why in Why}
WHAT_STOPS = {
    "ai": "No engine is asked any more. Red-flag rules keep working, and people answer by hand.",
    "deliveries": "Nothing leaves for eCW or healow, also what is approved and not yet sent. "
    "It waits here and leaves when you start again.",
}
WORKFLOW_STOPS = (
    "Nobody can open or answer it and nothing is suggested or sent, at every place and for every "
    "pilot. Drafts are kept."
)
PAUSES = (
    "Whoever uses it now loses it; it goes on in shadow, measured and unseen. What is open may be "
    "finished for a week."
)


@st.fragment(run_every=REFRESH)
def now() -> None:
    """Notices, switches and stages as they are, up to date."""
    actor = signed_in()
    shown = looked_up(actor)
    _notices(actor, shown)
    with st.container(gap="xsmall"):
        for what in STOPPABLE:
            with st.container(border=True, gap="xsmall", key=f"row-{what}"):
                _row(actor, what, shown)


def _row(actor: Actor, what: str, shown: Shown) -> None:
    widths = [5, 6] if what in WORKFLOWS else [4, 1]
    left, right = st.columns(widths, vertical_alignment="center", gap="xsmall")
    with left, _line():
        _head(what, shown)
    with right, _line(end=True):
        _deeds(actor, what, shown)
    if what in WORKFLOWS:
        _places(actor, what, shown)


def _line(*, end: bool = False) -> DeltaGenerator:
    return st.container(
        horizontal=True, vertical_alignment="center", gap="small",
        horizontal_alignment="right" if end else "left",
    )  # fmt: skip


def _notices(actor: Actor, shown: Shown) -> None:
    for trip in shown.trips:
        with st.container(border=True):
            _notice(actor, trip, shown)


def _notice(actor: Actor, trip: GuardrailTrip, shown: Shown) -> None:
    title = WORKFLOWS.get(trip.workflow, trip.workflow)
    where = f" at {shown.name_of(trip.scope)}" if trip.scope else ""
    st.error(
        f"**{title} was paused by itself{where}** ({clock_time(trip.at, shown.zone)}). "
        f"{guardrails.said(trip, shown.zone)} "
        "What was open may be finished; start it again once you know why.".replace("$", r"\$"),
        icon=":material/front_hand:",
    )
    with st.container(horizontal=True):
        if trip.resumed_at is None:
            _restart(actor, trip, "notice")
        if may_do(actor, guardrails.acknowledge.verb) and st.button(
            guardrails.acknowledge.label, key=f"seen/{trip.id}", help=guardrails.acknowledge.help
        ):
            with said_plainly():
                guardrails.acknowledge(open_building(), actor, trip.id)
                st.rerun()


def _restart(actor: Actor, trip: GuardrailTrip, where: str) -> None:
    """The end of a pause, in two clicks."""
    if not may_do(actor, guardrails.restart.verb):
        return
    with st.popover(
        guardrails.restart.label, icon=":material/play_circle:", type="tertiary",
        help=guardrails.restart.help, key=f"ask/restart/{where}/{trip.id}",
    ):  # fmt: skip
        st.write("Whoever used it before the pause uses it again, within seconds.")
        if st.button("Start now", type="primary", key=f"restart/{where}/{trip.id}"):
            with said_plainly():
                guardrails.restart(open_building(), actor, trip.id)
                st.rerun()


def _head(what: str, shown: Shown) -> None:
    st.markdown(f"**{STOPPABLE[what]}**")
    switch = shown.stopped.get(what)
    if switch is not None:
        st.badge("Stopped", color="red", icon=":material/stop_circle:")
        st.caption(f"by {shown.who(switch.by)}: {switch.reason}")
    elif what not in WORKFLOWS:
        st.badge("Running", color="green", icon=":material/play_circle:")
    if what in WORKFLOWS:
        _practice(what, shown)


def _deeds(actor: Actor, what: str, shown: Shown) -> None:
    is_stopped = what in shown.stopped
    if what in WORKFLOWS:
        _change(actor, what)
    if not is_stopped and may_do(actor, switches.stop.verb):
        _pause(actor, what, shown)
        _stop(actor, what)
    if is_stopped and may_do(actor, switches.resume.verb):
        _resume(actor, what)


def _change(actor: Actor, what: str) -> None:
    if may_do(actor, switches.set_stage.verb) and st.button(
        "Change", icon=":material/tune:", key=f"change/{what}", type="tertiary",
        help="Choose this workflow in the form.",
    ):  # fmt: skip
        st.session_state[CHOSEN] = what
        st.rerun()


def _stop(actor: Actor, what: str) -> None:
    # With a key an open question stays the same one when others appear beside it.
    with st.popover(
        "Stop", icon=":material/stop_circle:", type="tertiary", help=switches.stop.help,
        key=f"ask/stop/{what}",
    ):  # fmt: skip
        st.write(WHAT_STOPS.get(what, WORKFLOW_STOPS))
        why = st.selectbox("Why", list(WHYS), format_func=WHYS.__getitem__, key=f"why/{what}")
        if st.button("Stop now", type="primary", key=f"stop/{what}"):
            with said_plainly():
                switches.stop(open_building(), actor, what, why)
                st.rerun()


def _pause(actor: Actor, what: str, shown: Shown) -> None:
    rows = shown.stages.get(what, ())
    if not any(row.stage in (Stage.PILOT, Stage.ON) for row in rows):
        return
    with st.popover(
        "Pause", icon=":material/pause_circle:", type="tertiary", help=switches.pause.help,
        key=f"ask/pause/{what}",
    ):  # fmt: skip
        st.write(PAUSES)
        if st.button("Pause now", type="primary", key=f"pause/{what}"):
            with said_plainly():
                given = Given(Because.TROUBLE, actor.staff_id, drains=True)
                switches.pause(open_building(), actor, what, given)
                st.rerun()


def _resume(actor: Actor, what: str) -> None:
    with st.popover(
        "Start again", icon=":material/play_circle:", type="tertiary", help=switches.resume.help,
        key=f"ask/resume/{what}",
    ):  # fmt: skip
        st.write("It runs again within seconds, as far as its stages allow.")
        if st.button("Start now", type="primary", key=f"resume/{what}"):
            with said_plainly():
                switches.resume(open_building(), actor, what)
                st.rerun()


def _practice(workflow: str, shown: Shown) -> None:
    """The stage of the whole practice, beside the workflow's name."""
    row = next((row for row in shown.stages[workflow] if not row.scope), None)
    if row is not None:
        _stage(row, shown)
    elif not shown.stages[workflow]:
        st.caption("Nobody has switched this on yet.")
    if trip := shown.held(workflow, ""):
        _held(trip, shown)


def _places(actor: Actor, workflow: str, shown: Shown) -> None:
    """The stages of places that have one of their own, and those that a limit paused."""
    rows = {row.scope: row for row in shown.stages[workflow] if row.scope}
    held = {trip.scope for trip in shown.paused if trip.workflow == workflow and trip.scope}
    for scope in sorted({*rows, *held}):
        with _line():
            st.text(shown.place(scope))
            if scope in rows:
                _stage(rows[scope], shown)
            if trip := shown.held(workflow, scope):
                _held(trip, shown)
                _restart(actor, trip, "place")


def _held(trip: GuardrailTrip, shown: Shown) -> None:
    st.badge("Paused by a limit", color="red", icon=":material/front_hand:")
    st.caption(f"since {clock_time(trip.at, shown.zone)}")


def _stage(row: Rollout, shown: Shown) -> None:
    label, color, icon = STAGE_BADGES[row.stage]
    st.badge(label, color=color, icon=icon)
    if row.stage is Stage.PILOT:
        st.caption(shown.says(row))
    if hint := shown.waiting.get((row.workflow, row.scope)):
        st.badge(hint.said, color="orange", icon=":material/hourglass_top:")
    if drain := draining.of(row):
        st.caption(f"open work may be finished until {clock_time(drain.until, shown.zone)}")
