"""Which numbers tell whether a workflow does good: the one table of what a pilot is judged by.

Which way is better is said by each metric's own definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.metrics.definitions import BY_ID
from services.metrics.definitions.definition import Definition


@dataclass(frozen=True)
class Looked:
    """What one workflow is judged by.

    ``changes`` are metrics it is to change: compared with the past. ``keeps`` have no past,
    since only an engine makes them: compared with the target. ``by`` are the verbs on the trail
    by which a person makes an item theirs; without any, only providers and places can be told
    apart. ``instead`` is what to look at where no number of Foyer's says it.
    """

    changes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    instead: str = ""

    @property
    def past(self) -> tuple[Definition, ...]:
        """The metrics compared with the past."""
        return tuple(BY_ID[id] for id in self.changes)

    @property
    def bars(self) -> tuple[Definition, ...]:
        """The metrics compared with their target."""
        return tuple(BY_ID[id] for id in self.keeps)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The facts all of these are made of."""
        return tuple(kind_of(metric) for metric in (*self.past, *self.bars))


def kind_of(metric: Definition) -> str:
    """The facts that a metric counts."""
    return metric.measure.kinds[0]


TABLE: Mapping[str, Looked] = {
    "inbox": Looked(
        ("inbox.response_median", "inbox.touch_median", "inbox.sla", "inbox.one_touch",
         "inbox.time"),
        ("ai.corrected", "ai.untouched"),
        ("inbox.send_reply", "inbox.send_and_route", "inbox.apply_macro", "inbox.copy_done",
         "inbox.no_reply"),
    ),
    "intake": Looked(
        ("intake.time", "intake.wait"), (), ("intake.commit", "intake.copy_done")
    ),
    "reminders": Looked(("visits.noshow",)),
    "notes": Looked(("notes.time", "notes.filed"), (), ("notes.send",)),
    "summaries": Looked(
        instead="Foyer counts no result of summaries. Ask the providers in the pilot, and whether "
        "patients call about their visit less often."
    ),
    "charges": Looked(
        instead="Foyer counts no result of charges by itself. Look at clean claims and denials on "
        "the Metrics page once the claims of these visits are answered."
    ),
    "claims": Looked(("claims.clean", "claims.accepted", "claims.denied")),
    "denials": Looked(
        ("denials.first_action", "denials.won"), (),
        ("denials.correct", "denials.appeal", "denials.enquire", "denials.other_payer",
         "denials.to_patient", "denials.write_off", "denials.fixed_in_ecw"),
    ),
}  # fmt: skip
