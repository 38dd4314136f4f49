"""The practice's questionnaires, asked for once and kept for a while."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.ehr.line import Line
from services.ehr.paging import trees
from services.errors import NeedsAuthorization, Refused

KEEP = timedelta(minutes=10)  # a practice that edits its form sees the new labels soon
Questionnaire = dict[str, Any]


@dataclass(frozen=True)
class QuestionnaireShelf:
    """Questionnaires by the reference that a response gives."""

    line: Line
    now: Callable[[], datetime]
    _kept: dict[str, tuple[datetime, Questionnaire | None]] = field(default_factory=dict)

    def get(self, reference: str) -> Questionnaire | None:
        """The questionnaire, or ``None`` if eCW does not have it: answers then speak for themselves.

        *reference* is ``Questionnaire/q.1`` or a canonical address, whose last part is the id.
        Raises ``Unreachable`` or ``NeedsAuthorization``.
        """
        own = reference.partition("|")[0].rpartition("/")[2]
        kept_at, kept = self._kept.get(own, (None, None))
        if kept_at is None or self.now() - kept_at > KEEP:
            kept = self._asked(own) if own else None
            self._kept[own] = (self.now(), kept)
        return kept

    def _asked(self, own: str) -> Questionnaire | None:
        try:
            found = trees(self.line, "Questionnaire", [("_id", own)])
        except NeedsAuthorization:
            raise
        except Refused:
            return None  # a version of eCW without Questionnaire; labels then come with the answers
        return next((one for one in found if one.get("id") == own), None)
