"""Notes: visits and their drafts, section by section beside the sources; one click sends for signature."""

import streamlit as st

from pages.parts.desk import open_building, signed_in
from pages.parts.manage import REFRESH
from pages.parts.notes import clock, opened, snapshot, visits, wishes, words
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed, NotRolledOut
from services.workflows.notes import timing


@st.fragment(run_every=REFRESH)
def work() -> None:
    """The chosen list beside the open note; what was clicked is done before it is drawn."""
    container, actor = open_building(), signed_in()
    wishes.carry_out(container, actor)
    clock.count(container, actor)
    try:
        _draw(container, actor)
    except (NotAllowed, NotRolledOut) as error:
        st.info(str(error), icon=":material/info:")
        st.text("An administrator can switch notes on for you on the Rollout page.")


def _draw(container: Container, actor: Actor) -> None:
    lane = _lane()
    shown = snapshot.current(container, actor, lane, _page(lane), wishes.opened())
    chosen = _tabs(lane, shown)
    if chosen != lane:
        st.query_params["lane"] = chosen
        wishes.open_note(None)
        st.rerun(scope="fragment")
    wishes.say()
    left, right = st.columns([34, 66], gap="small")
    with left, st.container(gap="xsmall"):
        visits.show(shown.listed, lane)
        _pages(shown, lane)
    with right, st.container(key="note_pane", gap="xsmall"):
        _open(container, actor, shown)


def _open(container: Container, actor: Actor, shown: snapshot.Snapshot) -> None:
    if shown.note:
        seconds = timing.seconds(container, actor, shown.note.row.id)
        opened.show(shown.note, seconds)
    else:
        st.subheader("No note is open", anchor=False)
        st.text("Open a visit on the left. Its draft appears here beside what it rests on.")


def _lane() -> str:
    asked = st.query_params.get("lane", "draft")
    return asked if asked in words.LANES else "draft"


def _tabs(lane: str, shown: snapshot.Snapshot) -> str:
    chosen = st.segmented_control(
        "Which notes",
        options=list(words.LANES),
        default=lane,
        format_func=lambda name: f"{words.LANES[name][0]} {shown.listed.counts[name]}",
        key="notes_lane",
        label_visibility="collapsed",
    )
    st.caption(words.LANES[chosen or lane][1])
    return chosen or lane


def _page(lane: str) -> int:
    kept = st.session_state.get("notes.page", ("", 0))
    return int(kept[1]) if kept[0] == lane else 0


def _turn(lane: str, page: int) -> None:
    st.session_state["notes.page"] = (lane, page)


def _pages(shown: snapshot.Snapshot, lane: str) -> None:
    with st.container(horizontal=True):
        if shown.page:
            st.button("Earlier", key="page-back", on_click=_turn, args=(lane, shown.page - 1))
        if shown.listed.more:
            st.button("Later", key="page-on", on_click=_turn, args=(lane, shown.page + 1))


st.set_page_config(initial_sidebar_state="collapsed")  # the work needs the width
st.title("Notes", anchor=False)
work()
