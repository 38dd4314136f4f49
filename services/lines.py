"""What a job of one practice may use: the building, the lines to its EHR, and an assistant."""

from dataclasses import dataclass

from db.practices import Practice
from services.ai import Assistant
from services.container import Container
from services.ehr.ports import Ehr


@dataclass(frozen=True)
class Lines:
    """One practice's lines out of the building; only jobs hold them."""

    container: Container
    practice: Practice
    ehr: Ehr
    assistant: Assistant
