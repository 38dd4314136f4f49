"""Pictures of the product for the README, taken of a demo of its own: python -m tests.browser.screenshots."""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.demo import (
    ANY_PAGE,
    ARGUMENTS,
    CHROMIUM,
    ROOT,
    RunningDemo,
    running_demo,
    sign_in,
    wait_until,
)

FOLDER = ROOT / "pages" / "screenshots"
SIZE: ViewportSize = {"width": 1366, "height": 860}
SIMULATED = (
    "SELECT count(*) FROM metric_cursor "
    "WHERE source = 'simulated' AND position >= date('now', '-2 days')"
)
PATIENCE = 120_000  # milliseconds: a loaded machine draws late
THEMES = ("light", "dark")


def metrics_with_pause(page: Page, demo: RunningDemo) -> None:
    """The corrections of ninety days, with the limit, the pause and what was rolled out."""
    wait_until(lambda: demo.counted(SIMULATED), "the simulated days", 300)
    page.goto(f"{demo.url}/numbers?desk=AI&metric=ai.corrected")
    page.get_by_role("button", name="90 days").click()
    page.get_by_text("Paused A").first.wait_for()


def rollout_now(page: Page, demo: RunningDemo) -> None:
    """What runs and for whom, beside the form that changes it."""
    page.goto(f"{demo.url}/rollout")
    page.locator(".st-key-change-inbox button").first.wait_for()


def rollout_history(page: Page, demo: RunningDemo) -> None:
    """What a limit has paused, and every change with its way back."""
    rollout_now(page, demo)
    page.get_by_role("tab", name="History").click()
    page.get_by_text("Paused by a limit").first.wait_for()


def rollout_limits(page: Page, demo: RunningDemo) -> None:
    """Each limit beside what is measured now."""
    rollout_now(page, demo)
    page.get_by_role("tab", name="Limits").click()
    page.get_by_text("Categories corrected").first.wait_for()


# Who looks, and what is drawn before the picture is taken.
PICTURES: Mapping[str, tuple[str, Callable[[Page, RunningDemo], None]]] = {
    "metrics-pause": ("dan", metrics_with_pause),
    "rollout": ("priya", rollout_now),
    "rollout-history": ("priya", rollout_history),
    "rollout-limits": ("priya", rollout_limits),
}


def take(browser: Browser, demo: RunningDemo, name: str, theme: str) -> Path:
    """One picture in one theme; the light one bears the plain name."""
    who, draw = PICTURES[name]
    person = sign_in(browser, demo, who, seen=ANY_PAGE, color_scheme=theme, viewport=SIZE)
    person.page.set_default_timeout(PATIENCE)
    draw(person.page, demo)
    person.page.wait_for_timeout(3_000)  # what is drawn late, such as a chart's labels
    path = FOLDER / (f"{name}.png" if theme == "light" else f"{name}-{theme}.png")
    person.page.screenshot(path=path)
    person.page.context.close()
    return path


def main(wanted: list[str]) -> None:
    """Take the pictures that are named, or all."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder) / "demo") as demo,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=cast(str, CHROMIUM), args=ARGUMENTS)
        for name in wanted or PICTURES:
            for theme in THEMES:
                print(take(browser, demo, name, theme))


if __name__ == "__main__":
    main(sys.argv[1:])
