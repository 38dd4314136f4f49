"""Claude tells a signed note over a real socket: cited, checked by the same rules, and no name leaves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.ai.claude import Claude
from services.ai.fallback import Breaker, Fallback
from services.ai.local import LocalAssistant
from services.errors import Unreachable, Unsure
from services.notes.summary import SignedNote
from services.notes.summary.answer import SummaryAnswer
from services.notes.summary.asking import (
    BY_RULES,
    PROMPT,
    TRANSLATED,
    Written,
    summarise_locally,
    written,
)
from services.notes.summary.signed import signed_note
from tests.services.ai import fake_claude
from tests.services.ai.fake_claude import FakeClaude, Reply, fails, says

NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)
NOTE: SignedNote = signed_note(
    (
        ("chief_complaint", "Right knee pain."),
        ("hpi", "Ruth twisted the right knee on the stairs. Secret history."),
        ("assessment", "Right knee sprain. No fracture on x-ray of Ruth Synthetic."),
        ("plan", "Start meloxicam 15 mg once a day for 10 days."),
        ("patient_instructions", "Call us if the swelling gets worse."),
    ),
    NOW,
)
GOOD = ("plan", "Take meloxicam 15 mg once a day for 10 days.", ["T4"])
NAMES = ("Ruth", "Synthetic")


def summary(*said: tuple[str, str, list[str]]) -> str:
    """What Claude says: part, sentence and sources, one part for each."""
    return json.dumps(
        {"parts": [{"name": n, "sentences": [{"text": t, "sources": s}]} for n, t, s in said]}
    )


def doubts(found: Written) -> list[tuple[str, ...]]:
    return [one.doubts for _, told in found.parts for one in told]


def test_what_claude_tells_rightly_stands_beside_its_signed_sentence(
    claude: Claude, fake: FakeClaude
) -> None:
    fake.will(says(summary(GOOD)))
    found = written(claude, NOTE, "en", 6)
    [(name, [told])] = found.parts
    assert (name, told.text, told.sources, told.doubts) == (*GOOD[:2], ("T4",), ())
    assert (found.engine, found.model, found.prompt_digest) == (
        "claude",
        "claude-for-tests",
        PROMPT.digest,
    )


@pytest.mark.parametrize(
    ("part", "text", "sources"),
    [
        ("plan", "Take meloxicam 50 mg once a day.", ["T4"]),
        ("plan", "Take warfarin once a day.", ["T4"]),
        ("found", "You have a sprain of the left knee.", ["T2"]),
        ("found", "You have a fracture.", ["T3"]),
        ("found", "You are doing well.", []),
        ("found", "You have pneumonia.", ["T99"]),
    ],
)
def test_what_claude_adds_or_bends_is_doubted(
    claude: Claude, fake: FakeClaude, part: str, text: str, sources: list[str]
) -> None:
    fake.will(says(summary((part, text, sources))))
    [(_, [told])] = written(claude, NOTE, "en", 6).parts
    assert told.doubts


def test_nothing_but_signed_sentences_leaves_and_no_name(claude: Claude, fake: FakeClaude) -> None:
    fake.will(says(summary(GOOD)))
    written(claude, NOTE, "es", 4, NAMES)
    [request] = fake.requests
    content = request["messages"][0]["content"]
    assert "[T3] assessment: No fracture on x-ray of [name or number]" in content
    assert "language: Spanish" in content
    assert "grade: 4" in content
    assert b"ruth" not in fake.sent[0].lower()
    assert "Secret history" not in content
    assert request["system"][0]["text"] == PROMPT.text
    assert "tools" not in request


def test_the_check_of_the_wire_would_notice_a_name(claude: Claude, fake: FakeClaude) -> None:
    fake.will(says(summary(GOOD)))
    written(claude, NOTE, "en", 6)
    assert b"ruth" in fake.sent[0].lower()


def test_a_translation_is_doubted_whole(claude: Claude, fake: FakeClaude) -> None:
    fake.will(says(summary(("plan", "Tome meloxicam 15 mg una vez al día.", ["T4"]))))
    assert all(TRANSLATED in found for found in doubts(written(claude, NOTE, "es", 6)))


BROKEN: dict[str, Reply] = {
    "refusal": says("", stop="refusal"),
    "prose": says("Your knee hurts."),
    "half a JSON": says(summary(GOOD)[:-4]),
    "a part nobody knows": says(summary(("prognosis", "x", ["T1"]))),
    "cut stream": fake_claude.cut,
    "torn connection": fake_claude.reset,
    "overloaded": fails(529, "overloaded_error"),
}


class Open:
    """A purse that always pays."""

    def may_spend(self, now: datetime) -> bool:
        return True


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
def test_behind_the_fallback_the_rules_tell_it_and_say_why(
    claude: Claude, fake: FakeClaude, reply: Reply
) -> None:
    fake.will(reply)
    with pytest.raises((Unsure, Unreachable)):
        written(claude, NOTE, "en", 6)
    fake.will(reply)
    own = LocalAssistant({SummaryAnswer: summarise_locally}, "rules")
    purse: Any = Open()
    both = Fallback(claude, own, purse, Breaker(), lambda: True, lambda: NOW)
    found = written(both, NOTE, "en", 6)
    assert found.parts == written(own, NOTE, "en", 6).parts
    assert (found.engine, found.prompt_digest) == ("local", "")
    assert found.note.startswith("Claude")
    assert found.note.endswith(BY_RULES)


def test_the_rules_doubt_nothing_of_their_own_and_cut_no_sentence() -> None:
    own = LocalAssistant({SummaryAnswer: summarise_locally}, "rules")
    found = written(own, NOTE, "en", 6)
    assert doubts(found) == [()] * 5
    assert [name for name, _ in found.parts] == ["reason", "found", "plan", "call"]
    assert Written.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("1. Hypertension.\n2) Sprain. No fracture.", ["Hypertension.", "Sprain.", "No fracture."]),
        ("- See Dr. Sample on 3/4. Bring the log.", ["See Dr. Sample on 3/4.", "Bring the log."]),
        ("Take 0.5 mg b.i.d. with food.", ["Take 0.5 mg b.i.d. with food."]),
        ("\n \n", []),
        ("Do not take\nibuprofen. Rest.", ["Do not take ibuprofen.", "Rest."]),
        (f"{'Walk ' * 15}to Dr.\nSample", [f"{'Walk ' * 15}to Dr. Sample"]),
        (f"{'Walk ' * 15}and avoid\nAdvil", [f"{'Walk ' * 15}and avoid Advil"]),
        ("Hypertension\nDiabetes\n- no change", ["Hypertension", "Diabetes", "no change"]),
    ],
)
def test_what_is_typed_into_ecw_is_taken_sentence_by_sentence(
    text: str, sentences: list[str]
) -> None:
    note = signed_note((("plan", text),), NOW)
    assert [s.text for section in note.sections for s in section.sentences] == sentences


def test_sections_that_a_summary_does_not_tell_are_left_out_whatever_they_are_called() -> None:
    found = signed_note((("vitals", "BP 1."), ("assessment_and_plan", "Rest."), ("x", "y")), NOW)
    assert [str(section.key) for section in found.sections] == ["plan"]
