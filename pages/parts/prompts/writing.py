"""A new version of instructions: written, and compared word by word with what is in force."""

import streamlit as st

from pages.parts import components
from pages.parts.desk import open_building
from pages.parts.manage import may_do, said_plainly
from services.desk import Actor
from services.prompts import versions
from services.prompts.checks import LONGEST, LONGEST_NOTE
from services.prompts.showing import Shown
from services.wording import WORDS, difference

LEGEND = "Struck through: taken out of what is in force. Underlined: added."


def write(actor: Actor, now: Shown) -> None:
    """The practice's own part in a field, what changes beside it, and the button that keeps it."""
    locked = not may_do(actor, versions.write.verb)
    if locked:
        st.caption("An administrator writes versions; you can read and approve them.")
    key = f"prompts/{now.book.key}/{now.newest}/{now.live}"
    left, right = st.columns(2, gap="large")
    with left:
        text = st.text_area(
            "What engines are told after the fixed part", _begin(now), height=320,
            max_chars=LONGEST, disabled=locked, key=f"{key}/text",
        )  # fmt: skip
        note = st.text_input(
            "What is different and why", max_chars=LONGEST_NOTE, disabled=locked,
            key=f"{key}/note", placeholder="Such as: refills of insulin count as today",
        )  # fmt: skip
        if not locked and st.button(
            versions.write.label, icon=":material/save:", help=versions.write.help,
            key=f"{key}/save", type="primary",
        ):  # fmt: skip
            _save(actor, now, text, note)
    with right:
        st.markdown("**Word by word, beside what is in force**")
        changes("prompts_changes", now.live_text, text)


def _begin(now: Shown) -> str:
    """The newest version while it is a draft, else what is in force."""
    draft = next((card for card in now.versions[:1] if card.ready is not None), None)
    return draft.row.text if draft else now.live_text


def _save(actor: Actor, now: Shown, text: str, note: str) -> None:
    with said_plainly():
        number = versions.write(open_building(), actor, now.book.key, text, note, now.newest)
        st.toast(f"Version {number} is kept as a draft. Nothing changes until it goes live.")
        st.rerun()


def changes(key: str, before: str, after: str) -> None:
    """*after* beside *before*, word by word."""
    if before.strip() == after.strip():
        st.caption("Nothing is different.")
        return
    st.caption(LEGEND)
    pieces = difference(before.strip(), after.strip(), WORDS)
    components.note_changes(key=key, data={"sections": [{"title": "", "pieces": pieces}]})
