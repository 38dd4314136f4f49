"""Every change as a diff, and the one click that goes back to before it."""

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import clock_time, may_do, said_plainly
from pages.parts.rollout.shown import Shown
from services import switches
from services.desk import Actor, looking
from services.rollout.exporting import export_changes
from services.rollout.history import Change, Pause, history, pauses
from services.switches import WORKFLOWS


def past(actor: Actor, shown: Shown) -> None:
    """The changes of one workflow, newest first, and all of all as a file."""
    _file(actor)
    workflow = st.segmented_control(
        "Workflow", list(WORKFLOWS), format_func=WORKFLOWS.__getitem__,
        default=next(iter(WORKFLOWS)), required=True, key="past/workflow",
    )  # fmt: skip
    with looking(open_building(), actor) as desk:
        changes, paused = history(desk, workflow), pauses(desk, workflow)
    for pause in paused:
        with st.container(border=True, gap="small"):
            _pause(pause, shown)
    if not (changes or paused):
        st.info("Nobody has changed this yet.", icon=":material/history:")
    for change in changes:
        with st.container(border=True, gap="small"):
            _change(actor, change, changes[0].number, shown)


def _file(actor: Actor) -> None:
    if may_do(actor, export_changes.verb) and st.button(
        export_changes.label, key="past/export", icon=":material/download:",
        help=export_changes.help,
    ):  # fmt: skip
        with said_plainly():
            made = export_changes(open_building(), actor)
            st.download_button(
                f"Save {made.lines:,} lines", made.text, "rollout.csv", "text/csv",
                on_click="ignore", key="past/save",
            )  # fmt: skip


def _change(actor: Actor, change: Change, newest: int, shown: Shown) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{'As it was found' if not change.number else f'Version {change.number}'}**")
        st.caption(_who(change, shown))
        st.space("stretch")
        if change.can_return and may_do(actor, switches.revert.verb):
            _go_back(actor, change, newest)
    for line in change.lines:
        st.text(f"{line.where}: {line.before} → {line.after}")


def _pause(pause: Pause, shown: Shown) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Paused by a limit**")
        if pause.simulated:
            st.badge("Simulated", icon=":material/science:", color="orange")
        ended = "not started again yet"
        if pause.ended_at:
            by = f" by {pause.ended_by}" if pause.ended_by else ""
            ended = f"started again {clock_time(pause.ended_at, shown.zone)}{by}"
        st.caption(f"{pause.where}, {clock_time(pause.at, shown.zone)}; {ended}")
    st.text(pause.why)


def _who(change: Change, shown: Shown) -> str:
    when = clock_time(change.at, shown.zone)
    if not change.number:
        return f"before {when}"
    because = f": {change.because}" if change.because else ""
    owner = f". {change.owner} answers for it" if change.owner else ""
    return f"{when}, by {change.by}{because}{owner}"


def _go_back(actor: Actor, change: Change, newest: int) -> None:
    if st.button(
        switches.revert.label, icon=":material/undo:", help=switches.revert.help,
        key=f"revert/{change.workflow}/{change.number}/{newest}",
    ):  # fmt: skip
        with said_plainly():
            switches.revert(open_building(), actor, change.workflow, change.number, newest)
            st.rerun()
