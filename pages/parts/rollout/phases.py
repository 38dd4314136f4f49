"""The default plan in four phases, and where the practice stands in it."""

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.rollout.shown import STAGE_BADGES
from services.desk import Actor, looking
from services.rollout.needs import NEEDS
from services.rollout.phases import Step, plan
from services.switches import WORKFLOWS


def phases(actor: Actor) -> None:
    """Each phase: what to begin with, who has the last word, and how far it is."""
    with looking(open_building(), actor) as desk:
        steps = plan(desk)
    st.caption("The advised order: low risk first, two or three people before everybody.")
    for left, right in zip(steps[::2], steps[1::2], strict=True):
        for column, step in zip(st.columns(2), (left, right), strict=True):
            with column, st.container(border=True, height="stretch"):
                _step(step)


def _step(step: Step) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Phase {step.phase:d}: {step.advice.title}**")
        if step.is_next:
            st.badge("Next", color="orange", icon=":material/flag:")
        if step.is_done:
            st.badge("Done", color="green", icon=":material/check:")
    st.write(step.advice.begin)
    st.caption(step.advice.last_word)
    for key, stage in step.stages.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            label, color, icon = STAGE_BADGES[stage]
            st.badge(label, color=color, icon=icon)
            st.text(WORKFLOWS[key])
            if needs := NEEDS.get(key):
                st.caption(f"needs {', '.join(WORKFLOWS[need] for need in needs)}")
    for title in step.advice.later:
        if title not in WORKFLOWS.values():
            st.caption(f"{title}: not in this version")
