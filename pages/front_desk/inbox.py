"""Inbox: patient messages, most urgent first, each with what you can do about it."""

from datetime import timedelta

import streamlit as st

from pages.parts import components
from pages.parts.desk import open_building, signed_in
from pages.parts.inbox import address as addresses
from pages.parts.inbox import events, several, views
from pages.parts.inbox.deeds import again, open_item
from pages.parts.inbox.find import go_to, toolbar
from pages.parts.inbox.macros import preview
from pages.parts.inbox.moves import moves, pressed
from pages.parts.inbox.reply import reply
from pages.parts.inbox.rows import queue_data
from pages.parts.inbox.sitting import Sitting, sitting_of
from pages.parts.inbox.snapshot import listed
from pages.parts.inbox.top import line
from pages.parts.worklist import Page, while_on
from services.container import Container
from services.desk import Actor
from services.workflows.inbox import listing, watching

COME_BACK = timedelta(minutes=2)  # a browser that reloads goes on where it was


@st.fragment
@while_on
def work() -> None:
    """The list beside one open item."""
    container, actor = open_building(), signed_in()
    sitting = sitting_of(actor)
    # What the person did in the list is known before it is drawn, so that it is drawn once.
    early = events.pending(st.session_state.get("queue"), sitting)
    if early and events.handle(container, actor, sitting, early):
        st.rerun()
    if pressed(container, actor, sitting):
        st.rerun()
    left, right = st.columns([32, 68], gap="small")
    with left, st.container(key="inbox_list"):
        _list(container, actor, sitting)
    with right, st.container(key="inbox_pane"):
        _pane(container, actor, sitting)


def _list(container: Container, actor: Actor, sitting: Sitting) -> None:
    address = addresses.read(st.query_params)
    chosen = toolbar(container, actor, sitting, address)
    if chosen != address:
        go_to(chosen)
        address = chosen
    rows, around = listed(container, actor, sitting, address)
    now = container.clock()
    shown = components.queue(
        key="queue",
        data=queue_data(sitting, actor, address, rows, around, now),
        on_event_change=components.nothing,
    )
    # After a failover the component is the first to know; then it is drawn a second time.
    late = events.pending(shown, sitting)
    if late:
        events.handle(container, actor, sitting, late)
        again()


def _pane(container: Container, actor: Actor, sitting: Sitting) -> None:
    item, choices = sitting.item, sitting.choices
    if sitting.question is not None:
        several.confirm(container, actor, sitting, sitting.question)
        return
    if item is None or choices is None:
        st.subheader("Nothing is open")
        first = "Press Enter to open the first conversation, or" if sitting.ids else "Press"
        st.text(f"{first} ? for all keys.")
        return
    now = container.clock()
    thread, beside = st.columns([70, 30], gap="small")
    with thread:
        components.item(key="item", data=views.item_data(item, choices.options, now))
        if sitting.macro is not None:
            preview(container, actor, sitting, item)
        else:
            reply()
            moves(container, actor, sitting, item)
    with beside:
        components.chart(key="chart", data=views.chart_data(item, actor.role, choices.options, now))


def _begin(container: Container, actor: Actor) -> None:
    listing.open_to(container, actor)
    sitting = sitting_of(actor)
    if sitting.query is None and sitting.item is None:
        open_item(container, actor, sitting, watching.last_open(container, actor, COME_BACK))


Page("the inbox", "inbox", components.page_style, _begin, work, line).show()
