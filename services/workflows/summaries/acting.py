"""One-click actions on the summary of a visit: like those on a conversation, on another shelf."""

from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec

from db.vault import Unreadable
from db.visit_summaries import SummaryState, VisitSummaries, VisitSummary
from services.actions import Action
from services.desk import Desk
from services.errors import Invalid
from services.workflows.summaries import standing
from services.workflows.summaries.standing import SummaryText

P = ParamSpec("P")
WRITABLE = (SummaryState.READY, SummaryState.FAILED)


def summary_action(
    verb: str, label: str, *, needs_shown: bool = False
) -> Callable[[Callable[Concatenate[Desk, VisitSummary, P], None]], Action[P]]:
    """Make a function of a desk and a summary into a one-click action; see ``services.actions``."""

    def wrap(run: Callable[Concatenate[Desk, VisitSummary, P], None]) -> Action[P]:
        return Action(
            verb=verb, label=label, run=run, shelf=VisitSummaries, needs_shown=needs_shown
        )

    return wrap


def text_of(desk: Desk, summary: VisitSummary) -> SummaryText:
    """The summary as it stands. Raises ``Invalid`` unless it may still be changed."""
    if summary.state not in WRITABLE:
        raise Invalid("This summary has left or is closed. Please reopen it first.")
    kept = desk.vault.read(summary, "text").text
    return standing.read(kept) if kept else standing.frame(desk, summary)


def keep(desk: Desk, summary: VisitSummary, text: SummaryText) -> None:
    """Keep *text* as the summary."""
    desk.vault.seal_into(summary, text=text.to_json())
    summary.content_hash, summary.unsettled = text.digest, text.unsettled
    summary.is_harder = text.is_harder


def begin_anew(summary: VisitSummary, why: str = "") -> None:
    """Have it written again from the note as eCW shows it now."""
    summary.state, summary.lease_until = SummaryState.WAITING, None
    summary.closed_at, summary.trouble = None, why


def put_by(desk: Desk, summary: VisitSummary) -> None:
    """Keep what a person had written beside what comes in its place."""
    if summary.is_edited and summary.text is not None:
        with suppress(Unreadable):  # a damaged record must not keep the new words away
            desk.vault.seal_into(summary, earlier=desk.vault.read(summary, "text").text)
    summary.is_edited = False
