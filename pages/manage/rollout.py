"""Rollout: how far each workflow is switched on and for whom, what is planned, and what stops it."""

import streamlit as st

from pages.parts.manage import may_do, open_room
from pages.parts.rollout.change import change
from pages.parts.rollout.going import going
from pages.parts.rollout.limits import limits
from pages.parts.rollout.now import now
from pages.parts.rollout.past import past
from pages.parts.rollout.phases import phases
from pages.parts.rollout.planned import planned
from pages.parts.rollout.reasons import reasons
from pages.parts.rollout.shown import Shown, looked_up
from services import switches
from services.desk import Actor

LIST = 660  # pixels: it scrolls by itself, so that the form beside it stays in view
TABS = ("Now", "How it goes", "Plan", "Coming up", "History", "Limits", "People")


def _person(actor: Actor, shown: Shown) -> None:
    names = {id: name for id, (name, _) in shown.people.items()}
    person = st.selectbox(
        "Why is it on or off for", list(names), index=None, format_func=names.__getitem__,
        placeholder="Choose somebody", key="why/person",
    )  # fmt: skip
    if person:
        reasons(actor, person)


actor = open_room("rollout.read", "see the rollout")
st.title("Rollout")
tabs = dict(zip(TABS, st.tabs(TABS), strict=True))
shown = looked_up(actor)
with tabs["Now"]:
    left, right = st.columns([5, 3], gap="medium")
    with left, st.container(height=LIST, border=False):
        st.caption("A stop beats every stage, place and person, within seconds, in this practice.")
        now()
    with right:
        if may_do(actor, switches.set_stage.verb):
            change(actor, shown)
        else:
            st.caption("An administrator changes stages.")
with tabs["How it goes"]:
    going(actor, shown)
with tabs["Plan"]:
    phases(actor)
with tabs["Coming up"]:
    planned(actor, shown)
with tabs["History"]:
    past(actor, shown)
with tabs["Limits"]:
    limits(actor, shown)
with tabs["People"]:
    _person(actor, shown)
