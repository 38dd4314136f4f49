"""What a provider does to a summary: write, tick, take out, choose how it is told; nothing of it leaves."""

from db.visit_summaries import OUT, SummaryState, VisitSummary
from services.desk import Desk
from services.errors import Invalid
from services.notes import lines
from services.workflows.summaries import standing
from services.workflows.summaries.acting import (
    WRITABLE,
    begin_anew,
    keep,
    summary_action,
    text_of,
)

LONGEST_PART = 4_000  # characters
EASIEST, HARDEST = 3, 12  # school grades
LEFT = "This summary has left or is closed. Please reopen it first."


@summary_action("summaries.edit", "Keep this part", needs_shown=True)
def edit(desk: Desk, summary: VisitSummary, name: str, text: str) -> None:
    """Keep the part as you wrote it: a sentence a line, yours under your name."""
    if len(text) > LONGEST_PART:
        raise Invalid(f"The part is too long: {len(text):,} of {LONGEST_PART:,} characters.")
    before = text_of(desk, summary)
    keep(desk, summary, before.with_part(lines.rewritten(before.part(name), text)))
    summary.is_edited = True
    if summary.state is SummaryState.FAILED and not summary.is_outdated:
        summary.state, summary.trouble = SummaryState.READY, ""


@summary_action("summaries.tick", "I stand for it", needs_shown=True)
def tick(desk: Desk, summary: VisitSummary, name: str, place: int, seen: str) -> None:
    """You compared this sentence with the note yourself: it stays, under your name."""
    before = text_of(desk, summary)
    keep(desk, summary, before.with_part(lines.ticked(before.part(name), place, seen)))


@summary_action("summaries.remove", "Take it out", needs_shown=True)
def remove(desk: Desk, summary: VisitSummary, name: str, place: int, seen: str) -> None:
    """Take this sentence out of what the patient reads."""
    before = text_of(desk, summary)
    keep(desk, summary, before.with_part(lines.without(before.part(name), place, seen)))
    summary.is_edited = True


@summary_action("summaries.set_aside", "No summary")
def set_aside(desk: Desk, summary: VisitSummary) -> None:
    """This patient gets no summary of this visit from here."""
    if summary.state not in (*WRITABLE, SummaryState.WAITING):
        raise Invalid("This summary is on its way or closed already.")
    summary.state, summary.closed_at, summary.trouble = SummaryState.SET_ASIDE, desk.now, ""


@summary_action("summaries.reopen", "Reopen")
def reopen(desk: Desk, summary: VisitSummary) -> None:
    """Take it up again: it is written anew from the note as eCW shows it now."""
    if summary.state is not SummaryState.SET_ASIDE or summary.purged_at:
        raise Invalid("Only what was set aside can be reopened.")
    begin_anew(summary)


@summary_action("summaries.choose", "Write it so")
def choose(desk: Desk, summary: VisitSummary, language: str, grade: int) -> None:
    """Have it written in this language, for this school grade; your own wording is kept beside it."""
    if language not in standing.LANGUAGES:
        raise Invalid("Foyer cannot write in this language yet.")
    if not EASIEST <= grade <= HARDEST:
        raise Invalid(f"The grade goes from {EASIEST} to {HARDEST}.")
    if summary.state not in WRITABLE:
        raise Invalid(LEFT)
    summary.language, summary.grade = language, grade
    begin_anew(summary)


@summary_action("summaries.draft_again", "Draft again")
def draft_again(desk: Desk, summary: VisitSummary) -> None:
    """Read the note in eCW anew and write it again; your own wording is kept beside it."""
    # Who has a summary gets another only of a note that says something else by now.
    may_correct = summary.state in OUT and summary.is_outdated and not summary.purged_at
    if summary.state not in WRITABLE and not may_correct:
        raise Invalid(LEFT)
    begin_anew(summary)
