"""Denials: what payers refused, most worth a minute first, beside one open denial and its letter."""

import streamlit as st

from pages.parts import components
from pages.parts.denials import address, events, snapshot
from pages.parts.denials.filters import toolbar
from pages.parts.denials.review import review_data
from pages.parts.denials.rows import list_data
from pages.parts.denials.sitting import Sitting, sitting_of
from pages.parts.denials.top import line
from pages.parts.denials.totals import totals
from pages.parts.desk import open_building, signed_in
from pages.parts.worklist import Page, while_on
from services.container import Container
from services.desk import Actor
from services.workflows.denials import listing, reading
from services.workflows.denials.reading import OpenDenial


@st.fragment
@while_on
def work() -> None:
    """The worklist and the open denial."""
    container, actor = open_building(), signed_in()
    sitting = sitting_of(actor)
    # What the person did is known before the page is drawn, so that it is drawn once.
    if events.take(container, actor, sitting):
        st.rerun()
    totals(container, actor, sitting)
    left, right = st.columns([36, 64], gap="small")
    with left, st.container(key="denial_list"):
        _list(container, actor, sitting)
    with right, st.container(key="denial_pane"):
        _review(container, actor, sitting)


def _list(container: Container, actor: Actor, sitting: Sitting) -> None:
    _read(container, actor, sitting)
    toolbar(sitting)
    components.denial_list(
        key="denial_queue",
        data=list_data(sitting, actor, container.clock()),
        on_event_change=components.nothing,
    )


def _read(container: Container, actor: Actor, sitting: Sitting) -> None:
    lane, narrowed = address.read(st.query_params)
    if (sitting.lane, sitting.narrowed) != (lane, narrowed):
        snapshot.read(container, actor, sitting, lane, narrowed)


def _review(container: Container, actor: Actor, sitting: Sitting) -> None:
    if sitting.denial is None:
        st.subheader("No denial is open")
        st.text("Press Enter to open the first one, 2 to decide a group, or ? for all keys.")
        return
    _papers(container, actor, sitting.denial)
    components.denial_review(
        key="denial_review",
        data=review_data(sitting, actor, sitting.denial, container.clock()),
        on_event_change=components.nothing,
    )


def _papers(container: Container, actor: Actor, denial: OpenDenial) -> None:
    """The letter as a file: made when it is asked for, and the very bytes that leave."""

    def file(*, word: bool) -> bytes:
        return reading.letter_file(container, actor, denial.row.id, word=word)

    with st.container(horizontal=True, gap="small", key="denial_papers"):
        st.download_button(
            "Letter (PDF)", lambda: file(word=False), "appeal.pdf", "application/pdf",
            key="denial_pdf", on_click="ignore", type="tertiary", icon=":material/picture_as_pdf:",
        )  # fmt: skip
        st.download_button(
            "Letter (Word)", lambda: file(word=True), "appeal.docx", key="denial_docx",
            on_click="ignore", type="tertiary", icon=":material/description:",
        )  # fmt: skip


def _begin(container: Container, actor: Actor) -> None:
    listing.open_to(container, actor)
    _read(container, actor, sitting_of(actor))


Page("denials", "denial", components.denial_page, _begin, work, line).show()
