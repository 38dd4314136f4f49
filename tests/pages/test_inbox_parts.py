"""The inbox page's own decisions: its address, its words, what it calls changed, and what it shuns."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from db.conversations import State, Turn
from db.vocabulary import Category, Role, Urgency
from pages.parts import components
from pages.parts.inbox import address, words
from pages.parts.inbox.several import _parsed as parsed
from pages.parts.inbox.sitting import Deed, Sitting
from pages.parts.plain import harmless
from pages.parts.worklist import KEPT_DEEDS
from services.desk import Actor
from services.wording import difference

PAGES = Path(components.__file__).parents[2]
NURSE = Actor(uuid4(), "staff/1", "Sample nurse", Role.NURSE, uuid4())


def test_the_address_names_lanes_and_enums_and_drops_what_it_does_not_know() -> None:
    read = address.read({"lane": "urgent", "category": "refill", "urgency": "yesterday"})
    assert (read.lane, read.category, read.urgency) == ("urgent", "refill", "")
    assert read.query == "lane=urgent&category=refill"
    assert address.of_query(read.query) == read
    assert address.read({"lane": "nowhere"}) == address.Address()


def test_the_address_becomes_a_filter_on_top_of_the_lane() -> None:
    read = address.read({"lane": "mine", "category": "refill", "turn": "patient", "pool": "nurses"})
    wanted = address.wanted(read, NURSE, None)
    assert (wanted.owner, wanted.state) == (NURSE.staff_id, State.OPEN)
    assert (wanted.category, wanted.turn, wanted.pool) == (Category.REFILL, Turn.PATIENT, "nurses")


def test_a_search_looks_past_the_lane() -> None:
    found = (uuid4(),)
    wanted = address.wanted(address.read({"lane": "snoozed"}), NURSE, found)
    assert wanted.patients == found
    assert wanted.owner is None


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        (
            "take 5 mg",
            "take 50 mg",
            [("same", "take "), ("out", "5"), ("in", "50"), ("same", " mg")],
        ),
        ("same", "same", [("same", "same")]),
        ("", "new", [("in", "new")]),
        ("old", "", [("out", "old")]),
    ],
)
def test_an_edit_is_shown_word_by_word(old: str, new: str, pieces: list[tuple[str, str]]) -> None:
    assert difference(old, new) == pieces


def test_an_edit_loses_no_character() -> None:
    old, new = "a  b\n\u202ec — d! " * 40, "a b\n\u202ec — dd! " * 41
    shown = difference(old, new)
    assert "".join(text for kind, text in shown if kind != "in") == old
    assert "".join(text for kind, text in shown if kind != "out") == new


def test_a_label_that_looks_like_markdown_stays_a_label() -> None:
    label = harmless("![x](https://outside.invalid) :red[_a_] $x$ `y` <b>")
    assert not re.search(r"(?<!\\)([\[\]{}`*_$<>]|:\S)", label)
    assert harmless("- one\n# two\n3. three www.outside.invalid") == (
        "\\- one\n\\# two\n3\\. three www\\.outside.invalid"
    )
    assert harmless("Not done: the days are 1 to 3,650.") == "Not done: the days are 1 to 3,650."


def test_times_are_said_as_staff_say_them() -> None:
    zone, now = ZoneInfo("America/New_York"), datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
    assert words.at(now, zone, now) == "10:00"
    assert words.at(now - timedelta(days=2), zone, now) == "Mon 10:00"
    assert words.at(now - timedelta(days=30), zone, now) == "2 Feb, 10:00"
    assert words.at(None, zone, now) == ""


def test_every_category_has_a_key_and_every_word_a_label() -> None:
    assert set(words.CATEGORY_KEYS.values()) == set(Category)
    assert set(words.CATEGORY) == {None, *Category}
    assert set(words.URGENCY) == set(Urgency)
    assert (set(words.TURN), set(words.STATE)) == (set(Turn), set(State))


def test_after_an_item_comes_the_next_and_after_the_last_the_one_before() -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    sitting = Sitting(None, ids=[first, second, third])
    assert sitting.after(first) == second
    assert sitting.after(third) == second
    assert Sitting(None, ids=[first]).after(first) is None
    assert sitting.after(uuid4()) == first


def test_the_line_above_keeps_the_last_deeds_each_once() -> None:
    sitting = Sitting(None)
    for number in range(9):
        sitting.say(Deed(f"k{number}", "good", f"deed {number}"))
    sitting.say(Deed("k8", "bad", "again"))
    assert [d.text for d in sitting.deeds] == ["again", "deed 7", "deed 6", "deed 5"]
    assert len(sitting.deeds) == KEPT_DEEDS


def test_a_bulk_choice_names_one_verb_and_its_argument() -> None:
    assert parsed("assign:abc") == ("inbox.assign", {"to": "abc"})
    assert parsed("snooze:2026-03-02T10:00:00+00:00")[1] == {"until": "2026-03-02T10:00:00+00:00"}
    assert parsed("reply:thanks:es")[1] == {"template": "thanks", "language": "es"}
    assert parsed("no_reply:") == ("inbox.no_reply", {})


# What would let a patient's or a model's words become markup, or cross from user to user.
FORBIDDEN_CALLS = {"markdown", "html", "write", "cache_data", "cache_resource", "iframe"}
FORBIDDEN_SCRIPT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|https?://"
)


def forbidden(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in FORBIDDEN_CALLS and isinstance(node.func.value, ast.Name):
                yield node.func.attr
            yield from (k.arg for k in node.keywords if k.arg == "unsafe_allow_html")


def test_nothing_in_the_inbox_can_turn_words_into_markup() -> None:
    sources = [*(PAGES / "parts/inbox").glob("*.py"), PAGES / "front_desk/inbox.py"]
    assert [(s.name, f) for s in sources for f in forbidden(s.read_text())] == []
    scripts = [
        *(PAGES / "parts/components").glob("*.js"),
        *(PAGES / "parts/components").glob("*.css"),
    ]
    assert [s.name for s in scripts if FORBIDDEN_SCRIPT.search(s.read_text())] == []


def test_the_check_for_markup_finds_it() -> None:
    assert list(forbidden("st.markdown(text, unsafe_allow_html=True)")) == [
        "markdown", "unsafe_allow_html",
    ]  # fmt: skip
    assert FORBIDDEN_SCRIPT.search("node.innerHTML = text")
