"""What the clock of the open note reports: seconds of use, counted once each."""

from uuid import UUID

import streamlit as st

from pages.parts.notes.opened import CLOCK
from services.container import Container
from services.desk import Actor
from services.workflows.notes import timing

HEARD = "notes.clock_heard"


def count(container: Container, actor: Actor) -> None:
    """Add what was reported since the last run, once for each report."""
    used = getattr(st.session_state.get(CLOCK), "used", None)
    if not used or int(used["n"]) <= st.session_state.get(HEARD, 0):
        return
    st.session_state[HEARD] = int(used["n"])
    timing.add(container, actor, UUID(str(used["note"])), int(used["seconds"]))
