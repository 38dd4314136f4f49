"""The limits of each workflow, what is measured against them now, and changing one."""

import streamlit as st

from db.places import Places
from pages.parts.desk import open_building
from pages.parts.manage import Badge, may_do, said_plainly
from pages.parts.rollout.shown import Shown
from services.desk import Actor, looking
from services.rollout import guardrails
from services.rollout.guardrails import Reading
from services.switches import WORKFLOWS

OFF: Badge = ("Not watched", "gray", ":material/visibility_off:")
FEW: Badge = ("Too few cases", "gray", ":material/hourglass_empty:")
KEPT: Badge = ("Within", "green", ":material/check_circle:")
BROKEN: Badge = ("Exceeded", "red", ":material/error:")


def limits(actor: Actor, shown: Shown) -> None:
    """Every limit of one workflow beside what is measured now, in the practice and at its places."""
    workflow = st.segmented_control(
        "Workflow", list(WORKFLOWS), format_func=WORKFLOWS.__getitem__,
        default=next(iter(WORKFLOWS)), required=True, key="limits/workflow",
    )  # fmt: skip
    st.caption(
        "Looked at every minute. What exceeds a limit in the whole practice is moved to shadow "
        "everywhere; what exceeds it at one place is paused there alone. This page says why."
    )
    scope = st.selectbox("Where", _places(actor, workflow), format_func=shown.place,
                         key=f"limits/where/{workflow}")  # fmt: skip
    with looking(open_building(), actor) as desk:
        found = guardrails.readings(desk, workflow, scope)
    for reading in found:
        with st.container(border=True):
            _limit(actor, workflow, reading)
    if scope:
        st.caption("What adds up, such as a cost, is limited for the whole practice.")


def _places(actor: Actor, workflow: str) -> list[str]:
    """Where limits are kept first, then the departments and providers that may get one."""
    with looking(open_building(), actor) as desk:
        kept = guardrails.watched(desk, workflow)
        others = [ref for ref in desk.open(Places).by_ref() if ref not in kept]
    return [*kept, *others]


def _limit(actor: Actor, workflow: str, reading: Reading) -> None:
    measure, limit = reading.measure, reading.limit
    label, color, icon = _badge(reading)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{measure.title}**", help=measure.definition)
        st.badge(label, color=color, icon=icon)
        st.text(_found(reading))
        least = f", from {limit.at_least:,} cases on" if limit.at_least > 1 else ""
        whose = "" if reading.is_own else ", as in the practice"
        st.caption(f"limit {measure.said(limit.limit)} over {_window(limit.hours)}{least}{whose}")
        st.space("stretch")
        if may_do(actor, guardrails.set_limit.verb):
            with st.popover("Set", icon=":material/tune:"):
                _set(actor, workflow, reading)


def _found(reading: Reading) -> str:
    value = reading.measure.said(reading.measured.value)
    counts = reading.measure.unit == "count"
    return value if counts else f"{value} in {reading.measured.count:,} cases"


def _window(hours: int) -> str:
    return f"{hours // 24} days" if hours >= 48 and hours % 24 == 0 else f"{hours} h"


def _badge(reading: Reading) -> Badge:
    if not reading.limit.is_on:
        return OFF
    if reading.is_broken:
        return BROKEN
    # Misses are their own cases: none at all is what is wanted, not too few to tell.
    counts = reading.measure.unit == "count" or reading.measured.count >= reading.limit.at_least
    return KEPT if counts else FEW


def _set(actor: Actor, workflow: str, reading: Reading) -> None:
    limit, key = reading.limit, f"limit/{workflow}/{reading.measure.key}/{reading.scope}"
    share = reading.measure.unit == "share"
    value = st.number_input(
        "Percent" if share else reading.measure.unit.capitalize(), 0.0,
        value=float(limit.limit * 100 if share else limit.limit), key=f"{key}/value",
    )  # fmt: skip
    hours = st.number_input("Over hours", 1, guardrails.LONGEST, limit.hours, key=f"{key}/hours")
    least = st.number_input("From cases on", 1, value=limit.at_least, key=f"{key}/least")
    is_on = st.toggle("Watched", limit.is_on, key=f"{key}/on")
    if st.button(guardrails.set_limit.label, type="primary", key=f"{key}/set"):
        with said_plainly():
            guardrails.set_limit(
                open_building(), actor, workflow, reading.measure.key,
                value / 100 if share else value, hours, least, is_on, reading.scope,
            )  # fmt: skip
            st.rerun()
    if reading.scope and reading.is_own and st.button(
        guardrails.drop_limit.label, key=f"{key}/drop", help=guardrails.drop_limit.help
    ):  # fmt: skip
        with said_plainly():
            guardrails.drop_limit(
                open_building(), actor, workflow, reading.measure.key, reading.scope
            )
            st.rerun()
