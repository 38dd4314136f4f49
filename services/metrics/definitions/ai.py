"""What engines suggested, what people made of it, and what it cost."""

from services.metrics.definitions.definition import Definition, Good, Unit
from services.metrics.measures import given_back, mean, total

DESK = "AI"
STORED = "Suggestions, and what people decided about them"
NEVER = "No urgency may be missed: what is missed pauses a pilot"


def _cost_of(workflow: str, title: str, what: str) -> Definition:
    """A workflow's own cost; no item keeps it, so no place narrows it."""
    kind = f"ai.{workflow}_cost"
    return Definition(
        id=kind, title=f"Cost of AI, {title}", desk=DESK, unit=Unit.MICRODOLLARS,
        what=f"What {what} cost, each call that was paid for.", formula="sum",
        source="Calls of models", measure=total(kind), good=Good.DOWN, whole_practice=True,
    )  # fmt: skip


AI = (
    Definition(
        id="ai.draft_used", title="Drafts used", desk=DESK, unit=Unit.SHARE,
        what="Drafted replies that were sent as they were.", source=STORED,
        formula="sent unchanged ÷ drafts decided", measure=mean("ai.draft_used"),
    ),
    Definition(
        id="ai.draft_edited", title="Drafts edited", desk=DESK, unit=Unit.SHARE,
        what="Drafted replies that a person changed before sending.", source=STORED,
        formula="sent after a change ÷ drafts decided", measure=mean("ai.draft_edited"),
    ),
    Definition(
        id="ai.draft_discarded", title="Drafts discarded", desk=DESK, unit=Unit.SHARE,
        what="Drafted replies for which nobody had a use.", source=STORED,
        formula="not used ÷ drafts decided", measure=mean("ai.draft_discarded"), good=Good.DOWN,
    ),
    Definition(
        id="ai.untouched", title="Untouched sends", desk=DESK, unit=Unit.SHARE,
        what="Of the replies made from a draft, those sent without a change. Very high is a sign "
        "that drafts are not read.", formula="sent unchanged ÷ sent from a draft", source=STORED,
        measure=mean("ai.untouched"), good=Good.DOWN, target=0.9, floor=0.97,
        target_from="Foyer's default: people should still be reading",
    ),
    Definition(
        id="ai.corrected", title="Category corrected", desk=DESK, unit=Unit.SHARE,
        what="Sorted messages of which a person changed the category. By category in the rows.",
        formula="recategorised ÷ sorted", source=STORED, measure=mean("ai.corrected"),
        good=Good.DOWN, target=0.1, floor=0.2, target_from="Foyer's default",
    ),
    Definition(
        id="ai.raised", title="Urgencies raised by the engine", desk=DESK, unit=Unit.COUNT,
        what="Messages that an engine found more urgent than the red-flag rules did.",
        formula="count", source=STORED, measure=total("ai.raised"),
    ),
    Definition(
        id="ai.missed", title="Urgencies missed", desk=DESK, unit=Unit.COUNT,
        what="Messages of which a person had to raise the urgency after an engine had sorted them.",
        formula="count", source=STORED, measure=total("ai.missed"), good=Good.DOWN, target=0,
        target_from=NEVER,
    ),
    Definition(
        id="ai.shadow_agrees", title="Agreement in shadow", desk=DESK, unit=Unit.SHARE,
        what="While nobody sees them: categories of the engine that are what a person chose. "
        "The number to look at before a pilot.", formula="same category ÷ compared",
        source=STORED, measure=mean("ai.shadow_agrees"), good=Good.UP, target=0.85, floor=0.7,
        target_from="Foyer's default for starting a pilot",
    ),
    Definition(
        id="ai.shadow_missed", title="Urgencies missed in shadow", desk=DESK, unit=Unit.COUNT,
        what="While nobody sees them: messages that a person found more urgent than the engine "
        "had. Looked at before a pilot.", formula="count", source=STORED,
        measure=total("ai.shadow_missed"), good=Good.DOWN, target=0,
        target_from="Foyer's default for starting a pilot",
    ),
    Definition(
        id="ai.cost", title="Cost of AI", desk=DESK, unit=Unit.MICRODOLLARS,
        what="What model calls cost, all workflows together.", formula="sum", source="AI spending",
        measure=total("ai.cost"), good=Good.DOWN, whole_practice=True,
    ),
    Definition(
        id="ai.inbox_cost", title="Cost of AI, inbox", desk=DESK, unit=Unit.MICRODOLLARS,
        what="What sorting messages and drafting replies cost. Calls without an answer are in “Cost "
        "of AI” alone.", formula="sum", source=STORED, measure=total("ai.inbox_cost"),
        good=Good.DOWN,
    ),
    *(_cost_of(workflow, title, what) for workflow, title, what in (
        ("intake", "forms", "reading check-in forms and documents"),
        ("notes", "notes", "drafting notes of visits"),
        ("summaries", "summaries", "telling visits to patients in plain words"),
        ("denials", "letters of appeal", "drafting letters of appeal"),
    )),
    Definition(
        id="ai.hours_back", title="Hours given back, notes", desk=DESK, unit=Unit.HOURS,
        what="An estimate: each note drafted here is assumed to have taken the baseline of “Note "
        "time in Foyer” before, which was not measured here. Time in eCW is on neither side.",
        formula="baseline of each drafted note less its time in Foyer, added up",
        source="Notes; baseline of note time", measure=given_back("notes.time", "notes.time"),
        good=Good.UP,
    ),
)  # fmt: skip
