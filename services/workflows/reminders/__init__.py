"""Reminders: who is coming, what we would tell them, and what they answered.

Messages before a visit are proposed from approved wordings. Nobody is written to before a person
has approved it, and the patient's answer in the inbox is shown on the reminder.
"""

from collections import Counter

from services.lines import Lines
from services.workflows.base import Phase, Workflow
from services.workflows.reminders import approving, poll, skipping


def _poll(lines: Lines) -> Counter[str]:
    return poll.poll(lines.container, lines.practice, lines.ehr.chart)


WORKFLOW = Workflow(
    key="reminders",
    title="Reminders",
    phase=Phase.NON_CLINICAL,
    poll=_poll,
    propose=None,  # approved wordings ask no engine
    actions=(
        approving.approve,
        approving.edit,
        approving.take_back,
        approving.settle,
        skipping.skip,
        skipping.restore,
        skipping.opt_out,
        skipping.opt_in,
        skipping.confirm,
        skipping.wants_change,
    ),
)
