"""A worker of its own process that is killed with a question of a replay on its way or answered."""

import os
import signal
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from db import open_database, reading
from db.keyring import Keyring
from db.practices import Practices
from services.ai import Answer, Assistant, Facts, Prompt
from services.container import Container
from services.prompts import running
from services.settings import Settings
from services.wiring import assistant, model_alone
from tests.db.rows import MONDAY


@dataclass
class Killing:
    """The real model; after so many answers the process gets no further."""

    model: Assistant
    left: int

    def ask(self, prompt: Prompt, facts: Facts, into: Any) -> Answer[Any]:
        """The answer has come over the wire and is in nobody's hands yet when the kill strikes."""
        answer: Answer[Any] = self.model.ask(prompt, facts, into)
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def replay_and_die(settings: Settings, keyring: Keyring, after: int, minutes: int) -> None:
    """Work until the kill."""
    engine = open_database(settings.database_url)
    container = Container(settings, engine, keyring, lambda: MONDAY + timedelta(minutes=minutes))
    with reading(engine) as session:
        (practice,) = Practices(session).all()
    model = model_alone(assistant(container, practice))
    assert model is not None
    running.run(container, practice, Killing(model, after))
