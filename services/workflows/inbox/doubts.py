"""What a person must look at in a draft before it may go: statements nothing supplied supports."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.ai.injection import OBEDIENCE
from services.ai.minimum import PATTERNS, bare
from services.ai.port import Facts
from services.ai.wording import plain
from services.workflows.inbox.dates import told_otherwise
from services.workflows.inbox.lexicon import is_drug
from services.workflows.inbox.replies import approved_sentences

RULES = Path(__file__).with_suffix(".toml")
SAID_FREELY = frozenset({"911", "988"})  # emergency numbers need no source
CONTACTS = (
    *(PATTERNS[kind] for kind in ("e-mail", "web address", "telephone")),
    re.compile(
        r"\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|info|io|co|us|gov|edu|health|ly|me|link)\b\S*"
    ),
)
# A capital inside a sentence: a name, a brand, a place.
NAME = re.compile(r"(?<=[a-z0-9,;:)] )[A-Z][\w'-]+")
ORDINARY = frozenset(
    {"i", "i'm", "i'll", "i've", "dr", "mr", "mrs", "ms", "ok", "english", "spanish"}
)


@dataclass(frozen=True)
class Doubt:
    """One span of a draft to highlight: ``draft[start:end]`` is ``text``; ``why`` is for staff.

    ``blocks`` ones must be taken out; the others must be ticked, one by one.
    """

    kind: str
    start: int
    end: int
    text: str
    why: str
    blocks: bool = False


def check(draft: str, facts: Facts) -> tuple[Doubt, ...]:
    """Every unsupported statement in *draft*, in order of place, without overlaps.

    Supported is what occurs in the message, the facts or the practice's contacts, and every
    sentence of the practice's approved replies. Call it again after each edit.
    """
    blocking = [*_contacts(draft, facts), *_obedient(draft)]
    context = facts.context()
    known = _flat(f"{context}\n{told_otherwise(context)}")
    ticked = [*_statements(draft, known), *_names(draft, known)]
    return tuple(_apart([*blocking, *_outside_approved(draft, ticked)]))


def _contacts(draft: str, facts: Facts) -> Iterator[Doubt]:
    ours = [bare(contact) for contact in facts.contacts]
    for hit in (hit for pattern in CONTACTS for hit in pattern.finditer(draft)):
        found = bare(hit.group())
        if not any(found == own or found.startswith(f"{own}/") for own in ours):
            why = "This number or address is not one of the practice's own."
            yield Doubt("contact", *hit.span(), hit.group(), why, blocks=True)


def _obedient(draft: str) -> Iterator[Doubt]:
    for hit in OBEDIENCE.finditer(draft):
        why = "This speaks of the assistant or of others, not of the patient."
        yield Doubt("leak", *hit.span(), hit.group(), why, blocks=True)


def _statements(draft: str, known: str) -> Iterator[Doubt]:
    # Accents are taken off letter by letter, so that places in both texts agree.
    flat = "".join(plain(letter)[:1] or letter for letter in draft)
    for kind, (pattern, why) in _rules().items():
        for hit in pattern.finditer(flat):
            start, end = hit.span()
            if not _supported(hit.group(), known):
                yield Doubt(kind, start, end, draft[start:end], why)


def _names(draft: str, known: str) -> Iterator[Doubt]:
    for word in re.finditer(r"[^\W\d_][\w'-]+", draft):
        if is_drug(word.group()) and not _supported(word.group(), known):
            why = "This medicine is in nothing that was supplied."
            yield Doubt("drug", *word.span(), word.group(), why)
    for name in NAME.finditer(draft):
        if plain(name.group()) not in ORDINARY and not _supported(name.group(), known):
            why = "This name is in nothing that was supplied."
            yield Doubt("name", *name.span(), name.group(), why)


def _supported(statement: str, known: str) -> bool:
    said = _flat(statement)
    return said in SAID_FREELY or f" {said} " in f" {known} "


def _flat(text: str) -> str:
    """*text* as bare words: lower case, no accents, numbers apart from their units."""
    apart = re.sub(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)", " ", plain(text))
    return " ".join(re.findall(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+|[$%]", apart))


def _outside_approved(draft: str, doubts: Iterable[Doubt]) -> Iterator[Doubt]:
    """Those of *doubts* not in an approved sentence, or in a blank of one that was filled in."""
    approved = [hit for sentence in approved_sentences() for hit in sentence.finditer(draft)]
    for doubt in doubts:
        around = [hit for hit in approved if hit.start() <= doubt.start and doubt.end <= hit.end()]
        if not around or any(_in_blank(doubt, hit) for hit in around):
            yield doubt


def _in_blank(doubt: Doubt, sentence: re.Match[str]) -> bool:
    blanks = (sentence.span(group) for group in range(1, len(sentence.groups()) + 1))
    return any(start <= doubt.start < end for start, end in blanks)


def _apart(doubts: Iterable[Doubt]) -> Iterator[Doubt]:
    """In order of place; where two overlap the blocking or else the longer one stays."""
    kept: list[Doubt] = []
    for doubt in sorted(doubts, key=lambda d: (not d.blocks, d.start - d.end)):
        if all(doubt.end <= other.start or other.end <= doubt.start for other in kept):
            kept.append(doubt)
    yield from sorted(kept, key=lambda d: d.start)


@cache
def _rules() -> Mapping[str, tuple[re.Pattern[str], str]]:
    with RULES.open("rb") as file:
        table = tomllib.load(file)
    words = table.pop("words")
    return {kind: (_pattern(rule["patterns"], words), rule["why"]) for kind, rule in table.items()}


def _pattern(alternatives: Iterable[str], words: Mapping[str, str]) -> re.Pattern[str]:
    text = "|".join(alternatives)
    for name, expression in words.items():
        text = text.replace(f"{{{name}}}", expression)
    return re.compile(text, re.IGNORECASE)
