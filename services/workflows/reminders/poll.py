"""One round of reminders: follow the schedule, propose what is due, hear what was answered."""

from collections import Counter

from db.practices import Practice
from services.container import Container
from services.desk import Actor
from services.ehr.ports import Chart
from services.options import options_of
from services.workflows.reminders.following import follow
from services.workflows.reminders.listening import listen
from services.workflows.reminders.naming import fetch_names
from services.workflows.reminders.proposing import propose
from services.workflows.reminders.when import farthest


def poll(container: Container, practice: Practice, ehr_chart: Chart) -> Counter[str]:
    """Do all of it once. Returns counts. Safe to repeat; nobody is written to.

    What moved is withdrawn and what was answered is heard before eCW is asked for names, so that
    an outage there holds up neither. Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``.
    """
    actor = Actor.job(practice.id, "reminders.poll")
    counts = follow(container, actor)
    counts.update(listen(container, actor))
    counts.update(propose(container, actor, practice))
    if counts.pop("nameless", 0):
        ahead = farthest(options_of(practice))
        counts.update(fetch_names(container, actor, ehr_chart, ahead))
        counts.update(propose(container, actor, practice))
    return counts
