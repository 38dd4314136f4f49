"""How the words of a visit are read: numbers as spoken, dates, sides, and what is denied."""

import pytest

from services.errors import Invalid
from services.notes.transcripts import read_transcript
from services.notes.values import Role
from services.notes.words.answers import answer_of, asks
from services.notes.words.dates import days
from services.notes.words.findings import mentions
from services.notes.words.medicines import doses, medicines
from services.notes.words.numbers import quantities
from services.notes.words.sides import sides
from services.notes.words.speech import tidy, utterances


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("increase lasix to 80 mg once a day", [("80", "mg"), ("1", ""), ("1", "day")]),
        ("one twenty over eighty", [("120", ""), ("80", "")]),
        ("eight hundred milligrams every six to eight hours", [("800", "mg"), ("6", "hour"), ("8", "hour")]),
        ("seven point two percent", [("7.2", "%")]),
        ("twenty-five mcg", [("25", "mcg")]),
        ("in two thousand nine", [("2009", "")]),
        ("1,000 units", [("1000", "units")]),
        ("58-year-old", [("58", "year")]),
        ("no number here", []),
        ("", []),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_spoken(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(q.value, q.unit) for q in quantities(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 2/21/1968", (1968, 2, 21)),
        ("on 2026-03-02", (2026, 3, 2)),
        ("since July thirty first", (0, 7, 31)),
        ("January tenth two thousand nine", (2009, 1, 10)),
        ("in early October of 2020", (2020, 10, 0)),
        ("October 5, 2020", (2020, 10, 5)),
    ],
)
def test_dates_are_read_in_parts(text: str, expected: tuple[int, int, int]) -> None:
    assert [(d.year, d.month, d.day) for d in days(text)] == [expected]


def test_a_verb_is_no_month() -> None:
    assert days("You may march on, and I may call") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pain in my left knee", [("left", "knee")]),
        ("the knee on the right side", [("right", "side")]),
        ("crackles at the bases bilaterally", [("both", "base")]),
        ("all right , right now", []),
        ("i left the house", []),
        ("that's right", []),
    ],
)
def test_a_side_is_one_only_of_a_part(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(s.side, s.part) for s in sides(text)] == expected


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("no fever, chills or cough", {"fever", "chills", "cough"}),
        ("Denies fever. Reports cough.", {"fever"}),
        ("i have a cough but no fever", {"fever"}),
        ("Denies wheezing, but has a cough", {"wheezing"}),
        ("fever was absent", {"fever"}),
        ("not sure about the fever", set()),
        ("no change in the cough", set()),
        ("i haven't had any headaches", {"headache"}),
    ],
)
def test_what_is_denied_stays_denied_and_nothing_else(text: str, denied: set[str]) -> None:
    assert {m.name for m in mentions(text) if m.denied} == denied


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("no , not really", False), ("nope", False), ("i don't think so", False), ("yes , i am", True),
        ("mm-hmm", True), ("a little bit", True), ("i don't know", None), ("tylenol", None),
        ("no yeah it does", True),
    ],
)  # fmt: skip
def test_an_answer_means_yes_no_or_neither(said: str, meant: bool | None) -> None:
    assert answer_of(said) is meant


def test_a_tag_makes_no_question() -> None:
    assert asks("do you have chest pain")
    assert asks("any fever?")
    assert not asks("i want you to rest, okay?")
    assert not asks("have you come back in two weeks")


def test_speech_is_tidied_and_says_the_same() -> None:
    said = "i , uh , i do n't have , you know , any pain in , in the , um , left knee"
    assert tidy(said) == "i don't have any pain in the left knee"
    assert tidy("take . five milligrams") == "take . five milligrams".replace(" .", ".")


def test_a_condition_is_never_parted_from_what_hangs_on_it() -> None:
    said = "now i want you to stop the tablets if you get a rash and then give the office a call so that we can see you"
    assert any("stop the tablets if you get a rash" in one for one in utterances(said))


def test_a_dose_belongs_to_its_medicine() -> None:
    [(drug, dose)] = doses("i take metformin 500 mg twice a day")
    assert (drug.words, dose.value, dose.unit) == ("metformin", "500", "mg")
    assert [m.words for m in medicines("durvalumab and Lasix")] == ["durvalumab", "Lasix"]


def test_a_transcript_is_numbered_by_turn() -> None:
    turns = read_transcript(
        "Doctor: Hello.\nHow are you?\n\nPatient: Fine.\n[patient_guest] She is not."
    ).turns
    assert [(t.id, t.role) for t in turns] == [
        ("T1", Role.CLINICIAN),
        ("T2", Role.PATIENT),
        ("T3", Role.GUEST),
    ]
    assert turns[0].text == "Hello.\nHow are you?"


@pytest.mark.parametrize("text", ["", "  \n", "only words, by nobody", "x" * 400_001])
def test_a_transcript_of_nobody_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Invalid, match=r"transcript .*\."):
        read_transcript(text)
