"""Charges: codes that a signed note supports beside its sentences; one click enters them in eCW."""

import streamlit as st

from pages.parts import components
from pages.parts.charges import opened, visits, wishes, words
from pages.parts.charges.wishes import VISIT
from pages.parts.desk import open_building, signed_in
from pages.parts.lanes import Lanes
from pages.parts.manage import REFRESH
from pages.parts.switched_off import tell_if_off
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed, NotRolledOut

LANES = Lanes("charges", "Which charges", words.LANES)


@st.fragment(run_every=REFRESH)
def work() -> None:
    """The chosen list beside the open visit; what was clicked is done before it is drawn."""
    container, actor = open_building(), signed_in()
    wishes.carry_out(container, actor)
    tell_if_off("charges")
    try:
        _draw(container, actor)
    except (NotAllowed, NotRolledOut) as error:
        st.info(str(error), icon=":material/info:")
        st.text("An administrator can switch charges on for you on the Rollout page.")


def _draw(container: Container, actor: Actor) -> None:
    lane = LANES.asked()
    shown = VISIT.shown(container, actor, lane, LANES.turned(lane))
    if LANES.tabs(lane, shown.listed.counts):
        wishes.turn_to(None)
        st.rerun(scope="fragment")
    wishes.say()
    left, right = st.columns([32, 68], gap="small")
    with left, st.container(gap="xsmall"):
        visits.show(shown.listed, lane)
        LANES.pager(lane, shown.page, more=shown.listed.more)
    with right, st.container(key="charge_pane", gap="xsmall"):
        if shown.opened:
            opened.show(container, actor, shown.opened)
        else:
            st.subheader("No visit is open", anchor=False)
            st.text("Open a visit on the left. Its codes appear here with the note's sentences.")


st.set_page_config(initial_sidebar_state="collapsed")  # the work needs the width
with st.container(key="charge_title", gap=None):
    components.visits_page(key="visits_page_style")
    st.title("Charges", anchor=False)
work()
