"""Red-flag phrases of the practice's own, tried on past messages: the built-in engine reads these."""

import streamlit as st

from db.vocabulary import Urgency
from pages.parts.desk import open_building
from pages.parts.manage import may_do, said_plainly
from services import practice_settings
from services.desk import Actor
from services.practice_settings.checks import LINE
from services.prompts.estimating import SIZES, USUAL
from services.prompts.phrases import Tried, tried

LEVELS = {
    Urgency.EMERGENCY: "Emergency",
    Urgency.URGENT: "Urgent",
    Urgency.TODAY: "Today",
}
WHAT = (
    "See what a phrase of your own would have raised among past messages before you save it on the "
    "page Practice, under Red flags. It happens in the building, at once and for nothing. The "
    "built-in rules always count and cannot be switched off."
)


def flags(actor: Actor) -> None:
    """Another phrase, or one fewer; how many messages it would have raised, and how rightly."""
    st.caption(WHAT)
    if not may_do(actor, "prompts.replay"):
        st.caption("An administrator tries phrases on past messages.")
        return
    own = practice_settings.shown(open_building(), actor).options.red_flags
    with st.form("prompts/flags", border=False):
        left, right, last = st.columns([3, 2, 2], vertical_alignment="bottom")
        phrase = left.text_input("Another phrase", max_chars=LINE, placeholder="Such as my shunt",
                                 key="prompts/phrase")  # fmt: skip
        level = right.selectbox("Raises to", list(LEVELS), 1, format_func=LEVELS.__getitem__,
                                key="prompts/level")  # fmt: skip
        size = last.selectbox("Past messages", SIZES, SIZES.index(USUAL), key="prompts/flags/size",
                              format_func=lambda one: f"the last {one}")  # fmt: skip
        without = st.multiselect("Without these", list(own), key="prompts/without") if own else []
        asked = st.form_submit_button("Try on past messages", icon=":material/replay:",
                                      key="prompts/try")  # fmt: skip
    more = " ".join(phrase.split())
    wanted = {one: to for one, to in own.items() if one not in without}
    wanted |= {more: level} if more else {}
    if not asked:
        return
    if wanted == own:
        st.info("Please enter a phrase, or choose one to do without.", icon=":material/info:")
        return
    with said_plainly():
        _told(tried(open_building(), actor, wanted, size))


def _told(found: Tried) -> None:
    if not found.messages:
        st.info("Nobody has dealt with a message yet that could be tried.", icon=":material/info:")
        return
    if found.lost:
        st.error(f"{found.lost} messages that people held for urgent would not be raised any more.",
                 icon=":material/block:")  # fmt: skip
    st.text(
        f"Of {found.messages} messages, {found.raised} more would be raised; people held "
        f"{found.rightly} of them for as urgent. {found.lowered} would be raised less."
    )
