"""Why each workflow is on or off for one person, and leaving that person out of one."""

from uuid import UUID

import streamlit as st

from db.rollout import OptOuts
from pages.parts.desk import open_building
from pages.parts.manage import Badge, may_do, said_plainly
from pages.parts.rollout.shown import REASONS
from services import switches
from services.desk import Actor, looking
from services.rollout.why import Reasons, all_reasons
from services.switches import Because

ON: Badge = ("On", "green", ":material/toggle_on:")
OFF: Badge = ("Off", "gray", ":material/toggle_off:")


def reasons(actor: Actor, staff_id: UUID) -> None:
    """Every workflow for this person, each with the chain of reasons."""
    with looking(open_building(), actor) as desk:
        found = all_reasons(desk, staff_id)
        left_out = {r.workflow for r in found if desk.open(OptOuts).one(r.workflow, staff_id)}
    for one in found:
        with st.container(border=True, gap="small"):
            _one(actor, staff_id, one, one.workflow in left_out)


def _one(actor: Actor, staff_id: UUID, one: Reasons, is_left_out: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{one.title}**")
        label, color, icon = ON if one.is_on else OFF
        st.badge(label, color=color, icon=icon)
        st.space("stretch")
        _choice(actor, staff_id, one.workflow, is_left_out)
    for sentence in (*one.chain, *one.elsewhere):
        st.text(sentence)


def _choice(actor: Actor, staff_id: UUID, workflow: str, is_left_out: bool) -> None:
    if not may_do(actor, switches.leave_out.verb):
        return
    if is_left_out:
        if st.button(switches.let_in.label, key=f"in/{workflow}/{staff_id}"):
            with said_plainly():
                switches.let_in(open_building(), actor, workflow, staff_id)
                st.rerun()
        return
    with st.popover(switches.leave_out.label, help=switches.leave_out.help):
        reason = st.selectbox(
            "Why", list(REASONS), list(REASONS).index(Because.ABSENCE),
            format_func=REASONS.__getitem__, key=f"out/why/{workflow}/{staff_id}",
        )  # fmt: skip
        if st.button("Leave out now", type="primary", key=f"out/{workflow}/{staff_id}"):
            with said_plainly():
                switches.leave_out(open_building(), actor, workflow, staff_id, reason)
                st.rerun()
