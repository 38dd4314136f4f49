"""What will begin or end by itself, what waits for a second person, and what came of it."""

from datetime import date, datetime, time

import streamlit as st

from db.rollout_changes import PlanState, RolloutPlan, RolloutPlans
from db.vocabulary import Stage
from pages.parts.desk import open_building
from pages.parts.manage import Badge, clock_time, may_do, said_plainly
from pages.parts.rollout.audience import audience
from pages.parts.rollout.shown import Shown
from services.desk import Actor, looking
from services.rollout import plans, scopes
from services.rollout.moves import Move
from services.rollout.wanted import Earlier, Wanted, earlier, given_of
from services.switches import WORKFLOWS

BADGES: dict[PlanState, Badge] = {
    PlanState.ASKED: ("Waits for approval", "orange", ":material/group:"),
    PlanState.READY: ("Planned", "blue", ":material/schedule:"),
    PlanState.RUNNING: ("Begun", "green", ":material/play_circle:"),
    PlanState.DONE: ("Done", "gray", ":material/check:"),
    PlanState.CANCELLED: ("Called off", "gray", ":material/close:"),
    PlanState.FAILED: ("Not done", "red", ":material/error:"),
}


def planned(actor: Actor, shown: Shown) -> None:
    """Pending plans with what a person may do about them, then what came of the last ones."""
    with looking(open_building(), actor) as desk:
        rows = desk.open(RolloutPlans)
        pending, settled = rows.pending(), rows.settled()
    if not pending:
        st.info("Nothing is planned and nothing waits for approval.", icon=":material/event:")
    for plan in pending:
        with st.container(border=True):
            _plan(plan, shown)
            with st.container(horizontal=True):
                _approve(actor, plan)
                _edit(actor, plan, shown)
                _cancel(actor, plan)
            _past(actor, plan, shown)
    if settled:
        st.subheader("What came of the last ones")
    for plan in settled:
        _plan(plan, shown)


def _plan(plan: RolloutPlan, shown: Shown) -> None:
    move = Move.loaded(plan.move)
    label, color, icon = BADGES[plan.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(label, color=color, icon=icon)
        st.text(f"{WORKFLOWS.get(plan.workflow, plan.workflow)}, {shown.place(move.scope)}")
        st.text(f"{move.seen or 'as the practice'} → {_said(move, shown)}")
    st.caption(_when(plan, shown))
    if plan.outcome:
        st.text(plan.outcome)


def _when(plan: RolloutPlan, shown: Shown) -> str:
    asked = f"Asked by {shown.who(plan.asked_by)}"
    because = f" ({plan.because})" if plan.because else ""
    agreed = f", approved by {shown.who(plan.approved_by)}" if plan.approved_by else ""
    ends = f", until {clock_time(plan.stops_at, shown.zone)}" if plan.stops_at else ""
    return f"{asked}{because}{agreed}. From {clock_time(plan.starts_at, shown.zone)}{ends}."


def _approve(actor: Actor, plan: RolloutPlan) -> None:
    if plan.state is not PlanState.ASKED or not may_do(actor, plans.approve.verb):
        return
    if plan.asked_by == actor.staff_id:
        st.caption("Somebody else has to approve this.")
        return
    if st.button(
        plans.approve.label, type="primary", icon=":material/check:", key=f"approve/{plan.id}",
        help=plans.approve.help,
    ):  # fmt: skip
        with said_plainly():
            plans.approve(open_building(), actor, plan.id, plan.version)
            st.rerun()


def _edit(actor: Actor, plan: RolloutPlan, shown: Shown) -> None:
    if plan.state is PlanState.RUNNING or not may_do(actor, plans.edit.verb):
        return
    with st.popover("Change it", icon=":material/edit_calendar:", help=plans.edit.help):
        if plan.approved_by:
            st.warning("The approval is void once you change this.", icon=":material/group:")
        move = _whom(plan, shown)
        starts = _moment("Begins", plan.starts_at, plan, shown)
        stops = plan.stops_at and _moment("Ends", plan.stops_at, plan, shown)
        if st.button(plans.edit.label, type="primary", key=f"edit/{plan.id}"):
            with said_plainly():
                _edited(actor, plan, move, plans.moment(*starts, shown.zone),
                        stops and plans.moment(*stops, shown.zone))  # fmt: skip
                st.rerun()


def _whom(plan: RolloutPlan, shown: Shown) -> Move:
    """The same move for whoever is chosen, with what differs by name; only a pilot has people."""
    move = Move.loaded(plan.move)
    if move.stage is not Stage.PILOT or move.after is None:
        return move
    wanted = audience(move, move.after, shown, f"edit/{plan.id}/{plan.version}")
    was, will = _said(move, shown), _said(wanted, shown)
    if was != will:
        st.text(f"{was} → {will}")
    return wanted


def _said(move: Move, shown: Shown) -> str:
    return scopes.said(move.after, shown.name) if move.after else "follow the practice"


def _past(actor: Actor, plan: RolloutPlan, shown: Shown) -> None:
    """What was planned before each edit, and the one click that goes back to it."""
    after = Move.loaded(plan.move)
    for one in earlier(plan):
        with st.container(horizontal=True, vertical_alignment="center"):
            who = f"Changed {clock_time(one.at, shown.zone)} by {shown.who(one.by)}"
            was = f"{_said(one.wanted.move, shown)}{_until(one, shown)}"
            st.caption(f"{who}: {was} → {_said(after, shown)}", width="stretch")
            _go_back(actor, plan, one)
        after = one.wanted.move


def _until(one: Earlier, shown: Shown) -> str:
    starts, stops = one.wanted.starts_at, one.wanted.stops_at
    ends = f" until {clock_time(stops, shown.zone)}" if stops else ""
    return f", from {clock_time(starts, shown.zone)}{ends}"


def _go_back(actor: Actor, plan: RolloutPlan, one: Earlier) -> None:
    if plan.state is PlanState.RUNNING or not may_do(actor, plans.go_back.verb):
        return
    if st.button(
        plans.go_back.label, icon=":material/undo:", help=plans.go_back.help, type="tertiary",
        key=f"back/{plan.id}/{plan.version}/{one.version}",
    ):  # fmt: skip
        with said_plainly():
            plans.go_back(open_building(), actor, plan.id, plan.version, one.version)
            st.rerun()


def _moment(label: str, now: datetime, plan: RolloutPlan, shown: Shown) -> tuple[date, time]:
    local = now.astimezone(shown.zone)
    left, right = st.columns(2)
    key = f"edit/{label}/{plan.id}/{plan.version}"
    day = left.date_input(label, local.date(), key=f"{key}/day")
    at = right.time_input("At", local.time().replace(second=0, microsecond=0), key=f"{key}/at")
    return day, at


def _edited(
    actor: Actor, plan: RolloutPlan, move: Move, starts: datetime, stops: datetime | None
) -> None:
    wanted = Wanted(move, given_of(plan), starts, stops)
    plans.edit(open_building(), actor, plan.id, plan.version, wanted)


def _cancel(actor: Actor, plan: RolloutPlan) -> None:
    if may_do(actor, plans.cancel.verb) and st.button(
        plans.cancel.label, icon=":material/close:", key=f"cancel/{plan.id}",
        help=plans.cancel.help,
    ):  # fmt: skip
        with said_plainly():
            plans.cancel(open_building(), actor, plan.id, plan.version)
            st.rerun()
