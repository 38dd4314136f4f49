"""The line above a page's work that says since when, by whom and why its workflow is off."""

import streamlit as st

from pages.parts.desk import open_building, signed_in
from services.desk import looking
from services.rollout.notices import notice


def tell_if_off(workflow: str) -> None:
    """Say it to whoever had it until lately, with what comes of what is open; else nothing."""
    with looking(open_building(), signed_in()) as desk:
        told = notice(desk, workflow)
    if told:
        st.warning(told, icon=":material/toggle_off:")
