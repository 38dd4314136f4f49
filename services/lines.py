"""What a job of one practice may use: the building, the lines to its EHR, and an assistant."""

from dataclasses import dataclass, replace

from db import reading
from db.practices import Practice, Practices
from services.ai import Assistant
from services.container import Container
from services.ehr.ports import Ehr


@dataclass(frozen=True)
class Lines:
    """One practice's lines out of the building; only jobs hold them.

    ``model`` is the model alone, with nobody answering in its stead; ``None`` where there is none.
    """

    container: Container
    practice: Practice
    ehr: Ehr
    assistant: Assistant
    model: Assistant | None = None


def fresh(lines: Lines) -> Lines:
    """*lines* with the practice as it is now: what its administrators changed counts at once."""
    with reading(lines.container.engine) as session:
        return replace(lines, practice=Practices(session).get(lines.practice.id))
