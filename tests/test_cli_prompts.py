"""``foyer prompts``: versions, one whole text, and a price before a replay begins."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from cli import main
from db import reading
from db.practices import Practices
from services.container import Container
from services.desk import Actor
from services.prompts import versions
from services.prompts.books import BOOKS
from tests.test_cli_rollout import building

__all__ = ["building"]
OURS = "Draft two short sentences and be kind."


@pytest.fixture
def foyer(building: Container) -> Callable[..., Result]:
    """Run ``foyer prompts`` with these words."""
    return lambda *words: CliRunner().invoke(main, ["prompts", *words])


@pytest.fixture
def written(building: Container) -> None:
    """A first version of the inbox's instructions."""
    with reading(building.engine) as session:
        [practice] = Practices(session).all()
    operator = Actor.job(practice.id, "operator")
    versions.write.by_house(building, operator, "inbox", OURS, "Shorter.", 0)


@pytest.mark.usefixtures("written")
def test_every_version_is_listed_and_shown_with_its_fixed_part(foyer):
    rows = json.loads(foyer("list", "--json").output)
    found = {(row["prompt"], row["version"]): row["state"] for row in rows}
    assert found["inbox", "v1"] == "draft"
    assert {found[key, "shipped"] for key in BOOKS} == {"live"}
    assert "Shorter." in foyer("list").output
    shipped, ours = foyer("show", "inbox"), foyer("show", "inbox", "--version", "1")
    assert shipped.output.strip() == BOOKS["inbox"].prompt.text.strip()
    assert ours.output.startswith(BOOKS["inbox"].prompt.fixed)
    assert ours.output.strip().endswith(OURS)


@pytest.mark.usefixtures("written")
def test_a_replay_tells_its_price_and_says_where_nothing_can_be_asked(foyer):
    priced = foyer("replay", "inbox", "1")
    assert (priced.exit_code, priced.output) == (0, "0 messages, about $0.00, 1 minute\n")
    begun = foyer("replay", "inbox", "1", "--yes")
    assert begun.exit_code != 0
    assert "reads no instructions" in begun.output


def test_what_is_not_there_is_said(foyer):
    nothing = foyer("show", "poems")
    assert nothing.exit_code != 0
    assert "There are no such instructions" in nothing.output
