"""Notes: visits and their drafts, section by section beside the sources; one click sends for signature."""

import streamlit as st

from pages.parts import components
from pages.parts.desk import open_building, signed_in
from pages.parts.lanes import Lanes
from pages.parts.manage import REFRESH
from pages.parts.notes import clock, opened, preferences, visits, wishes, words
from pages.parts.notes.wishes import CLICKS, NOTE
from pages.parts.switched_off import tell_if_off
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed, NotRolledOut
from services.workflows.notes import timing
from services.workflows.notes.reading import OpenNote

LANES = Lanes("notes", "Which notes", words.LANES)


@st.fragment(run_every=REFRESH)
def work() -> None:
    """The chosen list beside the open note; what was clicked is done before it is drawn."""
    container, actor = open_building(), signed_in()
    wishes.carry_out(container, actor)
    clock.count(container, actor)
    tell_if_off("notes")
    try:
        _draw(container, actor)
    except (NotAllowed, NotRolledOut) as error:
        st.info(str(error), icon=":material/info:")
        st.text("An administrator can switch notes on for you on the Rollout page.")


def _draw(container: Container, actor: Actor) -> None:
    lane = LANES.asked()
    shown = NOTE.shown(container, actor, lane, LANES.turned(lane))
    with st.container(horizontal=True):
        changed = LANES.tabs(lane, shown.listed.counts)
        preferences.show(container, actor)
    if changed:
        wishes.turn_to(None)
        st.rerun(scope="fragment")
    CLICKS.say()
    left, right = st.columns([34, 66], gap="small")
    with left, st.container(gap="xsmall"):
        visits.show(shown.listed, lane)
        LANES.pager(lane, shown.page, more=shown.listed.more)
    with right, st.container(key="note_pane", gap="xsmall"):
        _open(container, actor, shown.opened)


def _open(container: Container, actor: Actor, note: OpenNote | None) -> None:
    if note:
        seconds = timing.seconds(container, actor, note.row.id)
        opened.show(note, seconds)
    else:
        st.subheader("No note is open", anchor=False)
        st.text("Open a visit on the left. Its draft appears here beside what it rests on.")


st.set_page_config(initial_sidebar_state="collapsed")  # the work needs the width
with st.container(key="note_title", gap=None):
    components.visits_page(key="visits_page_style")
    st.title("Notes", anchor=False)
work()
