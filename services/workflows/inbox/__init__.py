"""Inbox triage: sort patient messages by urgency, draft a reply, answer with one click.

Staff read the most urgent first, change the draft and send it. Nothing is sent that a
person has not read.
"""

from collections import Counter
from dataclasses import asdict

from services.lines import Lines
from services.workflows.base import Phase, Workflow
from services.workflows.inbox import handling, poll, propose, sending, settling, undoing


def _poll(lines: Lines) -> Counter[str]:
    return poll.poll(lines.container, lines.practice, lines.ehr.mailbox)


def _propose(lines: Lines) -> Counter[str]:
    return Counter(asdict(propose.sort_batch(lines.container, lines.practice, lines.assistant)))


WORKFLOW = Workflow(
    key="inbox",
    title="Inbox triage",
    phase=Phase.NON_CLINICAL,
    poll=_poll,
    propose=_propose,
    actions=(
        sending.send_reply,
        sending.send_and_route,
        sending.apply_macro,
        sending.copy_done,
        handling.take,
        handling.release,
        handling.assign,
        handling.route,
        handling.escalate,
        handling.snooze,
        handling.unsnooze,
        handling.no_reply,
        handling.reopen,
        handling.recategorise,
        handling.raise_urgency,
        handling.lower_urgency,
        handling.note,
        settling.settle,
        undoing.undo,
    ),
)
