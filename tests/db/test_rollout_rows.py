"""Stages that were set before there were roles, shares and versions."""

import sqlite3
from pathlib import Path

from db import migrate, open_database, reading
from db.rollout import Rollout, Rollouts
from db.vocabulary import Stage
from tests.db import rows


def test_a_pilot_of_before_is_the_same_pilot_after(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/foyer.db"
    migrate.upgrade(url, "0014")
    engine = open_database(url)
    practice_id = rows.practice(engine)
    with sqlite3.connect(tmp_path / "foyer.db") as raw:
        raw.execute(
            "INSERT INTO rollout (id, practice_id, created_at, workflow, scope, stage, pilots) "
            "VALUES (?, ?, '2026-03-02', 'inbox', '', 'pilot', '[\"somebody\"]')",
            ("a" * 32, practice_id.hex),
        )
    migrate.upgrade(url)
    with reading(engine) as session:
        [row] = Rollouts(session, practice_id).of("inbox")
    assert isinstance(row, Rollout)
    assert (row.stage, row.pilots, row.roles) == (Stage.PILOT, ["somebody"], [])
    assert (row.percent, row.draining) == (0, {})
