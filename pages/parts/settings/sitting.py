"""What the person at the settings page looks at: the options as they opened them, and their wish."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from services.practice_settings import Shown

SEEN, WANTED = "practice/seen", "practice/wanted"
Wanted = Mapping[str, Any]


@dataclass(frozen=True)
class Sitting:
    """One look at the options. ``locked`` for whoever may only read.

    The look stays as it is until the person saves or asks for the newest, so that what a
    colleague saves meanwhile neither changes the fields under their hands nor is overwritten.
    """

    shown: Shown
    locked: bool

    def key(self, field: str) -> str:
        """The key of a control: another one for each look, so that it begins with what is kept."""
        return f"practice/{self.shown.number}/{field}"

    def submit(self, subject: str) -> bool:
        """The button below a form."""
        return st.form_submit_button(
            "See what changes", icon=":material/checklist:", disabled=self.locked,
            key=self.key(f"look/{subject}"),
        )  # fmt: skip


def sit_down(now: Shown, *, locked: bool) -> Sitting:
    """The look that was begun, or a new one."""
    return Sitting(st.session_state.setdefault(SEEN, now), locked)


def look_again() -> None:
    """Forget the look and the wish, and begin anew."""
    st.session_state.pop(SEEN, None)
    st.session_state.pop(WANTED, None)
    st.rerun()
