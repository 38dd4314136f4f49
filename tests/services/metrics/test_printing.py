"""``foyer metrics`` prints every metric with value, count and definition, by place and payer too."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from services.commands import numbers
from services.commands.numbers import metrics
from services.metrics.definitions import ALL, NOT_MEASURED
from tests.services.metrics.conftest import WORDS

DAYS = ("--from", "2026-03-01", "--to", "2026-03-31")


@pytest.fixture
def run(container, monkeypatch):
    """Run the command in this process, over this practice."""
    monkeypatch.setattr(numbers, "container", lambda: container)
    return lambda *arguments: CliRunner().invoke(metrics, arguments)


def test_every_metric_is_printed_with_value_count_and_id(run, answer, gathered):
    for minutes in (10, 20, 60):
        answer(timedelta(minutes=minutes), location="Location/1")
    gathered()
    printed = run(*DAYS, "--by", "location", "--json")
    assert printed.exit_code == 0, printed.output
    told = json.loads(printed.output)
    assert [one["metric"] for one in told["metrics"]] == [one.id for one in ALL]
    by_id = {one["metric"]: one for one in told["metrics"]}
    assert (by_id["inbox.response_wall"]["value"], by_id["inbox.response_wall"]["count"]) == (
        1200,
        3,
    )
    assert (by_id["notes.time"]["value"], by_id["notes.time"]["count"]) == (None, 0)
    [place] = told["by"]["location"]
    assert place["ref"] == "Location/1"
    assert {"metric": "inbox.response_wall", "value": 1200, "unit": "seconds", "count": 3} in place[
        "metrics"
    ]
    assert len(told["not_measured"]) == len(NOT_MEASURED)
    assert WORDS.split()[0] not in printed.output


def test_for_people_it_is_a_table(run, answer, gathered):
    answer(timedelta(minutes=10))
    gathered()
    printed = run(*DAYS)
    assert "10 min" in next(x for x in printed.output.splitlines() if "inbox.response_wall" in x)
    assert "Not measured:" in printed.output


def test_days_the_wrong_way_round_are_refused_in_words(run):
    printed = run("--from", "2026-03-31", "--to", "2026-03-01")
    assert printed.exit_code == 1
    assert "lies before the first" in printed.output
