"""Claims: before they leave and after, and every file that tells of them."""

import streamlit as st

from pages.parts import components
from pages.parts.claims import events, snapshot, words
from pages.parts.claims.deeds import release_clean
from pages.parts.claims.drop import drop_zone
from pages.parts.claims.pane import pane_data
from pages.parts.claims.rows import clean, list_data
from pages.parts.claims.sitting import Sitting, sitting_of
from pages.parts.claims.top import line
from pages.parts.desk import open_building, signed_in
from pages.parts.manage import may_do
from pages.parts.worklist import Page, while_on
from services.container import Container
from services.desk import Actor
from services.workflows.claims import listing

WISH = "claims.release_all"


@st.fragment
@while_on
def work() -> None:
    """The list, and what is open beside it."""
    container, actor = open_building(), signed_in()
    sitting = sitting_of(actor)
    # What the person did is known before the page is drawn, so that it is drawn once.
    told = events.take(container, actor, sitting)
    if st.session_state.pop(WISH, False):
        release_clean(container, actor, sitting)
        told = True
    if told:
        st.rerun()
    left, right = st.columns([36, 64], gap="small")
    with left, st.container(key="claims_list"):
        _list(container, actor, sitting)
    with right, st.container(key="claims_pane"):
        _open(actor, sitting)


def _list(container: Container, actor: Actor, sitting: Sitting) -> None:
    _read(container, actor, sitting)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if drop_zone(container, actor, sitting):
            st.rerun()
        if sitting.lane == "release" and may_do(actor, "claims.release"):
            _release_all(sitting)
    if sitting.lane == "all":
        _find(container, actor, sitting)
    components.claims_list(
        key="claims_queue",
        data=list_data(sitting),
        on_event_change=components.nothing,
    )


def _release_all(sitting: Sitting) -> None:
    count = len(clean(sitting))
    st.button(
        f"Release all clean ({count})", key="claims_release_all", disabled=not count,
        help="Every clean claim in this list, each by itself and by the same rules.",
        shortcut="Shift+A", on_click=_wish,
    )  # fmt: skip


def _wish() -> None:
    st.session_state[WISH] = True


def _find(container: Container, actor: Actor, sitting: Sitting) -> None:
    with st.container(key="claims_find"):
        said = st.text_input(
            "Find claims", key="claims_words", placeholder="Claim number, patient's name, birth date or MRN",
            label_visibility="collapsed", max_chars=120, autocomplete="off",
        )  # fmt: skip
    if said != sitting.words:
        sitting.words, sitting.wanted_pages = said, 1
        sitting.show(None)
        snapshot.read(container, actor, sitting, "all")


def _read(container: Container, actor: Actor, sitting: Sitting) -> None:
    asked = st.query_params.get("lane", words.FIRST)
    lane = asked if asked in words.LANES else words.FIRST
    if sitting.lane != lane:
        snapshot.read(container, actor, sitting, lane)


def _open(actor: Actor, sitting: Sitting) -> None:
    if sitting.open is None:
        st.subheader("Nothing is open")
        st.text("Press Enter to open the first in the list, or ? for all keys.")
        return
    components.claims_open(
        key="claims_item",
        data=pane_data(sitting, sitting.open, actor),
        on_event_change=components.nothing,
    )


def _begin(container: Container, actor: Actor) -> None:
    listing.open_to(container, actor)
    _read(container, actor, sitting_of(actor))


Page("claims", "claims", components.claims_page, _begin, work, line).show()
