"""Notes: what a visit gave becomes a draft beside its sources, and lands in the right section of eCW.

A provider checks, edits and sends with one click; it lies in eCW as a draft for signature. Foyer
never signs, and what eCW filed is read back section by section.
"""

from collections import Counter
from datetime import timedelta

from services.lines import Lines
from services.workflows.base import Phase, Workflow
from services.workflows.notes import drafting, editing, poll, sending


def _poll(lines: Lines) -> Counter[str]:
    return poll.poll(lines.container, lines.practice, lines.ehr.notebook)


def _propose(lines: Lines) -> Counter[str]:
    return drafting.draft_batch(
        lines.container, lines.practice, lines.ehr.notebook, lines.assistant
    )


WORKFLOW = Workflow(
    key="notes",
    title="Notes",
    phase=Phase.CLINICAL,
    poll=_poll,
    propose=_propose,
    rest=timedelta(seconds=10),  # each provider's day, and what was signed since
    actions=(
        sending.send,
        sending.take_back,
        editing.edit,
        editing.tick,
        editing.remove,
        editing.set_aside,
        editing.reopen,
        editing.draft_again,
        editing.add_transcript,
    ),
)
