"""Denials: what payers refuse, ordered by what it is worth and when it lapses, decided in one click.

Each comes with its reason in plain words, a suggested path and the days left. Corrections, appeals
and enquiries leave through the outbox; nothing is written off without its own permission.
"""

from collections import Counter

from services.lines import Lines
from services.workflows.base import Phase, Workflow
from services.workflows.denials import deciding, letters, routing, sweeping
from services.workflows.denials.letters import proposing


def _poll(lines: Lines) -> Counter[str]:
    return sweeping.sweep(lines.container, lines.practice)


def _propose(lines: Lines) -> Counter[str]:
    return proposing.draft_letters(
        lines.container, lines.practice, lines.ehr.chart, lines.assistant
    )


WORKFLOW = Workflow(
    key="denials",
    title="Denials",
    phase=Phase.REVENUE,
    poll=_poll,
    propose=_propose,  # letters; the denials themselves arise while files are posted
    actions=(
        deciding.correct,
        deciding.appeal,
        letters.edit_letter,
        deciding.enquire,
        deciding.other_payer,
        deciding.to_patient,
        deciding.write_off,
        deciding.fixed_in_ecw,
        routing.send_back,
        routing.snooze,
        routing.assign,
        routing.reopen,
        routing.take_back,
    ),
)
