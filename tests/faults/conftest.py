"""The same office as in the stories, for days on which things go wrong."""

import pytest

from services.lines import Lines
from tests.services.conftest import (
    admin,
    compliance,
    container,
    front_desk,
    hire,
    manager,
    nurse,
    practice,
    settings,
)
from tests.services.workflows.conftest import (
    Office,
    clock,
    ehr,
    office,
    sandbox,
    served,
    signing_key,
)

__all__ = [
    "admin",
    "clock",
    "compliance",
    "container",
    "ehr",
    "front_desk",
    "hire",
    "manager",
    "nurse",
    "office",
    "practice",
    "sandbox",
    "served",
    "settings",
    "signing_key",
]


@pytest.fixture
def lines(office: Office) -> Lines:
    """What the jobs of this office hold."""
    return Lines(office.container, office.practice, office.ehr, office.assistant)
