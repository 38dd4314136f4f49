"""Engines: whether Claude may draft, when a sorting is unsure, for whom summaries are, and the cost."""

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.settings.sitting import Sitting, Wanted
from services.desk import Actor
from services.practice_settings import installation

CONSENT = (
    "Off, everything is sorted and drafted inside the building. On, and with a key in the "
    "installation's settings, Claude gets the least that a task needs: never a name, a date of "
    "birth or a record number. It counts from the next message on, also when switched off."
)


def engines(sitting: Sitting, actor: Actor) -> Wanted | None:
    """Consent, confidence, patience with missing polls, the grade of summaries, and who approves."""
    options = sitting.shown.options
    most = _spending(actor)
    with st.form(sitting.key("engines/form"), border=False):
        consent = st.toggle(
            "Claude may draft for this practice", options.claude_consent, disabled=sitting.locked,
            key=sitting.key("claude_consent"),
        )  # fmt: skip
        st.caption(CONSENT)
        unsure = st.slider(
            "A sorting below this confidence stays unsure and with the front desk, %", 0, 100,
            round(options.low_confidence * 100), step=5, disabled=sitting.locked,
            key=sitting.key("low_confidence"),
        )  # fmt: skip
        polls = st.number_input(
            "The inbox says that it is stale after so many missed polls", 2, 20,
            options.stale_polls, disabled=sitting.locked, key=sitting.key("stale_polls"),
        )  # fmt: skip
        grade = st.number_input(
            "Summaries for patients are written for this school grade", 3, 12,
            options.summary_grade, disabled=sitting.locked, key=sitting.key("summary_grade"),
        )  # fmt: skip
        dollars = _dollars(sitting, most)
        second = st.toggle(
            "A second person approves a rollout change that lets somebody in, and new instructions",
            options.second_approver, disabled=sitting.locked, key=sitting.key("second_approver"),
        )  # fmt: skip
        if not sitting.submit("engines"):
            return None
    return {
        "claude_consent": consent, "low_confidence": unsure / 100, "stale_polls": polls,
        "summary_grade": grade, "second_approver": second, "ai_dollars_a_day": dollars,
    }  # fmt: skip


def _dollars(sitting: Sitting, most: float) -> float | None:
    return st.number_input(
        "Claude may cost this practice a day, in dollars", 0.0, most,
        None if (own := sitting.shown.options.ai_dollars_a_day) is None else min(own, most),
        step=1.0, placeholder=f"as the installation says: {most:,.2f}", disabled=sitting.locked,
        key=sitting.key("ai_dollars_a_day"),
        help="At the limit the built-in engine goes on. Empty is as much as the installation allows.",
    )  # fmt: skip


def _spending(actor: Actor) -> float:
    """Today's spending; returns the most that the installation allows."""
    used = installation.spending(open_building(), actor)
    if not used.on:
        st.info("The installation asks no model outside the building (ai_engine is local).",
                icon=":material/home_work:")  # fmt: skip
        return used.most
    share = min(1.0, used.dollars / used.cap) if used.cap else 1.0
    st.progress(
        share,
        f"Claude today: ${used.dollars:,.2f} of ${used.cap:,.2f} in {used.calls:,} calls "
        f"({used.model}). At the limit the local engine goes on.",
    )
    return used.most
