"""Retention: how long the words of what is closed can still be read."""

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.settings.sitting import Sitting, Wanted

MEANS = (
    "So many days after an item is closed, the key to its words is destroyed: messages, drafts, "
    "forms, notes and charts become unreadable, also for administrators. What was written to eCW "
    "is in eCW; numbers and the audit trail stay. Claims have a term of their own, which the law "
    "sets and the installation keeps."
)


def retention(sitting: Sitting) -> Wanted | None:
    """Days that words are kept."""
    usual = open_building().settings.retention_days
    st.caption(MEANS)
    with st.form(sitting.key("retention/form"), border=False):
        days = st.number_input(
            "Days that words are kept after closing", 7, 3650, sitting.shown.options.keep_days,
            placeholder=f"as the installation says: {usual}", disabled=sitting.locked,
            key=sitting.key("keep_days"), help="7 to 3,650. Empty is as the installation says.",
        )  # fmt: skip
        if not sitting.submit("retention"):
            return None
    return {"keep_days": days}
