"""The embedded engine: answers inside the building, at once and for nothing."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

from pydantic import BaseModel

from services.ai.port import Answer, Facts, Prompt, T, Usage
from services.errors import Unsure

ENGINE = "local"

Answerer = Callable[[Facts], BaseModel]
"""A workflow's own way of answering; raises ``Unsure`` when it cannot."""


class LocalAssistant:
    """An ``Assistant`` that passes each question to the answerer for the shape asked for.

    ``version`` names what the answerers were made from; it takes the model's place in records.
    """

    def __init__(self, answerers: Mapping[type[BaseModel], Answerer], version: str) -> None:
        self._answerers = dict(answerers)
        self._version = version

    def ask(self, prompt: Prompt, facts: Facts, into: type[T]) -> Answer[T]:
        """Answer without a model. Raises ``Unsure`` when no workflow offers this shape."""
        started = time.monotonic()
        answerer = self._answerers.get(into)
        if answerer is None:
            raise Unsure("The embedded engine cannot answer this kind of question.")
        value = cast(Any, answerer(facts))
        took = timedelta(seconds=time.monotonic() - started)
        return Answer(value, ENGINE, self._version, prompt.digest, Usage(), took)
