"""Approved wordings filled for one patient: what a macro or template would say, before it is said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from db.conversations import Conversation, Conversations
from db.patients import Patients
from db.practices import Practices
from services import chart, rollout
from services.actions import places_of
from services.container import Container
from services.desk import Actor, Desk, working
from services.options import options_of
from services.workflows.inbox import facts

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Filled:
    """A wording for one conversation; ``missing`` names what the chart does not say."""

    text: str = field(repr=False)
    missing: tuple[str, ...]


def fill(container: Container, actor: Actor, id: UUID, wording: str) -> Filled:
    """*wording* with this patient's facts in its placeholders, such as ``{first_name}``.

    What is not known stays as its placeholder and is named in ``missing``. The reading is on
    the trail. Raises ``NotFound``, ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require("replies.read", "use the practice's wordings")
        conversation = desk.open(Conversations).get(id)
        rollout.require(desk, "inbox", places_of(conversation), "The inbox")
        desk.record("inbox.wording_filled", conversation.ref)
        return filled(wording, known(desk, conversation))


def filled(wording: str, values: Mapping[str, str]) -> Filled:
    """*wording* with *values* in its placeholders."""
    missing = [name for name in PLACEHOLDER.findall(wording) if not values.get(name)]
    text = PLACEHOLDER.sub(lambda hit: values.get(hit[1]) or hit[0], wording)
    return Filled(text, tuple(dict.fromkeys(missing)))


def known(desk: Desk, conversation: Conversation) -> dict[str, str]:
    """What a wording may say about this patient and the practice, by placeholder."""
    practice = Practices(desk.session).get(desk.practice_id)
    options = options_of(practice)
    patient = desk.open(Patients).get(conversation.patient_id)
    gathered = facts.gather(desk, practice, options, conversation, patient, "", "")
    summary = chart.read(desk, patient)
    given = summary.patient.given.split() if summary else []
    return dict(gathered.values) | {
        "first_name": given[0] if given else "",
        "signature": options.signature or practice.name,
    }
