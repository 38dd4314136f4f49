"""Whatever stands on a form, reading it ends, raises nothing and gives each path one field."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ehr.registration import FormAnswer, IncomingForm
from services.workflows.intake.extract import extract
from services.workflows.intake.fields import Field
from tests.services.workflows.intake.paper import TODAY, column, without_places

WORDS = st.sampled_from(
    ["Name:", "DOB:", "Allergies", "Medications:", "Insurance", "[x]", "☐", "Phone", "Mother:", "Sex:", "None",
     "Dose", "Frequency", "Medication", "12/31/1999", "617-555-0188", "?", ":", "-", "(", "Policy", "holder"]
)  # fmt: skip
LINES = st.lists(
    st.lists(st.one_of(WORDS, st.text(min_size=1, max_size=9)), min_size=1, max_size=8).map(" ".join),
    max_size=12,
)  # fmt: skip
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


def is_sound(found: tuple[Field, ...]) -> bool:
    paths = [field.path for field in found]
    told = all(field.value is not None or field.reason for field in found)
    return told and len(paths) == len(set(paths)) and all(0 <= f.confidence <= 1 for f in found)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_any_page(lines: list[str]) -> None:
    usable = [line for line in lines if line.split()]
    assert is_sound(extract(column(*usable), TODAY))
    assert is_sound(extract(without_places(*usable), TODAY))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=20), st.text(max_size=20), st.text(max_size=60)), max_size=8
    )
)
def test_any_answers(said: list[tuple[str, str, str]]) -> None:
    answers = tuple(FormAnswer(link, label, value) for link, label, value in said)
    form = IncomingForm("Q/1", "", "", "Patient/1", "completed", MOMENT, "d", answers)
    assert is_sound(extract(form, TODAY))


def test_a_megabyte_in_one_answer() -> None:
    huge = "word: " * 170_000
    answers = (FormAnswer(huge, huge, huge), FormAnswer("allergies", "Allergies", huge))
    form = IncomingForm("Q/1", "", "", "Patient/1", "completed", MOMENT, "d", answers)
    assert is_sound(extract(form, TODAY))
