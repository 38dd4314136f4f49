"""The sandbox's note interface on a real port, as on its first day, and a line to it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.ehr.hl7.mllp import Mllp
from services.sandbox import Running, running


@pytest.fixture(scope="session")
def served() -> Iterator[Running]:
    with running(mllp_port=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Running) -> Running:
    served.control.reset()
    return served


@pytest.fixture
def mllp(sandbox: Running) -> Mllp:
    return Mllp("127.0.0.1", sandbox.mllp_port, deadline=timedelta(seconds=10))
