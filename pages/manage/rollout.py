"""Rollout: how far each workflow is switched on and for whom, and the switches that stop it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from db.places import Place, Places
from db.rollout import Rollout, Rollouts, Switch
from db.staff import StaffList
from db.vocabulary import Stage
from pages.parts.desk import open_building, signed_in
from pages.parts.manage import (
    REFRESH,
    Badge,
    may_do,
    open_room,
    said_plainly,
)
from services import switches
from services.desk import Actor, looking
from services.policy import may
from services.switches import STOPPABLE, WORKFLOWS, Effect, Move, Why

STAGES = {
    Stage.OFF: "Off: nothing is suggested and nobody sees it.",
    Stage.SHADOW: "Shadow: suggested in the background and measured; nobody sees it.",
    Stage.PILOT: "Pilot: only the people you name see and use it.",
    Stage.ON: "On: everybody whose role allows it.",
}
STAGE_BADGES: dict[Stage, Badge] = {
    Stage.OFF: ("Off", "gray", ":material/toggle_off:"),
    Stage.SHADOW: ("Shadow", "blue", ":material/visibility_off:"),
    Stage.PILOT: ("Pilot", "orange", ":material/group:"),
    Stage.ON: ("On", "green", ":material/toggle_on:"),
}
WHYS = {why: why.capitalize() for why in Why}
FOLLOW = "Follow the practice"
WHOLE = "Whole practice"
WHAT_STOPS = {
    "ai": "No engine is asked any more. Red-flag rules keep working, and people answer by hand.",
    "deliveries": "Nothing leaves for eCW or healow, also what is approved and not yet sent. "
    "It waits here and leaves when you start again.",
}
WORKFLOW_STOPS = (
    "Nobody can open or answer it and nothing is suggested or sent, at every place and for every "
    "pilot. Drafts are kept."
)


@dataclass(frozen=True)
class Shown:
    """What this page knows about one practice at one moment."""

    stages: Mapping[str, Sequence[Rollout]]
    stopped: Mapping[str, Switch]
    places: Mapping[str, Place]
    names: Mapping[UUID, str]
    people: Mapping[UUID, str]


def looked_up(actor: Actor) -> Shown:
    """Stages, switches, places and people as of now."""
    with looking(open_building(), actor) as desk:
        staff = desk.open(StaffList)
        return Shown(
            stages={workflow: desk.open(Rollouts).of(workflow) for workflow in WORKFLOWS},
            stopped=switches.stopped(desk),
            places=desk.open(Places).by_ref(),
            names=staff.names(),
            people={p.id: p.name for p in staff.active() if may(p.role, "inbox.read")},
        )


@st.fragment(run_every=REFRESH)
def now() -> None:
    """Switches and stages as they are, up to date."""
    actor = signed_in()
    shown = looked_up(actor)
    st.subheader("Stop switches")
    st.caption("A switch beats every stage, place and pilot, within seconds, in this practice.")
    for what, title in STOPPABLE.items():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            _switch(actor, what, title, shown)
    st.subheader("Stages")
    for workflow, title in WORKFLOWS.items():
        st.markdown(f"**{title}**")
        for row in sorted(shown.stages[workflow], key=lambda row: row.scope):
            _stage(row, shown)
        if not shown.stages[workflow]:
            st.info("Nobody has switched this on yet.")


def _switch(actor: Actor, what: str, title: str, shown: Shown) -> None:
    st.markdown(f"**{title}**", width=260)
    switch = shown.stopped.get(what)
    if switch is None:
        st.badge("Running", color="green", icon=":material/play_circle:")
    else:
        st.badge("Stopped", color="red", icon=":material/stop_circle:")
        name = shown.names.get(switch.by, "somebody") if switch.by else "somebody"
        st.caption(f"by {name}: {switch.reason}")
    st.space("stretch")
    if switch is None and may_do(actor, switches.stop.verb):
        _stop(actor, what)
    if switch is not None and may_do(actor, switches.resume.verb):
        _resume(actor, what)


def _stop(actor: Actor, what: str) -> None:
    with st.popover("Stop", icon=":material/stop_circle:", help=switches.stop.help):
        st.write(WHAT_STOPS.get(what, WORKFLOW_STOPS))
        why = st.selectbox("Why", list(WHYS), format_func=WHYS.__getitem__, key=f"why/{what}")
        if st.button("Stop now", type="primary", key=f"stop/{what}"):
            with said_plainly():
                switches.stop(open_building(), actor, what, why)
                st.rerun()


def _resume(actor: Actor, what: str) -> None:
    with st.popover("Start again", icon=":material/play_circle:", help=switches.resume.help):
        st.write("It runs again within seconds, as far as the stages below allow.")
        if st.button("Start now", type="primary", key=f"resume/{what}"):
            with said_plainly():
                switches.resume(open_building(), actor, what)
                st.rerun()


def _stage(row: Rollout, shown: Shown) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_place_name(row.scope, shown), width=260)
        label, color, icon = STAGE_BADGES[row.stage]
        st.badge(label, color=color, icon=icon)
        if row.stage is Stage.PILOT:
            names = [shown.names.get(UUID(pilot), "somebody who left") for pilot in row.pilots]
            st.caption(", ".join(sorted(names)))


def _place_name(scope: str, shown: Shown) -> str:
    if not scope:
        return WHOLE
    place = shown.places.get(scope)
    return f"{place.kind.capitalize()}: {place.name}" if place else scope


def change(actor: Actor) -> None:
    """The form for moving a workflow at one place to another stage."""
    shown = looked_up(actor)
    st.subheader("Change a stage")
    workflow = st.selectbox(
        "Workflow", list(WORKFLOWS), format_func=WORKFLOWS.__getitem__, key="move/workflow"
    )
    scope = st.selectbox(
        "Where", ["", *_sorted(shown)], format_func=lambda ref: _place_name(ref, shown),
        key="move/scope",
    )  # fmt: skip
    own = next((row for row in shown.stages[workflow] if row.scope == scope), None)
    stage = _chosen_stage(own, scope)
    pilots = _chosen_pilots(own, shown) if stage is Stage.PILOT else ()
    move = Move(workflow, scope, stage, pilots, own.stage if own else None)
    unchanged = _same(own, move)
    with st.popover("Review", icon=":material/checklist:", disabled=unchanged):
        _review(actor, move, _place_name(scope, shown))


def _sorted(shown: Shown) -> list[str]:
    kinds = ("location", "department", "provider")
    places = sorted(shown.places.values(), key=lambda p: (kinds.index(p.kind), p.name))
    return [place.ehr_ref for place in places]


def _chosen_stage(own: Rollout | None, scope: str) -> Stage | None:
    options = [*STAGES, *([None] if scope else [])]
    now = own.stage if own else None
    return st.radio(
        "Stage", options, options.index(now) if now in options else 0,
        format_func=lambda stage: STAGES[stage] if stage else FOLLOW,
        key=f"move/stage/{scope}/{now}",
    )  # fmt: skip


def _chosen_pilots(own: Rollout | None, shown: Shown) -> tuple[UUID, ...]:
    already = [UUID(pilot) for pilot in own.pilots] if own else []
    return tuple(
        st.multiselect(
            "People in the pilot", list(shown.people), [id for id in already if id in shown.people],
            format_func=shown.people.__getitem__, key="move/pilots",
        )
    )  # fmt: skip


def _same(own: Rollout | None, move: Move) -> bool:
    if own is None:
        return move.stage is None
    return own.stage is move.stage and {UUID(p) for p in own.pilots} == set(move.pilots)


def _review(actor: Actor, move: Move, place: str) -> None:
    with looking(open_building(), actor) as desk:
        touched = switches.effect(desk, move)
    st.markdown(f"**{WORKFLOWS[move.workflow]}**, {place}")
    st.text(f"From: {STAGES[move.seen] if move.seen else FOLLOW}")
    st.text(f"To: {STAGES[move.stage] if move.stage else FOLLOW}")
    _people(touched)
    if st.button("Confirm", type="primary", icon=":material/check:", key="move/yes"):
        with said_plainly():
            switches.set_stage(open_building(), actor, move)
            st.rerun()


def _people(touched: Effect) -> None:
    for words, names in (("Can use it from now on", touched.gain), ("Lose it", touched.lose)):
        if names:
            st.text(f"{words} ({len(names)}): {', '.join(names)}")
    if not (touched.gain or touched.lose):
        st.text("Nobody's screen changes.")
    st.text(
        f"{touched.waiting:,} conversations are open in the practice. Drafts are kept, and "
        "what was approved is still delivered."
    )


actor = open_room("rollout.read", "see the rollout")
st.title("Rollout")
now()
if may_do(actor, switches.set_stage.verb):
    change(actor)
else:
    st.caption("An administrator changes stages.")
