"""The blast radius of a change, as a person reads it before they confirm."""

from dataclasses import replace

import streamlit as st

from pages.parts.rollout.shown import FOLLOW, STAGES, Shown
from services.rollout import scopes
from services.switches import ALL_THE_SAME, WORKFLOWS, Because, Effect, Given, Move

STATES = {"ready": "to check", "held": "held by a rule", "open": "open", "waiting": "waiting"}


def review(move: Move, given: Given, touched: Effect, shown: Shown) -> None:
    """What changes, for whom by name, which work is open, and what comes of it."""
    st.markdown(f"**{WORKFLOWS[move.workflow]}**, {shown.place(move.scope)}")
    st.text(f"From: {STAGES[move.seen] if move.seen else FOLLOW}")
    st.text(f"To: {STAGES[move.stage] if move.stage else FOLLOW}")
    if move.after and move.after.percent + len(move.after.pilots):
        reached = scopes.said(move.after, shown.name).removeprefix("pilot for ")
        st.text(f"In the pilot: {reached}.")
    _people(touched)
    for warning in touched.warnings:
        st.warning(warning, icon=":material/warning:")
    _work(given, touched)


def all_the_same(given: Given, touched: Effect) -> Given | None:
    """The reasons to go on with; ``None`` until somebody said why, where the shadow has doubts."""
    for doubt in touched.doubts:
        st.warning(doubt, icon=":material/visibility_off:")
    if not touched.doubts:
        return given
    why = st.selectbox(
        "Why begin all the same", ALL_THE_SAME, index=None, format_func=_why,
        placeholder="Choose a reason, it goes on record", key="move/all_the_same",
    )  # fmt: skip
    return replace(given, because=why) if why else None


def _why(because: Because) -> str:
    return because.partition(": ")[2].capitalize()


def _people(touched: Effect) -> None:
    for words, names in (("Can use it from now on", touched.gain), ("Lose it", touched.lose)):
        if names:
            st.text(f"{words} ({len(names)}): {', '.join(names)}")
    if not (touched.gain or touched.lose):
        st.text("Nobody's screen changes.")


def _work(given: Given, touched: Effect) -> None:
    work = touched.work
    if work is None:
        st.text(f"{touched.waiting:,} conversations are open in the practice.")
    else:
        states = ", ".join(f"{count:,} {STATES.get(state, state.replace('_', ' '))}"
                           for state, count in work.by_state.items())  # fmt: skip
        st.text(f"Open there: {work.total:,}{f' ({states})' if states else ''}")
    if touched.holders:
        held = ", ".join(f"{name} {count:,}" for name, count in touched.holders)
        st.text(f"Held by: {held}")
    st.text(_what_happens(given, touched))
    if touched.leaving:
        st.text(f"{touched.leaving:,} approved and not sent yet: they are still delivered.")


def _what_happens(given: Given, touched: Effect) -> str:
    if touched.drains_for is None:
        return "Nothing that is open is lost: drafts and owners stay as they are."
    if given.drains:
        days = touched.drains_for.days
        return (
            f"Whoever had it may finish what is open for {days} days, without new suggestions. "
            "What comes from now on is not shown."
        )
    return "What is open is closed to them at once. Drafts are kept."
