"""A synthetic practice in a database of its own, switched on and with people in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db import open_database, writing
from db.connections import Connection
from db.keyring import load_keyring, new_keyring, save_keyring
from db.practices import Practice
from db.rollout import Rollout
from db.staff import Staff
from db.vocabulary import Role, Stage
from services.container import Container
from services.desk import Actor
from services.ehr.ports import Road
from services.settings import Settings
from tests import databases


@dataclass(frozen=True)
class Building:
    """One practice to measure in: its container, and somebody at the front desk."""

    container: Container
    practice: Practice
    front_desk: Actor

    @property
    def job(self) -> Actor:
        """The house itself at work."""
        return Actor.job(self.practice.id, "bench")


@contextmanager
def sqlite_building(folder: Path) -> Iterator[Building]:
    """An empty practice on SQLite in *folder*, as it is installed."""
    folder.mkdir(parents=True, exist_ok=True)
    template = databases.sqlite_template(folder)
    with _furnished(databases.sqlite_copy(template, folder), folder) as building:
        yield building


@contextmanager
def postgres_building(folder: Path) -> Iterator[Building]:
    """An empty practice on PostgreSQL, in a schema that is dropped afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with databases.postgres_schema() as url, _furnished(url, folder) as building:
        yield building


@contextmanager
def _furnished(url: str, folder: Path) -> Iterator[Building]:
    settings = Settings(
        database_url=url, keyring=folder / "keyring.json", anchors=folder / "anchors"
    )
    save_keyring(settings.keyring, new_keyring())
    container = Container(settings, open_database(url), load_keyring(settings.keyring))
    practice = Practice(code="BENCH1", name="Practice to measure (synthetic)", synthetic=True)
    maria = _person(practice, "front.desk@practice.invalid", Role.FRONT_DESK)
    with writing(container.engine) as session:
        session.add_all([practice, maria, *_open_roads(practice)])
        session.add(Rollout(practice_id=practice.id, workflow="inbox", stage=Stage.ON))
    try:
        yield Building(container, practice, Actor.person(maria))
    finally:
        container.engine.dispose()


def _person(practice: Practice, email: str, role: Role) -> Staff:
    return Staff(practice_id=practice.id, email=email, name="Sample person", role=role)


def _open_roads(practice: Practice) -> list[Connection]:
    """Both healow roads, able and fresh."""
    now = datetime.now(UTC)
    return [
        Connection(practice_id=practice.id, road=road, able=True, state="ok", last_ok=now)
        for road in (Road.HEALOW_MESSAGES, Road.HEALOW_REPLIES)
    ]


def hire(building: Building, count: int) -> list[Actor]:
    """*count* synthetic people at the front desk."""
    people = [
        _person(building.practice, f"desk.{n}@practice.invalid", Role.FRONT_DESK)
        for n in range(count)
    ]
    with writing(building.container.engine) as session:
        session.add_all(people)
    return [Actor.person(person) for person in people]
