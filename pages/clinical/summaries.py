"""Summaries: signed visits in plain words beside the note; one click sends them to the patient."""

import streamlit as st

from pages.parts import components
from pages.parts.desk import open_building, signed_in
from pages.parts.lanes import Lanes
from pages.parts.manage import REFRESH
from pages.parts.summaries import opened, rows, wishes, words
from pages.parts.summaries.wishes import SUMMARY
from pages.parts.switched_off import tell_if_off
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed, NotRolledOut
from services.workflows.summaries.reading import OpenSummary

LANES = Lanes("summaries", "Which summaries", words.LANES)


@st.fragment(run_every=REFRESH)
def work() -> None:
    """The chosen list beside the open summary; what was clicked is done before it is drawn."""
    container, actor = open_building(), signed_in()
    wishes.carry_out(container, actor)
    tell_if_off("summaries")
    try:
        _draw(container, actor)
    except (NotAllowed, NotRolledOut) as error:
        st.info(str(error), icon=":material/info:")
        st.text("An administrator can switch visit summaries on for you on the Rollout page.")


def _draw(container: Container, actor: Actor) -> None:
    lane = LANES.asked()
    shown = SUMMARY.shown(container, actor, lane, LANES.turned(lane))
    if LANES.tabs(lane, words.counts(shown.listed)):
        wishes.turn_to(None)
        st.rerun(scope="fragment")
    wishes.say(shown.opened is not None and shown.opened.row.state in words.OUT)
    if not shown.listed.finds_visits:
        st.warning(words.NOTES_OFF, icon=":material/visibility_off:")
    left, right = st.columns([30, 70], gap="small")
    with left, st.container(gap="xsmall"):
        rows.show(shown.listed, lane)
        LANES.pager(lane, shown.page, more=shown.listed.more)
    with right, st.container(key="summary_pane", gap="xsmall"):
        _open(shown.opened)


def _open(summary: OpenSummary | None) -> None:
    if summary:
        opened.show(summary)
    else:
        st.subheader("No summary is open", anchor=False)
        st.text("Open a visit on the left: its summary appears here beside what was signed.")


st.set_page_config(initial_sidebar_state="collapsed")  # the work needs the width
with st.container(key="summary_title", gap=None):
    components.visits_page(key="visits_page_style")
    st.title("Summaries", anchor=False)
work()
