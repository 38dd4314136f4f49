"""The practice on a quiet Monday: its building, its clock and one person in every role."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db import writing
from db.keyring import Keyring
from db.practices import Practice
from db.rollout import Rollout
from db.staff import Staff
from db.vocabulary import Role, Stage
from services.container import Container
from services.desk import Actor
from services.settings import Settings

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def wait(self, length: timedelta) -> None:
        """Let *length* pass at once."""
        self.now += length


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """An installation in a folder of its own, with everything else at its default."""
    return Settings(
        database_url=database_url,
        keyring=tmp_path / "keyring.json",
        anchors=tmp_path / "anchors",
    )


@pytest.fixture
def container(settings: Settings, engine: Engine, keyring: Keyring, clock: Clock) -> Container:
    """A building on each kind of database."""
    return Container(settings, engine, keyring, clock)


@pytest.fixture
def practice(container: Container) -> Practice:
    """One synthetic practice with the inbox switched on."""
    made = Practice(code="SAMPLE", name="Sample practice", synthetic=True)
    with writing(container.engine) as session:
        session.add(made)
        session.add(Rollout(practice_id=made.id, workflow="inbox", stage=Stage.ON))
    return made


@pytest.fixture
def hire(container: Container, practice: Practice) -> Callable[..., Actor]:
    """Let a synthetic person in: ``hire(Role.NURSE)``; another *name* makes another person."""

    def hire(role: Role, name: str = "") -> Actor:
        title = name or f"Sample {role.value.replace('_', ' ')}"
        email = f"{title.replace(' ', '.').lower()}@practice.invalid"
        person = Staff(practice_id=practice.id, email=email, name=title, role=role)
        with writing(container.engine) as session:
            session.add(person)
        return Actor.person(person)

    return hire


@pytest.fixture
def front_desk(hire: Callable[..., Actor]) -> Actor:
    """Somebody at the front desk."""
    return hire(Role.FRONT_DESK)


@pytest.fixture
def nurse(hire: Callable[..., Actor]) -> Actor:
    """A nurse."""
    return hire(Role.NURSE)


@pytest.fixture
def manager(hire: Callable[..., Actor]) -> Actor:
    """The practice manager."""
    return hire(Role.MANAGER)


@pytest.fixture
def admin(hire: Callable[..., Actor]) -> Actor:
    """An administrator."""
    return hire(Role.ADMIN)


@pytest.fixture
def compliance(hire: Callable[..., Actor]) -> Actor:
    """The compliance officer."""
    return hire(Role.COMPLIANCE)
