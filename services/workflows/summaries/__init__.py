"""Summaries: a visit whose note was signed is told to the patient in plain words, after one click.

Drafted from the signed note alone, each sentence beside the signed one it tells. Nothing reaches a
patient before a provider has read it and clicked, and healow is asked whether it arrived.
"""

from collections import Counter
from datetime import timedelta

from services.lines import Lines
from services.workflows.base import Phase, Workflow
from services.workflows.summaries import drafting, editing, poll, sending


def _poll(lines: Lines) -> Counter[str]:
    return poll.poll(lines.container, lines.practice, lines.ehr.notebook)


def _propose(lines: Lines) -> Counter[str]:
    return drafting.draft_batch(lines.container, lines.practice, lines.ehr, lines.assistant)


WORKFLOW = Workflow(
    key="summaries",
    title="Visit summaries",
    phase=Phase.CLINICAL,
    poll=_poll,
    rest=timedelta(seconds=10),  # what was signed or amended since
    propose=_propose,
    actions=(
        sending.send,
        sending.take_back,
        sending.settle,
        sending.give,
        editing.edit,
        editing.tick,
        editing.remove,
        editing.set_aside,
        editing.reopen,
        editing.choose,
        editing.draft_again,
    ),
)
