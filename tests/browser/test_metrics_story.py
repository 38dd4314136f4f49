"""A manager finds the pause in the numbers, an administrator why it is off, whom it touches, and stops a pilot."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from db import reading
from db.base import new_id, utc_now
from db.practices import Practice, Practices
from db.vocabulary import Stage
from services import setup, switches
from services.container import Container
from services.desk import Actor
from services.rollout import guardrails
from services.settings import load
from services.switches import Move
from tests.browser.demo import ANY_PAGE, Person, RunningDemo, wait_until

Seat = Callable[..., Person]
SIMULATED = (
    "SELECT count(*) FROM metric_fact WHERE kind = 'notes.time' AND subject LIKE 'simulated/%'"
)
SORTED = (
    "SELECT count(*) FROM suggestion s JOIN conversation c ON c.id = s.conversation_id "
    "WHERE c.location <> '' AND NOT s.shadow"
)
PATIENCE = 120_000  # milliseconds: a loaded machine draws late
LATEST = (
    "SELECT count(*) FROM metric_cursor "
    "WHERE source = 'simulated' AND position >= date('now', '-2 days')"
)


@dataclass
class Clicks:
    """Counts the clicks that somebody needs."""

    count: int = 0

    def on(self, wanted: Locator) -> None:
        """Click once, when it is there."""
        expect(wanted).to_be_enabled()
        wanted.click()
        self.count += 1


@pytest.fixture
def building(demo: RunningDemo) -> Iterator[Container]:
    """The installation of the demo, beside its own processes."""
    config = {"FOYER_CONFIG": str(demo.folder / "settings.toml")}
    made = setup.prepare(load(os.environ | config), new_keys=False)
    yield made
    made.engine.dispose()


@pytest.fixture
def paused_at(demo: RunningDemo, building: Container) -> str:
    """A location is over its own limit and was paused by the watcher's own rule; its name."""
    wait_until(lambda: demo.counted(SORTED), "a message to be sorted", 240)
    with sqlite3.connect(demo.folder / "foyer.db", timeout=60) as database:
        found = database.execute(
            "SELECT c.id, c.location, p.name FROM conversation c JOIN place p "
            "ON p.ehr_ref = c.location JOIN suggestion s ON s.conversation_id = c.id "
            "WHERE p.kind = 'location' AND NOT s.shadow LIMIT 1"
        ).fetchone()
        [staff] = database.execute("SELECT id FROM staff LIMIT 1").fetchone()
        [practice_id] = database.execute("SELECT id FROM practice LIMIT 1").fetchone()
        database.execute(
            "INSERT INTO correction (id, practice_id, created_at, conversation_id, field, old, new, "
            "reason, staff_id) VALUES (?, ?, ?, ?, 'category', 'refill', 'other', '', ?)",
            (new_id().hex, practice_id, utc_now().replace(tzinfo=None), found[0], staff),
        )
    practice = practice_of(building)
    operator = Actor.job(practice.id, "operator")
    own = ("inbox", "correction_rate", 0.0, 168, 1, True, found[1])
    guardrails.set_limit.by_house(building, operator, *own)
    guardrails.watch(building, practice)  # or the worker was first
    return str(found[2])


def practice_of(building: Container) -> Practice:
    with reading(building.engine) as session:
        return Practices(session).all()[0]


def drawn(page: Page, path: str) -> Page:
    """Open a page and wait until it is drawn."""
    page.set_default_timeout(PATIENCE)
    page.goto(path)
    page.locator("h1").first.wait_for()
    return page


def test_a_manager_sees_the_pause_in_ninety_days_and_the_rows_behind_a_point(
    demo: RunningDemo, at_desk: Seat
) -> None:
    wait_until(lambda: demo.counted(LATEST), "the simulated days", 240)
    assert demo.counted(SIMULATED) > 500
    page = drawn(at_desk("dan", seen=ANY_PAGE).page, f"{demo.url}/numbers")
    page.get_by_role("button", name="90 days").click()
    expect(page.get_by_text("Simulated practice")).to_be_visible()
    page.locator(".st-key-open-ai-corrected button").click()

    chart = page.locator(".st-key-metrics-detail .js-plotly-plot")
    expect(chart.get_by_text("Paused A")).to_be_visible()
    expect(chart.get_by_text("Limit: 15.0 %")).to_be_visible()
    told = page.locator(".st-key-metrics-detail").get_by_text("paused by itself on")
    expect(told.first).to_contain_text("Categories corrected")
    expect(told.first).to_contain_text("the limit is 15%")

    chart.locator(".scatterlayer .trace .point").nth(20).click(force=True)
    expect(page.get_by_role("button", name="All days")).to_be_visible()
    expect(page.locator(".st-key-metrics-detail [data-testid='stDataFrame']")).to_be_visible()
    day = value_of(page, "day")
    assert day

    choose_first(page, "Location")
    page.wait_for_url("**location=*")
    place = value_of(page, "location")
    page.reload()
    expect(page.locator(".st-key-metrics-detail")).to_be_visible()
    expect(page.get_by_text(f"Rows of {day}")).to_be_visible()
    assert (value_of(page, "location"), value_of(page, "day")) == (place, day)
    assert value_of(page, "metric") == "ai.corrected"


def choose_first(page: Page, label: str) -> None:
    """Choose the first place of a menu; a page that was still being drawn closes it again."""
    wanted = page.get_by_role("option").nth(1)  # before it stands: all
    for _ in range(10):
        page.get_by_role("combobox", name=label).click()
        with suppress(PlaywrightTimeout):
            wanted.click(timeout=5_000)
            return
    raise AssertionError(f"the menu {label} does not stay open")


def value_of(page: Page, name: str) -> str:
    return str(page.evaluate(f"new URLSearchParams(location.search).get('{name}') || ''"))


def test_an_administrator_sees_the_trip_and_why_and_begins_and_stops_a_pilot(
    demo: RunningDemo, at_desk: Seat, building: Container, paused_at: str
) -> None:
    operator = Actor.job(practice_of(building).id, "operator")
    off = Move("reminders", "", Stage.OFF, seen=Stage.ON)
    switches.set_stage.by_house(building, operator, off)
    page = drawn(at_desk("priya", seen=ANY_PAGE).page, f"{demo.url}/rollout")
    notice = page.get_by_role("alert").filter(has_text="was paused by itself")
    expect(notice.first).to_contain_text(f"paused by itself at {paused_at}")
    expect(notice.first).to_contain_text("the limit is 0%")

    drawn(page, f"{demo.url}/staff")
    table = page.locator(".st-key-staff-table .dvn-scroller").first
    expect(table).to_be_visible()
    page.wait_for_timeout(1_000)
    why = Clicks()
    table.click(position={"x": 15, "y": 52})  # the box of the first row: one click
    why.count += 1
    expect(page.get_by_text(f"Off at Location {paused_at}").first).to_be_visible()
    assert why.count == 1

    drawn(page, f"{demo.url}/rollout")
    begin = Clicks()
    begin.on(page.locator(".st-key-change-reminders button").first)
    expect(page.get_by_text("Roles in the pilot")).to_be_visible()
    begin.on(page.get_by_role("button", name="Nurses", exact=True))
    begin.on(page.get_by_role("button", name="Review"))
    expect(
        page.get_by_text("Can use it from now on").or_(page.get_by_text("Lose it")).first
    ).to_be_visible()
    begin.on(page.locator(".st-key-move-yes button"))
    assert begin.count <= 4
    wait_until(lambda: stage(demo, "reminders") == "pilot", "the pilot")

    row = page.locator(".st-key-row-reminders").first
    expect(row.get_by_text("Pilot").first).to_be_visible()
    page.wait_for_timeout(2_000)  # what is drawn anew takes an open question away
    end = Clicks()
    end.on(row.get_by_role("button", name="Stop"))
    end.on(page.locator(".st-key-stop-reminders button"))
    assert end.count == 2
    wait_until(lambda: is_stopped(demo, "reminders"), "the stop")


def stage(demo: RunningDemo, workflow: str) -> str:
    with sqlite3.connect(demo.folder / "foyer.db", timeout=60) as database:
        asked = "SELECT stage FROM rollout WHERE workflow = ? AND scope = ''"
        found = database.execute(asked, (workflow,)).fetchone()
    return str(found[0]) if found else ""


def is_stopped(demo: RunningDemo, what: str) -> bool:
    return bool(demo.counted(f"SELECT count(*) FROM switch WHERE what = '{what}' AND stopped"))
