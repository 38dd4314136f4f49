"""Intake: forms arrive, lie beside the chart field by field, and are written with one click.

Staff check what differs; what matches asks nothing. Nothing reaches the chart that a person
did not accept, and what was written is read back there.
"""

from collections import Counter
from pathlib import Path

from services.lines import Lines
from services.workflows.base import Phase, Workflow
from services.workflows.intake import (
    asking,
    belonging,
    committing,
    deciding,
    folder,
    poll,
    propose,
    routing,
)


def _poll(lines: Lines) -> Counter[str]:
    counts = poll.poll(lines.container, lines.practice, lines.ehr.forms)
    for practice in lines.container.settings.practice:
        if practice.code == lines.practice.code and practice.intake_folder:
            counts += folder.collect(lines.container, lines.practice, Path(practice.intake_folder))
    return counts


def _propose(lines: Lines) -> Counter[str]:
    return propose.read_batch(lines.container, lines.practice, lines.ehr.registrar, lines.assistant)


WORKFLOW = Workflow(
    key="intake",
    title="Intake",
    phase=Phase.NON_CLINICAL,
    poll=_poll,
    propose=_propose,
    actions=(
        deciding.accept_matching,
        deciding.accept,
        deciding.reject,
        deciding.reconsider,
        deciding.escalate,
        asking.ask_patient,
        deciding.take_over,
        deciding.commit,
        committing.copy_done,
        committing.take_back,
        belonging.confirm_patient,
        belonging.none_of_these,
        belonging.wrong_patient,
        belonging.remove,
        belonging.restore,
        belonging.read_again,
        routing.assign,
        routing.file_as,
        routing.note,
    ),
)
