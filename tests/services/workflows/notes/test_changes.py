"""The note word by word: what went, what came, who did it and when."""

from collections.abc import Callable

import pytest

from db.vocabulary import Role
from services.desk import Actor
from services.notes.sections import SectionKey
from services.wording import WIDEST, WORDS, difference
from services.workflows.notes import editing
from services.workflows.notes.changes import edits, since_first_draft
from tests.services.workflows.notes.conftest import Clinic, seen


def test_words_that_went_and_came_are_told_apart() -> None:
    found = difference("Take one tablet daily.", "Take two tablets daily.", WORDS)
    assert found == [
        ("same", "Take "), ("out", "one tablet "), ("in", "two tablets "), ("same", "daily."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "New words"),
        ("Old words", ""),
        ("a\nb  c", "a\nc"),
        ("x " * (WIDEST + 1), "y"),
        ("", ""),
    ],
)
def test_both_wordings_can_be_read_from_the_pieces(old: str, new: str) -> None:
    found = difference(old, new, WORDS)
    assert "".join(text for how, text in found if how != "in") == old
    assert "".join(text for how, text in found if how != "out") == new


def test_each_edit_has_its_person_its_time_and_its_words(
    clinic: Clinic, hire: Callable[..., Actor]
) -> None:
    provider, second = hire(Role.PROVIDER), hire(Role.PROVIDER, "Second provider")
    note = clinic.drafted()
    drafted = clinic.open(provider, note)
    assert (since_first_draft(drafted), edits(drafted)) == ((), ())
    plan = drafted.text.part(SectionKey.PLAN).text
    for actor, words in ((provider, f"{plan}\nRest."), (second, f"{plan}\nRest well.")):
        target = seen(clinic.open(actor, note))
        editing.edit(clinic.container, actor, target, "plan", words)
    opened = clinic.open(provider, note)
    [whole] = since_first_draft(opened)
    assert whole.title == "Plan"
    assert "".join(text for how, text in whole.pieces if how == "in").split() == ["Rest", "well."]
    assert [(one.by, one.sections[0].title) for one in edits(opened)] == [
        (provider.name, "Plan"), (second.name, "Plan"),
    ]  # fmt: skip
    [change] = edits(opened)[1].sections
    assert [piece for piece in change.pieces if piece[0] != "same"] == [
        ("out", "Rest."), ("in", "Rest well."),
    ]  # fmt: skip
