"""The question to a model about one letter: the facts it may read, and those it only knows by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services import ai
from services.ai import Prompt
from services.ai.minimum import ALLOWED
from services.claims import names
from services.claims.billed import Content
from services.workflows.denials.letters.drafting import Template
from services.workflows.denials.letters.letter import Fact, Facts

PROMPT = Prompt.beside(__file__)
BY_NAME = frozenset(("patient", "member", "number", "payer_number", "authorization", "provider"))


@dataclass(frozen=True)
class Question:
    """What is asked about one letter, with what stands behind each name."""

    facts: ai.Facts
    offered: Mapping[str, Fact] = field(repr=False)
    hidden: Mapping[str, Fact] = field(repr=False)
    prompt: Prompt = PROMPT


def question(template: Template, known: Facts, billed: Content | None) -> Question:
    """*known* as a model gets it: no identifier and no date, only the name that stands for it."""
    mine = {name: fact for name, fact in known.items() if name in ALLOWED[PROMPT.workflow]}
    hidden = {name: fact for name, fact in mine.items() if _by_name(name)}
    offered = {name: fact for name, fact in mine.items() if name not in hidden}
    values = {name: fact.text for name, fact in offered.items()}
    values |= {name: f"{{{name}}}" for name in hidden}
    facts = ai.Facts(
        text="", subject=template.title, values=values, identifiers=_identifiers(known, billed)
    )
    return Question(facts, offered, hidden)


def _by_name(name: str) -> bool:
    return name in BY_NAME or name.endswith("_on")


def _identifiers(known: Facts, billed: Content | None) -> tuple[str, ...]:
    """Whatever the claim knows to name somebody; it is taken out of what leaves."""
    said = [known[name].text for name in sorted(BY_NAME - {"provider"}) if name in known]
    words = known["patient"].text.split() if "patient" in known else []
    people = [names.patient_of(billed), billed.coverage.subscriber] if billed else []
    for party in people:
        if party is None:
            continue
        said.append(party.name.id)
        words += [*party.name.first.split(), *party.name.last.split()]
        said += [f"{party.birth_date:%m/%d/%Y}", f"{party.birth_date}"] if party.birth_date else []
        said += [party.address.street, party.address.postal_code] if party.address else []
    return tuple(dict.fromkeys(text for text in (*said, *words) if len(text) > 1))
