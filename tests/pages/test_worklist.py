"""What the pages with a list share: an undo is heard once however often it is sent, events too."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from pages.parts import worklist


@dataclass
class Tab:
    """A tab with two deeds on its line."""

    deeds: list[Any] = field(default_factory=lambda: [SimpleNamespace(key=k) for k in "ab"])
    undone: int = 0


@dataclass
class Taken:
    """What was taken back, call by call."""

    ids: list[list[UUID]] = field(default_factory=list)

    def __call__(self, ids: list[UUID]) -> None:
        self.ids.append(ids)


@pytest.fixture(autouse=True)
def draws_anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Drawing anew ends the run, as Streamlit does it."""
    asked: list[str] = []

    def rerun(scope: str = "app") -> None:
        asked.append(scope)
        raise RerunException(None)  # type: ignore[arg-type]

    monkeypatch.setattr(st, "rerun", rerun)
    return asked


def press(tab: Tab, taken: Taken, n: int, id: UUID) -> None:
    shown = SimpleNamespace(undo={"ids": [str(id)], "n": n}, drop=None)
    worklist.hear(shown, tab, taken)


def test_a_press_that_is_sent_again_takes_back_once(draws_anew: list[str]) -> None:
    tab, taken, id = Tab(), Taken(), uuid4()
    with pytest.raises(RerunException):
        press(tab, taken, 7, id)
    press(tab, taken, 7, id)  # sent again, as nobody had answered yet
    assert (taken.ids, draws_anew) == ([[id]], ["app"])


def test_a_second_press_takes_back_again() -> None:
    tab, taken = Tab(), Taken()
    for n in (7, 8):
        with pytest.raises(RerunException):
            press(tab, taken, n, uuid4())
    assert len(taken.ids) == 2


def test_a_deed_that_is_dismissed_leaves_the_line_alone_drawn_anew(draws_anew: list[str]) -> None:
    tab = Tab()
    with pytest.raises(RerunException):
        worklist.hear(SimpleNamespace(undo=None, drop={"key": "a"}), tab, Taken())
    assert ([deed.key for deed in tab.deeds], draws_anew) == (["b"], ["fragment"])


@pytest.mark.parametrize("room", ["intake", "denials", "claims"])
def test_every_line_says_which_undo_it_has_heard(room: str) -> None:
    """Without it the browser would send an undo again and again."""
    sitting = import_module(f"pages.parts.{room}.sitting").Sitting(None, undone=7)
    line_data = import_module(f"pages.parts.{room}.top").line_data
    progress = [] if room == "claims" else [{}]
    assert line_data(sitting, *progress, datetime.now(UTC))["handled"] == 7
