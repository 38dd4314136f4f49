"""Charges: codes that a signed note supports beside its sentences; one click enters them in eCW."""

import streamlit as st

from pages.parts import components
from pages.parts.charges import opened, snapshot, visits, wishes, words
from pages.parts.desk import open_building, signed_in
from pages.parts.manage import REFRESH
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed, NotRolledOut


@st.fragment(run_every=REFRESH)
def work() -> None:
    """The chosen list beside the open visit; what was clicked is done before it is drawn."""
    container, actor = open_building(), signed_in()
    wishes.carry_out(container, actor)
    try:
        _draw(container, actor)
    except (NotAllowed, NotRolledOut) as error:
        st.info(str(error), icon=":material/info:")
        st.text("An administrator can switch charges on for you on the Rollout page.")


def _draw(container: Container, actor: Actor) -> None:
    lane = _lane()
    shown = snapshot.current(container, actor, lane, _page(lane), wishes.opened())
    chosen = _tabs(lane, shown)
    if chosen != lane:
        st.query_params["lane"] = chosen
        wishes.open_visit(None)
        st.rerun(scope="fragment")
    wishes.say()
    left, right = st.columns([32, 68], gap="small")
    with left, st.container(gap="xsmall"):
        visits.show(shown.listed, lane)
        _pages(shown, lane)
    with right, st.container(key="charge_pane", gap="xsmall"):
        if shown.visit:
            opened.show(container, actor, shown.visit)
        else:
            st.subheader("No visit is open", anchor=False)
            st.text("Open a visit on the left. Its codes appear here with the note's sentences.")


def _lane() -> str:
    asked = st.query_params.get("lane", "approve")
    return asked if asked in words.LANES else "approve"


def _tabs(lane: str, shown: snapshot.Snapshot) -> str:
    chosen = st.segmented_control(
        "Which charges",
        options=list(words.LANES),
        default=lane,
        format_func=lambda name: f"{words.LANES[name][0]} {shown.listed.counts[name]}",
        key="charges_lane",
        label_visibility="collapsed",
    )
    st.caption(words.LANES[chosen or lane][1])
    return chosen or lane


def _page(lane: str) -> int:
    kept = st.session_state.get("charges.page", ("", 0))
    return int(kept[1]) if kept[0] == lane else 0


def _turn(lane: str, page: int) -> None:
    st.session_state["charges.page"] = (lane, page)


def _pages(shown: snapshot.Snapshot, lane: str) -> None:
    with st.container(horizontal=True):
        if shown.page:
            st.button("Earlier", key="page-back", on_click=_turn, args=(lane, shown.page - 1))
        if shown.listed.more:
            st.button("Later", key="page-on", on_click=_turn, args=(lane, shown.page + 1))


st.set_page_config(initial_sidebar_state="collapsed")  # the work needs the width
with st.container(key="charge_title", gap=None):
    components.visits_page(key="visits_page_style")
    st.title("Charges", anchor=False)
work()
