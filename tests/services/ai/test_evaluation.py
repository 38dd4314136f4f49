"""Sorting messages from a file, and measuring how well, as `foyer triage` and `foyer eval` do."""

import io
import json
from pathlib import Path

import pytest

from services.ai import Usage
from services.ai.claude import Claude
from services.errors import Misconfigured
from services.evaluation import eval_triage, sort, triage_file
from services.evaluation.lines import Line
from services.evaluation.scores import Scores, Share
from services.settings import Settings
from tests.services.ai import fake_claude
from tests.services.ai.fake_claude import FakeClaude, fails

LINES = [
    {"id": "a", "text": "Please refill my inhaler, and I can't breathe, my chest is so tight"},
    {"id": "b", "subject": "Thanks", "text": "Thank you so much!"},
    {"id": 7, "text": "¿Cuándo es mi próxima cita?"},
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.fixture
def plain_settings() -> Settings:
    return Settings()


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_message_is_sorted_in_order_with_the_red_flags_above_any_engine(
    source: Path, target: Path, plain_settings: Settings
) -> None:
    assert triage_file("local", source, target, plain_settings) == 0
    first, second, third = rows(target)
    assert [row["id"] for row in (first, second, third)] == ["a", "b", "7"]
    assert (first["category"], first["urgency"]) == ("clinical", "emergency")
    assert {"breathing", "chest_pain"} <= set(first["red_flags"])
    assert (second["category"], second["needs_reply"], second["red_flags"]) == ("thanks", False, [])
    assert set(first) == {
        *("id", "category", "urgency", "needs_reply", "red_flags", "evidence", "confidence"),
    }
    for row, line in zip((first, second, third), LINES, strict=True):
        whole = f"{line.get('subject', '')}\n{line['text']}"
        assert all(quote in whole for quote in row["evidence"])


def test_bad_lines_are_told_by_number_without_their_text_and_the_rest_is_sorted(
    source: Path, target: Path, plain_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [
        b"not json, secret",
        b'["secret"]',
        b'{"id": "x"}',
        b'{"text": "secret"}',
        b'{"id": "y", "text": 5}',
        b'{"id": "z", "text": "ok", "subject": 3}',
        b'{"id": "w", "text": "  "}',
        b"\xff\xfe",
        b"[" * 5_000,
    ]
    with source.open("ab") as file:
        file.write(b"\n" + b"\n".join(bad) + b"\n")
    assert triage_file("local", source, target, plain_settings) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in told] == [f"Line {n}" for n in range(5, 14)]
    assert "secret" not in "".join(told)
    assert len(rows(target)) == len(LINES)


def test_a_file_that_is_not_there_is_said_plainly(
    tmp_path: Path, target: Path, plain_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert triage_file("local", tmp_path / "missing", target, plain_settings) == 2
    assert "No such file" in capsys.readouterr().err


def test_an_empty_file_gives_an_empty_file(
    source: Path, target: Path, plain_settings: Settings
) -> None:
    source.write_text("")
    assert triage_file("local", source, target, plain_settings) == 0
    assert target.read_text() == ""


def test_claude_without_a_key_is_refused_before_anything_is_sorted(
    source: Path, target: Path, plain_settings: Settings
) -> None:
    with pytest.raises(Misconfigured, match="anthropic_api_key"):
        triage_file("claude", source, target, plain_settings)
    assert not target.exists()


def test_what_claude_cannot_sort_is_sorted_here_and_told(
    claude: Claude, fake: FakeClaude, spent: list[Usage]
) -> None:
    fake.will(fake_claude.says(json.dumps(fake_claude.GOOD)), fails(529, "overloaded_error"))
    told: list[str] = []
    lines = [
        Line(1, "a", "Please refill my lisinopril.", "", {}),
        Line(2, "b", "What are your office hours?", "", {}),
    ]
    first, second = sort.sort_lines(lines, sort.sort_with(claude), told.append)
    assert (first["category"], first["confidence"]) == ("refill", 0.9)
    assert second["category"] == "admin"
    assert len(told) == 1
    assert told[0].startswith("Line 2: sorted by the embedded engine.")


def test_the_measures_are_printed_with_their_intervals(tmp_path: Path) -> None:
    labelled = tmp_path / "labelled.jsonl"
    messages = [
        ("Please refill my lisinopril, I have two weeks left.", "refill", "routine"),
        ("I was billed twice for one visit.", "billing", "routine"),
        ("Thank you!", "billing", "routine"),
        ("I have crushing chest pain", "clinical", "emergency"),
    ]
    labelled.write_text(
        "".join(
            json.dumps({"id": str(n), "text": text, "category": category, "urgency": urgency})
            + "\n"
            for n, (text, category, urgency) in enumerate(messages)
        )
    )
    out = io.StringIO()
    assert eval_triage(labelled, out) == 0
    printed = out.getvalue()
    assert "category: 4 messages, right  75.0%" in printed
    assert "urgency: 4 messages, right 100.0%" in printed
    assert "needs_reply" not in printed
    [billing] = [line for line in printed.splitlines() if line.strip().startswith("billing  ")][:1]
    assert "50.0%" in billing
    assert "1/2" in billing


def test_a_label_nobody_knows_is_told_and_left_out(tmp_path: Path) -> None:
    labelled = tmp_path / "labelled.jsonl"
    labelled.write_text('{"id": "1", "text": "hi", "category": "refills"}\n')
    out = io.StringIO()
    assert eval_triage(labelled, out) == 1
    assert "Line 1: has an unknown category." in out.getvalue()
    assert "nothing to measure" in out.getvalue()


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    # Reference values: Newcombe, Statistics in Medicine 17:857 (1998), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)],
)
def test_the_interval_is_wilsons(right: int, of: int, low: float, high: float) -> None:
    assert Share(right, of).interval == pytest.approx((low, high), abs=5e-5)


def test_nothing_counted_says_nothing() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Scores([], ["a"]).recall("a") == Share(0, 0)
