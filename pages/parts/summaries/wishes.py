"""What is clicked on the Summaries page, and which summary is open beside the list in this tab."""

from typing import Any
from uuid import UUID

import streamlit as st

from pages.parts.beside import Beside
from pages.parts.clicks import Clicks
from pages.parts.summaries import words
from services.actions import Action, Target
from services.container import Container
from services.desk import Actor
from services.workflows.summaries.listing import Listed, newest, summaries
from services.workflows.summaries.reading import OpenSummary, open_summary

CLICKS = Clicks("summaries", words.DONE)
SUMMARY: Beside[Listed, OpenSummary] = Beside("summaries", newest, summaries, open_summary)


def wish_chosen(act: Action[Any], target: Target, language: str, grade: str) -> None:
    """A button's callback: what is chosen in the fields *language* and *grade* now is meant."""
    chosen = st.session_state.get(language, "en"), int(st.session_state.get(grade, 0))
    CLICKS.wish(act, target, *chosen)


def carry_out(container: Container, actor: Actor) -> None:
    """Do what was wished; a part that was kept is closed."""
    if CLICKS.carry_out(container, actor):
        SUMMARY.edit("")


def turn_to(id: UUID | None) -> None:
    """A button's callback: open this summary; what became of the last click is told no more."""
    SUMMARY.open(id)
    CLICKS.forget()


def say(has_left: bool) -> None:
    """Say what became of the last click, until the next one, or until what was approved *has_left*."""
    if not (has_left and CLICKS.said == words.DONE["summaries.send"]):
        CLICKS.say()
