"""What is written about the product is true of it."""

import re
from pathlib import Path

import pytest

from services.policy import ALLOWED
from services.workflows import ALL
from tests.write_settings_example import TARGET, example

ROOT = Path(__file__).parents[1]
ACTIONS = [action for workflow in ALL for action in workflow.actions]


def test_the_settings_example_lists_every_setting() -> None:
    assert TARGET.read_text() == example(), "run: .venv/bin/python -m tests.write_settings_example"


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.verb)
def test_every_action_is_explained_and_has_its_roles(action) -> None:  # type: ignore[no-untyped-def]
    assert action.help.endswith((".", "seconds.", "does."))
    assert ALLOWED[action.verb]


def test_every_workflow_has_a_prompt_that_can_be_reviewed() -> None:
    for workflow in ALL:
        folder = ROOT / "services" / "workflows" / workflow.key
        assert (folder / "prompt.md").read_text().strip()


def test_the_readme_shows_pictures_that_exist() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_is_hashed_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = re.findall(r"^[a-zA-Z0-9_.\[\]-]+==", text, re.MULTILINE)
    assert len(pinned) > 50
    assert text.count("--hash=sha256:") >= len(pinned)
    assert "://" not in text


def test_what_others_made_keeps_its_licence() -> None:
    for source in (ROOT / "services" / "sandbox" / "data").rglob("SOURCE.md"):
        assert re.search(r"licen[cs]e", source.read_text(), re.IGNORECASE)
