"""A practice that has dealt with some messages, and Claude behind a real loopback socket."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db import reading, writing
from db.conversations import Conversation, State
from db.patients import Patient
from db.practices import Practice, Practices
from db.prompt_replays import PromptReplay, PromptReplays, ReplayItem, ReplayItems
from db.suggestions import Suggestion
from db.vault import Vault
from db.vocabulary import Category, Urgency
from services.container import Container
from services.desk import Actor
from services.prompts import running, versions
from services.prompts.books import BOOKS
from services.settings import Settings
from services.wiring import assistant, model_alone
from tests.db import rows
from tests.services.ai import fake_claude
from tests.services.ai.fake_claude import GOOD, FakeClaude, Handler, events
from tests.services.conftest import (
    admin,
    clock,
    compliance,
    container,
    front_desk,
    hire,
    manager,
    nurse,
    practice,
)

__all__ = [
    "admin", "clock", "compliance", "container", "front_desk", "hire", "manager", "nurse",
    "practice",
]  # fmt: skip

OURS = "Sort anything about the garden as other. Draft two short sentences."
NOTE = "The garden project began."


@pytest.fixture(scope="session")
def claude_server() -> Iterator[FakeClaude]:
    with fake_claude.running() as server:
        yield server


@pytest.fixture
def fake(claude_server: FakeClaude) -> FakeClaude:
    claude_server.forget()
    claude_server.will(as_told(claude_server, {}))
    return claude_server


@pytest.fixture
def settings(database_url: str, tmp_path: Any, fake: FakeClaude) -> Settings:
    """An installation that asks Claude."""
    return Settings(
        database_url=database_url, keyring=tmp_path / "keyring.json",
        anchors=tmp_path / "anchors", ai_engine="claude", claude_base_url=fake.url,
        anthropic_api_key="sk-ant-not-a-real-key", claude_deadline_seconds=5,
    )  # fmt: skip


def as_told(fake: FakeClaude, urgencies: dict[str, str], **more: Any) -> Callable[[Handler], None]:
    """Answer every message as a refill, and as urgent as its number in *urgencies* says."""

    def reply(handler: Handler) -> None:
        said = fake.requests[-1]["messages"][0]["content"]
        number = said.partition("Number ")[2].partition(".")[0]
        answer = {
            **GOOD, "evidence": ["Number"], "urgency": urgencies.get(number, "routine"), **more,
        }  # fmt: skip
        handler.begin()
        handler.wfile.write(b"".join(events(json.dumps(answer))))

    return reply


@dataclass
class Bench:
    """The practice with its past; what a story needs, one verb each."""

    container: Container
    practice: Practice
    fake: FakeClaude
    clock: Any
    messages: list[UUID] = field(default_factory=list)

    def past(self, count: int, urgent: int = 0, *, live: dict[int, str] | None = None) -> None:
        """So many messages that people dealt with, the first *urgent* ones held for urgent.

        *live* is the urgency that the instructions in force had suggested, by number.
        """
        with writing(self.container.engine) as session:
            for number in range(count):
                urgency = Urgency.URGENT if number < urgent else Urgency.ROUTINE
                one = self.decided(session, number, urgency)
                self.messages.append(one.id)
                if live and number in live:
                    self._suggested(session, one, live[number])

    def decided(self, session: Any, number: int, urgency: Urgency) -> Conversation:
        """One message that people held for this urgent and answered."""
        person = Patient(practice_id=self.practice.id, ehr_ref=f"P/{number}", key_id=uuid4())
        session.add(person)
        thread, _ = rows.sealed_thread(
            session, self.practice.id, self.container.keyring, f"My key. Number {number}.",
            patient_id=person.id, state=State.CLOSED, closed_at=rows.MONDAY, urgency=urgency,
            urgency_rank=urgency.rank, category=Category.REFILL, last_actor=uuid4(),
        )  # fmt: skip
        return thread

    def _suggested(self, session: Any, of: Conversation, urgency: str) -> None:
        made = Suggestion(
            practice_id=of.practice_id, conversation_id=of.id, key_id=of.key_id, engine="claude",
            model="m", prompt_digest=BOOKS["inbox"].prompt.digest, source_hash="",
            category="refill", urgency=urgency, microdollars=4_200, took_ms=1_200,
        )  # fmt: skip
        session.flush()
        vault = Vault(session, of.practice_id, self.container.keyring)
        vault.seal_into(made, answer=json.dumps(GOOD | {"draft": "As it is drafted today."}))
        session.add(made)

    def decide(self, **options: Any) -> None:
        """The practice's administrators decided this."""
        with writing(self.container.engine) as session:
            row = Practices(session).get(self.practice.id)
            row.options = row.options | options
            session.add(row)

    def work(self, times: int = 50) -> int:
        """Let the job run until it has nothing to do for now. Returns how many it dealt with."""
        with reading(self.container.engine) as session:
            practice = Practices(session).get(self.practice.id)
        model = model_alone(assistant(self.container, practice))
        done = 0
        for _ in range(times):
            counts = running.run(self.container, practice, model)
            done += counts.total()
            if not counts:
                break
        return done

    def newest(self) -> PromptReplay:
        with reading(self.container.engine) as session:
            return PromptReplays(session, self.practice.id).newest("inbox")[0]

    def items(self) -> list[ReplayItem]:
        with reading(self.container.engine) as session:
            replay = PromptReplays(session, self.practice.id).newest("inbox")[0]
            return list(ReplayItems(session, self.practice.id).of(replay.id))

    def asked(self) -> list[str]:
        """The number of each message that reached Claude, in order."""
        said = (request["messages"][0]["content"] for request in self.fake.requests)
        return [text.partition("Number ")[2].partition(".")[0] for text in said]


@pytest.fixture
def bench(container: Container, practice: Practice, fake: FakeClaude, clock: Any) -> Bench:
    """The practice, which lets Claude draft."""
    made = Bench(container, practice, fake, clock)
    made.decide(claude_consent=True)
    return made


def wait_out(bench: Bench, minutes: int = 3) -> None:
    """Let leases and pauses pass."""
    bench.clock.wait(timedelta(minutes=minutes))


Written = Callable[..., int]


@pytest.fixture
def written(container: Container, admin: Actor) -> Written:
    """A version of the inbox's instructions, written by the administrator."""

    def written(text: str = OURS, seen: int = 0, key: str = "inbox") -> int:
        return versions.write(container, admin, key, text, NOTE, seen)

    return written
