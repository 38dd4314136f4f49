"""Reminders: who is coming, what we will tell them, and what they answered."""

import streamlit as st

from pages.parts.desk import open_building, signed_in
from pages.parts.lanes import Lanes
from pages.parts.manage import REFRESH, may_do
from pages.parts.reminders import rows, snapshot, wishes, words
from pages.parts.reminders.wishes import CLICKS
from pages.parts.switched_off import tell_if_off
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed, NotRolledOut
from services.workflows.reminders import approving
from services.workflows.reminders.listing import Listed

LANES = Lanes("reminders", "Which reminders", words.LANES)


@st.fragment(run_every=REFRESH)
def work() -> None:
    """The chosen list, up to date; what was clicked is done before it is drawn."""
    container, actor = open_building(), signed_in()
    wishes.carry_out(container, actor)
    tell_if_off("reminders")
    try:
        _draw(container, actor)
    except (NotAllowed, NotRolledOut) as error:
        st.info(str(error), icon=":material/info:")
        st.text("An administrator can switch reminders on for you on the Rollout page.")


def _draw(container: Container, actor: Actor) -> None:
    lane = LANES.asked()
    page = LANES.turned(lane)
    listed = snapshot.current(container, actor, lane, page)
    if LANES.tabs(lane, listed.counts):
        CLICKS.forget()
        st.rerun(scope="fragment")
    CLICKS.say()
    _warnings(listed, lane)
    _list(container, actor, listed, lane)
    LANES.pager(lane, page, more=listed.more)


def _warnings(listed: Listed, lane: str) -> None:
    if listed.cannot_send:
        st.warning(f"Nothing can be sent: {listed.cannot_send}", icon=":material/lock:")
    if listed.schedule_read is None and lane == "proposed":
        st.warning(
            "The schedule has not been read for hours, so nothing new is proposed. The Jobs page "
            "says why.",
            icon=":material/cloud_off:",
        )


def _list(container: Container, actor: Actor, listed: Listed, lane: str) -> None:
    if not listed.rows:
        st.info(words.EMPTY[lane], icon=":material/event_available:")
        return
    if lane == "proposed" and may_do(actor, approving.approve.verb):
        _approve_all(listed)
    now = container.clock()
    for place, row in enumerate(listed.rows):
        rows.show(row, actor, listed.options.zone, now, first=place == 0)


def _approve_all(listed: Listed) -> None:
    # What somebody is typing into is not what the screen shows, so that one waits.
    targets = [row.target for row in listed.rows if not wishes.opened("edit", row.id)]
    st.button(
        f"Approve all shown ({len(targets)})",
        key="approve-all",
        help="Each is approved by itself and by the same rules, with the words shown here.",
        disabled=not targets,
        on_click=CLICKS.wish,
        args=(approving.approve, targets),
    )


st.title("Reminders")
work()
