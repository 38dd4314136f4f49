"""The red-flag floor against the synthetic message sets of tests/data/redflags."""

import json
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from db.vocabulary import Urgency
from services.ai.redflags import Flag, assess, floor
from services.ai.redflags.assessment import assess_with
from services.ai.redflags.rulebook import MASK, Rulebook, compiled
from services.ai.redflags.sources import read, read_folder

SETS = Path(__file__).parents[2] / "data" / "redflags"
RED = ("dev.jsonl", "dev_holdout.jsonl")
CONTROLS = ("controls.jsonl", "controls_holdout.jsonl")
KINDS = (
    *("negated", "historical", "hypothetical", "education"),
    *("figurative", "family_history", "routine"),
)
ALLOWED_FALSE_ALARMS = 0.05  # share of controls of one kind at urgent or above


@cache
def messages(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        json.loads(line) for line in (SETS / name).read_text(encoding="utf-8").splitlines()
    )


def flags(message: dict[str, Any]) -> tuple[Flag, ...]:
    return assess(message["text"], message.get("subject", ""))


def alarming(found: tuple[Flag, ...]) -> bool:
    return floor(found) in {Urgency.EMERGENCY, Urgency.URGENT}


def book(without: str = "", deaf_to: str = "") -> Rulebook:
    """The rulebook as shipped, but with one concept or one kind of cue emptied."""
    concepts = {name: text for file in read_folder("lexicon") for name, text in file.items()}
    cues = read("cues.toml")
    emptied = {name: "" if name == deaf_to else text for name, text in cues["cues"].items()}
    kept = {name: "" if name == without else text for name, text in concepts.items()}
    return compiled({**kept, MASK: read("masks.toml")["masks"]["terms"]}, {"cues": emptied})


def test_the_sets_are_as_large_and_varied_as_promised() -> None:
    red = [message for name in RED for message in messages(name)]
    controls = [message for name in CONTROLS for message in messages(name)]
    assert len(messages("dev.jsonl")) >= 600
    assert len(messages("controls.jsonl")) >= 400
    assert len({message["text"] for message in (*red, *controls)}) == len(red) + len(controls)
    assert {message["style"] for message in red} == {
        *("plain", "misspelled", "spanish", "third_person"),
        *("buried_refill", "injection", "slang", "long"),
    }


@pytest.mark.parametrize("name", RED)
def test_every_red_flag_message_is_urgent_or_above(name: str) -> None:
    missed = [message["id"] for message in messages(name) if not alarming(flags(message))]
    assert missed == []


@pytest.mark.parametrize("name", RED)
def test_emergencies_are_called_emergencies(name: str) -> None:
    grave = [message for message in messages(name) if message["urgency"] == "emergency"]
    called = [message for message in grave if floor(flags(message)) is Urgency.EMERGENCY]
    assert len(called) >= 0.97 * len(grave)


@pytest.mark.parametrize("name", RED)
def test_the_reason_given_is_the_right_one(name: str) -> None:
    named = [m for m in messages(name) if m["family"] in {flag.family for flag in flags(m)}]
    assert len(named) >= 0.97 * len(messages(name))


@pytest.mark.parametrize("name", CONTROLS)
def test_controls_seldom_raise_an_alarm(name: str) -> None:
    alarmed = [message["id"] for message in messages(name) if alarming(flags(message))]
    assert len(alarmed) <= ALLOWED_FALSE_ALARMS * len(messages(name)), alarmed


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_control_is_given_up(kind: str) -> None:
    of_kind = [m for name in CONTROLS for m in messages(name) if m["kind"] == kind]
    alarmed = [message["id"] for message in of_kind if alarming(flags(message))]
    assert len(alarmed) <= ALLOWED_FALSE_ALARMS * len(of_kind), alarmed


def everything() -> Iterator[dict[str, Any]]:
    return (message for name in (*RED, *CONTROLS) for message in messages(name))


def test_every_flag_quotes_the_message_verbatim() -> None:
    for message in everything():
        for flag in flags(message):
            assert message[flag.field][flag.start : flag.end] == flag.text != ""


def test_a_floor_deaf_to_denials_fails_the_negated_controls() -> None:
    deaf = book(deaf_to="negation")
    negated = [m for m in messages("controls.jsonl") if m["kind"] == "negated"]
    alarmed = [m for m in negated if alarming(assess_with(deaf, m["text"]))]
    assert len(alarmed) > 0.5 * len(negated)


@pytest.mark.parametrize(
    ("concept", "family"),
    [("chest", "chest_pain"), ("suicidal_words", "self_harm"), ("seizure", "seizure")],
)
def test_a_floor_without_a_word_family_misses_its_messages(concept: str, family: str) -> None:
    poorer = book(without=concept)
    of_family = [m for m in messages("dev.jsonl") if m["family"] == family]
    missed = [m for m in of_family if not alarming(assess_with(poorer, m["text"]))]
    assert missed


def test_a_message_takes_a_fraction_of_a_millisecond() -> None:
    texts = [message["text"] for message in messages("controls.jsonl")]
    for text in texts:
        assess(text)
    assert median(min(_seconds(text) for _ in range(3)) for text in texts) < 0.002


def _seconds(text: str) -> float:
    start = time.perf_counter()
    assess(text)
    return time.perf_counter() - start
