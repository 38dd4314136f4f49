"""Reminders: who is coming, what we will tell them, and what they answered."""

import streamlit as st

from pages.parts.desk import open_building, signed_in
from pages.parts.manage import REFRESH, may_do
from pages.parts.reminders import rows, snapshot, wishes, words
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed, NotRolledOut
from services.workflows.reminders import approving
from services.workflows.reminders.listing import Listed


@st.fragment(run_every=REFRESH)
def work() -> None:
    """The chosen list, up to date; what was clicked is done before it is drawn."""
    container, actor = open_building(), signed_in()
    wishes.carry_out(container, actor)
    try:
        _draw(container, actor)
    except (NotAllowed, NotRolledOut) as error:
        st.info(str(error), icon=":material/info:")
        st.text("An administrator can switch reminders on for you on the Rollout page.")


def _draw(container: Container, actor: Actor) -> None:
    lane = _lane()
    page = _page(lane)
    listed = snapshot.current(container, actor, lane, page)
    chosen = _tabs(lane, listed)
    if chosen != lane:
        st.query_params["lane"] = chosen
        st.session_state.pop(wishes.SAID, None)
        st.rerun(scope="fragment")
    wishes.say()
    _warnings(listed, lane)
    _list(container, actor, listed, lane)
    _pages(listed, lane, page)


def _lane() -> str:
    asked = st.query_params.get("lane", "proposed")
    return asked if asked in words.LANES else "proposed"


def _tabs(lane: str, listed: Listed) -> str:
    chosen = st.segmented_control(
        "Which reminders",
        options=list(words.LANES),
        default=lane,
        format_func=lambda name: f"{words.LANES[name][0]} {listed.counts[name]}",
        key="reminders_lane",
        label_visibility="collapsed",
    )
    st.caption(words.LANES[chosen or lane][1])
    return chosen or lane


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
        on_click=wishes.wish,
        args=(approving.approve, targets),
    )


def _page(lane: str) -> int:
    kept = st.session_state.get("reminders.page", ("", 0))
    return int(kept[1]) if kept[0] == lane else 0


def _turn(lane: str, page: int) -> None:
    st.session_state["reminders.page"] = (lane, page)


def _pages(listed: Listed, lane: str, page: int) -> None:
    with st.container(horizontal=True):
        if page:
            st.button("Earlier", key="page-back", on_click=_turn, args=(lane, page - 1))
        if listed.more:
            st.button("Later", key="page-on", on_click=_turn, args=(lane, page + 1))


st.title("Reminders")
work()
