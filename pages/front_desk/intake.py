"""Intake: filled-in forms beside the chart, field by field, by time of visit."""

import streamlit as st

from pages.parts import components
from pages.parts.desk import open_building, signed_in
from pages.parts.intake import address, events, snapshot
from pages.parts.intake.drop import drop_zone
from pages.parts.intake.review import review_data
from pages.parts.intake.rows import list_data
from pages.parts.intake.sitting import Sitting, sitting_of
from pages.parts.intake.source import source_data
from pages.parts.intake.top import line
from pages.parts.worklist import Page, while_on
from services.container import Container
from services.desk import Actor
from services.workflows.intake import listing
from services.workflows.intake.reading import OpenForm


@st.fragment
@while_on
def work() -> None:
    """The worklist, the form as it came, and the review."""
    container, actor = open_building(), signed_in()
    sitting = sitting_of(actor)
    # What the person did is known before the page is drawn, so that it is drawn once.
    if events.take(container, actor, sitting):
        st.rerun()
    left, middle, right = st.columns([23, 34, 43], gap="small")
    with left, st.container(key="intake_list"):
        _list(container, actor, sitting)
    with middle, st.container(key="intake_source"):
        if sitting.form:
            _source(container, actor, sitting, sitting.form)
    with right, st.container(key="intake_pane"):
        _review(container, actor, sitting)


def _list(container: Container, actor: Actor, sitting: Sitting) -> None:
    if drop_zone(container, actor, sitting):
        st.rerun()
    _read(container, actor, sitting)
    components.intake_list(
        key="intake_queue",
        data=list_data(sitting, actor, container.clock()),
        on_event_change=components.nothing,
    )


def _read(container: Container, actor: Actor, sitting: Sitting) -> None:
    lane = address.read(st.query_params)
    if sitting.lane != lane:
        snapshot.read(container, actor, sitting, lane)


def _source(container: Container, actor: Actor, sitting: Sitting, form: OpenForm) -> None:
    components.intake_source(
        key="intake_form",
        data=source_data(container, actor, sitting, form),
        on_event_change=components.nothing,
    )


def _review(container: Container, actor: Actor, sitting: Sitting) -> None:
    if sitting.form is None:
        st.subheader("No form is open")
        first = "Press Enter to open the first form, or" if sitting.rows else "Press"
        st.text(f"{first} ? for all keys.")
        return
    components.intake_review(
        key="intake_review",
        data=review_data(sitting, actor, sitting.form, container.clock()),
        on_event_change=components.nothing,
    )


def _begin(container: Container, actor: Actor) -> None:
    listing.open_to(container, actor)
    _read(container, actor, sitting_of(actor))


Page("intake", "intake", components.intake_page, _begin, work, line).show()
