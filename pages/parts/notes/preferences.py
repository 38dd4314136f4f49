"""A provider's own preferences for drafts, in a popover: who they are in eCW, the plan, the sections."""

from collections.abc import Mapping

import streamlit as st

from pages.parts.manage import may_do
from pages.parts.notes.wishes import CLICKS
from pages.parts.notes.words import PLANS
from services.container import Container
from services.desk import Actor
from services.notes.sections import TITLES, SectionKey
from services.notes.style import LONGEST, PlanShape, Style
from services.workflows.notes.preferences import PREFER, Choices, Preferences, choices, prefer

PROVIDER, PLAN, SECTIONS, WORDS = (
    "prefer_provider", "prefer_plan", "prefer_sections", "prefer_words",
)  # fmt: skip


def show(container: Container, actor: Actor) -> None:
    """Draw the popover for who may have preferences; for everybody else nothing."""
    if not may_do(actor, PREFER):
        return
    with st.popover("My preferences", icon=":material/tune:"), st.form("prefer", border=False):
        _fields(choices(container, actor))
        st.form_submit_button(prefer.label, help=prefer.help, on_click=_keep, type="primary")


def _fields(now: Choices) -> None:
    style = now.mine.style
    _provider(now.mine.provider, {"": "Not among them", **dict(now.providers)})
    st.radio(
        "The plan reads as", list(PLANS), list(PLANS).index(style.plan), key=PLAN,
        format_func=PLANS.__getitem__, horizontal=True,
    )  # fmt: skip
    st.multiselect(
        "Sections to draft", list(SectionKey), list(style.wanted), key=SECTIONS,
        format_func=lambda key: TITLES[SectionKey(key)],
        help="What you leave out is not drafted. You can still write it yourself.",
    )  # fmt: skip
    st.text_area(
        "In your own words", style.words, key=WORDS, max_chars=LONGEST, height=90,
        help="On style alone, such as shorter sentences. It changes no rule and names no patient.",
    )  # fmt: skip


def _provider(mine: str, names: Mapping[str, str]) -> None:
    refs = list(names)
    st.selectbox(
        "You are, in eCW", refs, refs.index(mine) if mine in refs else 0, key=PROVIDER,
        format_func=names.__getitem__, help="Your preferences are used for the visits of this name.",
    )  # fmt: skip


def _keep() -> None:
    """The button's callback, with what stands in the fields at the moment of the click."""
    typed = st.session_state
    wanted = tuple(key for key in SectionKey if key in typed[SECTIONS])
    style = Style(PlanShape(typed[PLAN]), wanted, typed[WORDS])
    CLICKS.wish(prefer, (), Preferences(typed[PROVIDER], style))
