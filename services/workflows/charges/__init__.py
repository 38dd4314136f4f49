"""Charges: codes that a signed note supports, each with its sentence; a biller approves, eCW gets them once.

What the note does not document is said and never asked for. Each approved code is entered as a
charge of its visit and read back there.
"""

from collections import Counter
from datetime import timedelta

from services.lines import Lines
from services.workflows.base import Phase, Workflow
from services.workflows.charges import approving, editing, poll


def _poll(lines: Lines) -> Counter[str]:
    return poll.poll(lines.container, lines.practice, lines.ehr)


WORKFLOW = Workflow(
    key="charges",
    title="Charges",
    phase=Phase.REVENUE,
    poll=_poll,
    rest=timedelta(seconds=10),  # what was signed or amended since
    propose=None,
    actions=(
        approving.approve,
        approving.take_back,
        approving.settle,
        approving.corrected,
        approving.entered_by_hand,
        editing.remove,
        editing.restore,
        editing.change,
        editing.add,
        editing.set_aside,
        editing.reopen,
    ),
)
