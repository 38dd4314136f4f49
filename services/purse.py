"""A practice's daily allowance for the model, counted in the database for all workers together."""

from dataclasses import dataclass
from datetime import date, datetime

from db import reading, writing
from db.ai_calls import AiCall, AiCalls
from db.ai_spend import AiSpends
from db.practices import Practice
from services.ai import Usage
from services.allowances import dollars_a_day
from services.container import Container
from services.options import options_of

ENGINE = "claude"
# A prompt is named after its folder; these lie in a folder of another name than their workflow's.
WORKFLOWS = {"letters": "denials", "summary": "summaries"}
MICRODOLLARS = 1_000_000


@dataclass(frozen=True)
class PracticePurse:
    """A ``Purse`` with a cap in dollars for each day of the practice's calendar.

    The cap is asked before a call and counted after it, so that it can be overshot by at most
    one call of each worker. ``share`` is how much of the cap may be gone before it counts as
    used up: what can wait leaves the rest to the work of the day.
    """

    container: Container
    practice: Practice
    share: float = 1.0

    def may_spend(self, now: datetime) -> bool:
        """Whether today's cap is not reached yet."""
        with reading(self.container.engine) as session:
            spent = AiSpends(session, self.practice.id).of(self._day(now), ENGINE)
        allowed = dollars_a_day(self.container.settings, options_of(self.practice))
        cap = allowed * MICRODOLLARS * self.share
        return (spent.microdollars if spent else 0) < cap

    def spend(self, usage: Usage, prompt: str = "") -> None:
        """Count one call, for the workflow that the *prompt* belongs to."""
        now = self.container.clock()
        with writing(self.container.engine) as session:
            call = AiCall(
                practice_id=self.practice.id, at=now, workflow=WORKFLOWS.get(prompt, prompt),
                engine=ENGINE, microdollars=usage.microdollars,
            )  # fmt: skip
            AiCalls(session, self.practice.id).add(call)
            AiSpends(session, self.practice.id).add_use(
                self._day(now),
                ENGINE,
                calls=1,
                tokens_in=usage.tokens_in,
                tokens_out=usage.tokens_out,
                tokens_cached=usage.cached_in,
                microdollars=usage.microdollars,
            )

    def _day(self, now: datetime) -> date:
        return now.astimezone(options_of(self.practice).zone).date()
