"""The demo practice's billing behind a real clearinghouse of the sandbox, posted by the real jobs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from db import reading, writing
from db.base import Repository
from db.claims import Claim, Claims
from db.connections import Connections
from db.practices import Practice
from db.rollout import Rollout
from db.vocabulary import Stage
from db.x12_files import X12File, X12Files
from services.claims import collecting, names, posting
from services.claims.keeping import Arrival, keep
from services.container import Container
from services.desk import Actor, working
from services.ehr.clearinghouse import HttpClearinghouse
from services.ehr.ports import Road
from services.ehr.transport import Wire
from services.sandbox import Running, running

HTTP = httpx.Client(trust_env=False)
CODE, KEY = "FEIGDM", "sandbox-clearinghouse-key"


@dataclass
class Billing:
    """The practice at work: everything a story about claims needs, one verb each."""

    container: Container
    practice: Practice
    sandbox: Running
    clearing: HttpClearinghouse

    @property
    def actor(self) -> Actor:
        return Actor.job(self.practice.id, "tests")

    def fetch(self) -> Counter[str]:
        return collecting.fetch_new(self.container, self.practice, self.clearing)

    def skip_the_past(self) -> None:
        """The year before is not fetched: a story about one claim needs none of it."""
        page = self.clearing.files("")
        while page.files:
            page = self.clearing.files(page.cursor)
        with working(self.container, self.actor) as desk:
            desk.open(Connections).of(Road.CLAIM_FILES).cursor = page.cursor

    def post(self) -> Counter[str]:
        return posting.post_kept(self.container, self.practice)

    def drop(self, data: bytes, name: str = "file.x12", kind: str = "") -> X12File | None:
        """A file arrives in the watched folder."""
        with working(self.container, self.actor) as desk:
            return keep(desk, Arrival("folder", data, name, kind=kind))

    def script(self, **asked: Any) -> dict[str, Any]:
        """A claim with a scripted outcome; its files are there at once."""
        answer = HTTP.post(f"{self.sandbox.url}/control/claims", json=asked)
        answer.raise_for_status()
        return dict(answer.json())

    def advance(self) -> None:
        """Everything that the clearinghouse still owes us happens now."""
        self.sandbox.control.advance_claims(past=True)

    def truth(self) -> dict[str, Any]:
        """What the clearinghouse knows of every claim."""
        answer = HTTP.get(f"{self.sandbox.url}/control/claims/truth")
        return dict(answer.raise_for_status().json())

    def all(self, shelf: type[Repository[Any]]) -> list[Any]:
        with reading(self.container.engine) as session:
            rows = shelf(session, self.practice.id)
            return list(rows.all(rows.rows()))

    def files(self) -> list[X12File]:
        return self.all(X12Files)

    def claim(self, number: str) -> Claim:
        with working(self.container, self.actor) as desk:
            digest = names.number_digest(desk, number)
            return desk.open(Claims).by_numbers([digest])[digest]


@pytest.fixture(scope="session")
def clearinghouse() -> Iterator[Running]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def billing(container: Container, practice: Practice, clearinghouse: Running) -> Billing:
    clearinghouse.control.reset()
    with writing(container.engine) as session:
        for workflow in ("claims", "denials"):
            session.add(Rollout(practice_id=practice.id, workflow=workflow, stage=Stage.ON))
    clearing = HttpClearinghouse(
        clearinghouse.clearinghouse(CODE), KEY, Wire(timedelta(seconds=20), 20 << 20),
        container.clock,
    )  # fmt: skip
    return Billing(container, practice, clearinghouse, clearing)
