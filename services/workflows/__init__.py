"""The table of contents: every workflow there is.

To add one: copy the folder most like yours, add its noun in ``db/`` with a migration, its
page under its audience, one line here and one in ``pages/front_door.py``, and one test file
that tells the story from arrival to delivery.
"""

from services.workflows import charges, claims, denials, inbox, intake, notes, reminders, summaries
from services.workflows.base import Workflow

ALL: tuple[Workflow, ...] = (
    inbox.WORKFLOW,
    intake.WORKFLOW,
    reminders.WORKFLOW,
    notes.WORKFLOW,
    summaries.WORKFLOW,
    charges.WORKFLOW,
    claims.WORKFLOW,
    denials.WORKFLOW,
)
