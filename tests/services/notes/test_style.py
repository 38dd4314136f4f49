"""A clinician's preferences: told to an engine as data, done by rules where rules can, and told where not."""

import pytest

from services.notes.draft import Draft, Section, Sentence
from services.notes.sections import SectionKey
from services.notes.style import AS_IT_COMES, PlanShape, Style, styled

ROS = Section(SectionKey.ROS, (Sentence("Respiratory: Denies cough.", ("T2",)),))
PLAN = Section(
    SectionKey.PLAN, (Sentence("Start naproxen.", ("T5",)), Sentence("- Rest.", ("T6",)))
)
DRAFT = Draft((ROS, PLAN), "local", note="By rules.")


def test_without_preferences_nothing_is_said_and_nothing_changes() -> None:
    assert AS_IT_COMES.wishes == ""
    assert styled(DRAFT, AS_IT_COMES) == DRAFT


def test_what_is_wished_is_told_in_one_line() -> None:
    style = Style(PlanShape.POINTS, (SectionKey.PLAN, SectionKey.HPI), "Short\nsentences.")
    assert style.wishes.startswith("Plan: short points")
    assert "ros" in style.wishes
    assert "hpi" not in style.wishes
    assert style.wishes.endswith("Short sentences.")
    assert "\n" not in style.wishes


def test_a_section_nobody_wants_is_left_out_and_named() -> None:
    found = styled(DRAFT, Style(wanted=(SectionKey.PLAN,)))
    assert [section.key for section in found.sections] == [SectionKey.PLAN]
    assert "Left out as you prefer: Review of systems." in found.note


def test_points_keep_each_sentence_in_its_place_with_its_sources() -> None:
    found = styled(DRAFT, Style(PlanShape.POINTS)).section(SectionKey.PLAN)
    assert [(one.text, one.sources) for one in found.sentences] == [
        ("- Start naproxen.", ("T5",)), ("- Rest.", ("T6",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "style", [Style(PlanShape.SENTENCES), Style(words="Call the patient by first name.")]
)
def test_the_local_engine_says_what_it_cannot_follow_and_a_model_is_not_accused(
    style: Style,
) -> None:
    assert "Rules cannot follow" in styled(DRAFT, style).note
    by_model = styled(Draft((PLAN,), "claude"), style)
    assert by_model.note == ""
