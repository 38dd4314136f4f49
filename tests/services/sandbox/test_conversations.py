"""Visits that the sandbox's patients can have: complete, filled with the patient's names, and licensed."""

import pytest

from services.notes.transcripts import read_transcript
from services.notes.values import Role
from services.sandbox.conversations import Conversation, conversations, fitting


@pytest.mark.parametrize("one", conversations(), ids=lambda one: one.id)
def test_each_is_a_conversation_between_two(one: Conversation) -> None:
    said = one.spoken_by("Ruth", "Synthetic", 61)
    assert "{" not in said
    turns = read_transcript(said).turns
    assert {turn.role for turn in turns} >= {Role.CLINICIAN, Role.PATIENT}
    assert one.reason


def test_there_are_twenty_and_one_fits_everybody() -> None:
    assert len(conversations()) == 20
    assert fitting("female", 49).sex == "female"
    assert abs(fitting("male", 60).age - 60) <= 3
    assert fitting("", 30) in conversations()


def test_names_are_the_patients_own() -> None:
    named = next(one for one in conversations() if "{given}" in one.conversation)
    assert "Ruth" in named.spoken_by("Ruth", "Synthetic", 61)
