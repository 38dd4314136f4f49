"""Summaries: signed visits in plain words beside the note; one click sends them to the patient."""

import streamlit as st

from pages.parts import components
from pages.parts.desk import open_building, signed_in
from pages.parts.manage import REFRESH
from pages.parts.summaries import opened, rows, snapshot, wishes, words
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed, NotRolledOut


@st.fragment(run_every=REFRESH)
def work() -> None:
    """The chosen list beside the open summary; what was clicked is done before it is drawn."""
    container, actor = open_building(), signed_in()
    wishes.carry_out(container, actor)
    try:
        _draw(container, actor)
    except (NotAllowed, NotRolledOut) as error:
        st.info(str(error), icon=":material/info:")
        st.text("An administrator can switch visit summaries on for you on the Rollout page.")


def _draw(container: Container, actor: Actor) -> None:
    lane = _lane()
    shown = snapshot.current(container, actor, lane, _page(lane), wishes.opened())
    chosen = _tabs(lane, shown)
    if chosen != lane:
        st.query_params["lane"] = chosen
        wishes.open_summary(None)
        st.rerun(scope="fragment")
    wishes.say(shown.summary is not None and shown.summary.row.state in words.OUT)
    if not shown.listed.finds_visits:
        st.warning(words.NOTES_OFF, icon=":material/visibility_off:")
    left, right = st.columns([30, 70], gap="small")
    with left, st.container(gap="xsmall"):
        rows.show(shown.listed, lane)
        _pages(shown, lane)
    with right, st.container(key="summary_pane", gap="xsmall"):
        _open(shown)


def _open(shown: snapshot.Snapshot) -> None:
    if shown.summary:
        opened.show(shown.summary)
    else:
        st.subheader("No summary is open", anchor=False)
        st.text("Open a visit on the left: its summary appears here beside what was signed.")


def _lane() -> str:
    asked = st.query_params.get("lane", "check")
    return asked if asked in words.LANES else "check"


def _tabs(lane: str, shown: snapshot.Snapshot) -> str:
    chosen = st.segmented_control(
        "Which summaries",
        options=list(words.LANES),
        default=lane,
        format_func=lambda name: words.tab(name, shown.listed),
        key="summaries_lane",
        label_visibility="collapsed",
    )
    st.caption(words.LANES[chosen or lane][1])
    return chosen or lane


def _page(lane: str) -> int:
    kept = st.session_state.get("summaries.page", ("", 0))
    return int(kept[1]) if kept[0] == lane else 0


def _turn(lane: str, page: int) -> None:
    st.session_state["summaries.page"] = (lane, page)


def _pages(shown: snapshot.Snapshot, lane: str) -> None:
    with st.container(horizontal=True):
        if shown.page:
            st.button("Earlier", key="page-back", on_click=_turn, args=(lane, shown.page - 1))
        if shown.listed.more:
            st.button("Later", key="page-on", on_click=_turn, args=(lane, shown.page + 1))


st.set_page_config(initial_sidebar_state="collapsed")  # the work needs the width
with st.container(key="summary_title", gap=None):
    components.visits_page(key="visits_page_style")
    st.title("Summaries", anchor=False)
work()
