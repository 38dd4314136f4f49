"""Prompts: what engines are told, in versions, tried on past messages before one goes live."""

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import open_room, said_plainly
from pages.parts.prompts.bench import bench
from pages.parts.prompts.flags import flags
from pages.parts.prompts.versions import list_versions
from pages.parts.prompts.words import BUILT_IN, FIXED, NO_CONSENT
from pages.parts.prompts.writing import write
from services.prompts import showing
from services.prompts.books import BOOKS
from services.prompts.showing import READ, Shown


def _standing(now: Shown) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge("In force", color="green", icon=":material/check_circle:")
        st.text(f"Instructions {now.live_called}")
        st.caption(now.book.about)
    if now.engine != "claude":
        st.info(BUILT_IN, icon=":material/home_work:")
    elif not now.consents:
        st.info(NO_CONSENT, icon=":material/lock:")


actor = open_room(READ, "see the instructions")
st.title("Prompts")
st.caption(
    "What an engine is told before it sorts or drafts. Write a version, replay past messages "
    "through it, then let it go live; whatever was in force comes back with one click."
)
key = st.segmented_control(
    "Instructions for", list(BOOKS), default="inbox", format_func=lambda one: BOOKS[one].title,
    key="prompts/book", required=True,
)  # fmt: skip
with said_plainly():
    now = showing.shown(open_building(), actor, key or "inbox")
    _standing(now)
    names = [
        "Versions",
        "Write",
        "Replay",
        "Fixed part",
        *(["Red flags"] if now.book.compares else []),
    ]
    tabs = st.tabs(names)
    with tabs[0]:
        list_versions(actor, now)
    with tabs[1]:
        write(actor, now)
    with tabs[2]:
        bench(actor, now)
    with tabs[3]:
        st.caption(FIXED)
        st.code(now.book.prompt.fixed, language=None, wrap_lines=True)
    if now.book.compares:
        with tabs[4]:
            flags(actor)
