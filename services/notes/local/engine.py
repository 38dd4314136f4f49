"""The draft as a whole: chart first, then what was heard, gathered by section."""

from itertools import chain

from services.notes.draft import Draft, in_order
from services.notes.local.chart import of_chart, of_intake
from services.notes.local.examination import examined
from services.notes.local.hearing import hear
from services.notes.local.history import chief_complaint, told
from services.notes.local.medicines import taken
from services.notes.local.person import pronouns
from services.notes.local.planning import planned
from services.notes.local.systems import review
from services.notes.values import Material

ENGINE = "local"
VERSION = "rules 1"
SAYS = "Assembled by rules from the chart and the transcript; no model was asked."


def draft(material: Material) -> Draft:
    """A draft of *material* in the words that were said and kept; the same each time.

    Nothing is concluded or added, and every sentence carries its sources. What the rules do not
    understand is left out, so a clinician reads the transcript beside it.
    """
    facts = material.facts
    heard, who = hear(material.transcript), pronouns(facts.sex)
    found = chain(
        chief_complaint(heard, facts),
        of_chart(facts),
        of_intake(facts),
        told(heard, who),
        taken(heard),
        review(heard),
        examined(heard),
        planned(heard),
    )
    return Draft(in_order(found), ENGINE, VERSION, note=SAYS)
