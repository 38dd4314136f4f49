"""Moving a workflow: who, from when, why; reviewed with every name before it happens."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import streamlit as st

from db.rollout import Rollout
from db.vocabulary import Stage
from pages.parts.desk import open_building
from pages.parts.manage import clock_time, said_plainly
from pages.parts.rollout.audience import audience
from pages.parts.rollout.now import CHOSEN
from pages.parts.rollout.review import all_the_same, review
from pages.parts.rollout.shown import FOLLOW, REASONS, STAGES, Shown
from services import switches
from services.desk import Actor, looking
from services.rollout import plans
from services.rollout.wanted import Wanted
from services.switches import WORKFLOWS, Given, Move

FOLLOWING = {
    Stage.OFF: Stage.PILOT, Stage.SHADOW: Stage.PILOT, Stage.PILOT: Stage.ON, Stage.ON: Stage.ON,
}  # fmt: skip


@dataclass(frozen=True)
class Moments:
    """From when and until when; ``None`` is now, and without an end."""

    starts_at: datetime | None = None
    stops_at: datetime | None = None


def change(actor: Actor, shown: Shown) -> None:
    """The form for moving a workflow at one place to another stage."""
    st.subheader("Change a stage")
    _take_up(shown)
    workflow = st.selectbox(
        "Workflow", list(WORKFLOWS), format_func=WORKFLOWS.__getitem__, key="move/workflow"
    )
    scope = st.selectbox("Where", ["", *_sorted(shown)], format_func=shown.place, key="move/scope")
    own = next((row for row in shown.stages[workflow] if row.scope == scope), None)
    stage = _stage(workflow, own, scope)
    move = Move(
        workflow, scope, stage, seen=own.stage if own else None, version=shown.versions[workflow]
    )
    if stage is Stage.PILOT:
        move = _audience(move, own, shown)
    given, moments = _terms(actor, move, shown)
    with st.popover("Review", icon=":material/checklist:", disabled=_same(own, move)):
        _review(actor, move, given, moments, shown)


def _take_up(shown: Shown) -> None:
    """A Change button was pressed: the form shows that workflow, with the next stage chosen."""
    chosen = st.session_state.pop(CHOSEN, None)
    if chosen is None:
        return
    st.session_state["move/workflow"], st.session_state["move/scope"] = chosen, ""
    own = next((row for row in shown.stages[chosen] if not row.scope), None)
    stage = own.stage if own else Stage.OFF
    st.session_state[_stage_key(chosen, "", own)] = FOLLOWING[stage]


def _sorted(shown: Shown) -> list[str]:
    kinds = ("location", "department", "provider")
    places = sorted(shown.places.values(), key=lambda p: (kinds.index(p.kind), p.name))
    return [place.ehr_ref for place in places]


def _stage_key(workflow: str, scope: str, own: Rollout | None) -> str:
    return f"move/stage/{workflow}/{scope}/{own.stage if own else None}"


def _stage(workflow: str, own: Rollout | None, scope: str) -> Stage | None:
    options = [*STAGES, *([None] if scope else [])]
    now, key = own.stage if own else None, _stage_key(workflow, scope, own)
    st.session_state.setdefault(key, now if now in options else options[0])
    return st.radio(
        "Stage", options, format_func=lambda stage: STAGES[stage] if stage else FOLLOW, key=key
    )


def _audience(move: Move, own: Rollout | None, shown: Shown) -> Move:
    key = f"move/{move.workflow}/{move.scope}/{own.stage if own else None}"
    return audience(move, own, shown, key)


def _terms(actor: Actor, move: Move, shown: Shown) -> tuple[Given, Moments]:
    """Why, who answers for it and when: sound as they stand, so that nobody has to open them."""
    with st.expander("Why, who answers for it, and when", icon=":material/edit_note:"):
        because = st.selectbox(
            "Why", list(REASONS), format_func=REASONS.__getitem__, key="move/because"
        )
        people = {id: name for id, (name, _) in shown.people.items()}
        mine = list(people).index(actor.staff_id) if actor.staff_id in people else 0
        owner = st.selectbox(
            "Who answers for it", list(people), mine, format_func=people.__getitem__,
            key="move/owner",
        )  # fmt: skip
        drains = st.toggle(
            "What is open may be finished for a week", value=True, key="move/drains",
            help="Read when people lose it. Without it, open work is closed to them at once.",
        )  # fmt: skip
        with said_plainly():
            return Given(because, owner, drains), _moments(shown)
    return Given(because, owner, drains), Moments()


def _moments(shown: Shown) -> Moments:
    today = datetime.now(shown.zone).date()
    starts = stops = None
    if st.toggle("Begin at a moment", key="move/later", help=f"By the clock of {shown.zone.key}."):
        left, right = st.columns(2)
        day = left.date_input("From", today + timedelta(days=1), today, key="move/from")
        at = right.time_input("At", time(7), key="move/from_at")
        starts = plans.moment(day, at, shown.zone)
    if st.toggle("End at a moment", key="move/ends", help="It goes back to what it was before."):
        left, right = st.columns(2)
        day = left.date_input("Until", today + timedelta(days=14), today, key="move/until")
        at = right.time_input("At ", time(18), key="move/until_at")
        stops = plans.moment(day, at, shown.zone)
    return Moments(starts, stops)


def _same(own: Rollout | None, move: Move) -> bool:
    if own is None:
        return move.stage is None
    after = move.after
    return after is not None and (
        (own.stage, {*own.pilots}, {*own.roles}, own.percent)
        == (after.stage, {*after.pilots}, {*after.roles}, after.percent)
    )


def _review(actor: Actor, move: Move, given: Given, moments: Moments, shown: Shown) -> None:
    with looking(open_building(), actor) as desk:
        touched = switches.effect(desk, move)
    review(move, given, touched, shown)
    planned = touched.asks or moments.starts_at or moments.stops_at
    if moments.starts_at:
        st.text(f"Begins {clock_time(moments.starts_at, shown.zone)}.")
    if moments.stops_at:
        st.text(f"Ends {clock_time(moments.stops_at, shown.zone)}, as it was before.")
    if touched.asks:
        st.warning("A second person approves this before it happens.", icon=":material/group:")
    label = "Ask for approval" if touched.asks else "Plan it" if planned else _verb(move)
    why = all_the_same(given, touched)
    if st.button(
        label, type="primary", icon=":material/check:", key="move/yes", disabled=why is None
    ):
        with said_plainly():
            _do(actor, Wanted(move, why or given, moments.starts_at, moments.stops_at), planned)
            st.rerun()


def _do(actor: Actor, wanted: Wanted, planned: object) -> None:
    if planned:
        plans.plan(open_building(), actor, wanted)
    else:
        switches.set_stage(open_building(), actor, wanted.move, wanted.given)


def _verb(move: Move) -> str:
    match move.stage:
        case Stage.PILOT | Stage.ON:
            return "Turn on"
        case Stage.OFF:
            return "Turn off"
        case _:
            return "Confirm"
