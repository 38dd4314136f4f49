"""The check of a proposed letter: a sentence stands only on facts that it names; the rest is asked for.

Nothing here guesses. A word is either plain (``words.toml``) or
a fact that the sentence names must hold it: every number, date, amount, code, drug, name, finding,
word of law, and every "not". What fails is never dropped: it goes to the person.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from services.ai.injection import OBEDIENCE, possible_injection
from services.errors import Unsure
from services.workflows.denials.letters import printing
from services.workflows.denials.letters.answer import DraftSentence, Proposal
from services.workflows.denials.letters.letter import Fact, Needed, Sentence

WORDS = Path(__file__).with_name("words.toml")
MOST_SENTENCES, MOST_NEEDED = 24, 12
LONGEST = 600  # characters of one sentence, and of one thing that is asked for
ORDER = "Something that read like an instruction was left out; please look at the record yourself."
SLOT = re.compile(r"\{([a-z]\w*)\}")
_ADDRESS = re.compile(r"https?:|www\.|\S@\S", re.IGNORECASE)
_TOKEN = re.compile(r"\$?\w[\w.,/$'\u2019:-]*")
_SIGNS = re.compile(r"[{}\[\]<>|\\`*#]")
_ENDINGS = ("ies", "es", "s", "ed", "ing", "ly")


@dataclass(frozen=True)
class Checked:
    """What may stand in the letter, and what a person has to see to."""

    sentences: tuple[Sentence, ...] = field(repr=False)
    needed: tuple[Needed, ...] = field(repr=False)


def check(proposal: Proposal, offered: Mapping[str, Fact], hidden: Mapping[str, Fact]) -> Checked:
    """Each sentence with its slots filled, or else among what is needed, with what is wrong.

    *offered* are the facts a model read, *hidden* those of which it knew only the name. Raises
    ``Unsure`` for more than anybody would read.
    """
    if len(proposal.sentences) > MOST_SENTENCES or len(proposal.needed) > MOST_NEEDED:
        raise Unsure("The letter that Claude drafted is too long.")
    facts = {**offered, **hidden}
    kept: list[Sentence] = []
    needed = [_asked(text, facts) for text in proposal.needed if text.strip()]
    for one in proposal.sentences:
        if why := fault(one, offered, hidden):
            needed.append(_moved(one, why, facts))
        else:
            kept.append(_sentence(one, facts))
    return Checked(tuple(kept), tuple(dict.fromkeys(needed)))


def fault(
    one: DraftSentence, offered: Mapping[str, Fact], hidden: Mapping[str, Fact]
) -> str:  # fmt: skip
    """What keeps a sentence out of the letter, in words; empty where nothing does."""
    facts, named = {**offered, **hidden}, _named(one)
    bare = SLOT.sub(" ", one.text)
    if not one.text.strip() or len(one.text) > LONGEST:
        return "it is empty or too long"
    if possible_injection(one.text) or OBEDIENCE.search(one.text) or _ADDRESS.search(one.text):
        return "it reads like an instruction"
    if unknown := [name for name in named if name not in facts]:
        return f"it rests on \u201c{unknown[0][:40]}\u201d, which is not on record"
    if not named:
        return "it names no source"
    if _SIGNS.search(bare) or printing.unprintable(bare):
        return "it holds a sign that no letter has"
    known = {token for name in named for token in _tokens(_vouched(name))}
    known |= {token for name in named if name in offered for token in _tokens(offered[name].text)}
    loose = [word for word in _words(bare) if not _stands(word, known)]
    return f"\u201c{loose[0][:40]}\u201d stands in none of its sources" if loose else ""


def _named(one: DraftSentence) -> list[str]:
    """The facts it rests on: those it names, and those whose place it holds open."""
    return list(dict.fromkeys([*SLOT.findall(one.text), *one.facts]))


def _sentence(one: DraftSentence, facts: Mapping[str, Fact]) -> Sentence:
    sources = dict.fromkeys(s for name in _named(one) for s in facts[name].sources)
    return Sentence(_filled(one.text, facts), tuple(sources))


def _moved(one: DraftSentence, why: str, facts: Mapping[str, Fact]) -> Needed:
    """The sentence as something to ask for; of what reads like an order only that there was one."""
    if _is_order(one.text):
        return Needed(ORDER)
    said = _filled(" ".join(one.text.split()), facts)[:LONGEST]
    return Needed(f"Claude wrote, but {why}: \u201c{said}\u201d")


def _asked(text: str, facts: Mapping[str, Fact]) -> Needed:
    plain = _filled(" ".join(text.split()), facts)[:LONGEST]
    return Needed(ORDER if _is_order(plain) else plain)


def _is_order(text: str) -> bool:
    return bool(possible_injection(text) or OBEDIENCE.search(text) or _ADDRESS.search(text))


def _filled(text: str, facts: Mapping[str, Fact]) -> str:
    """*text* with the facts put back in their places; an unknown place stays as it is."""
    return SLOT.sub(lambda slot: facts[slot[1]].text if slot[1] in facts else slot[0], text).strip()


def _words(text: str) -> Sequence[str]:
    """What has to be accounted for, in the order it stands."""
    return [word for raw in _TOKEN.findall(text) for word in _split(raw)]


def _tokens(text: str) -> set[str]:
    return {form for word in _words(text) for form in (word, _stem(word))}


def _split(raw: str) -> list[str]:
    """A number or code as one; a word by its parts, so that "follow-up" is "follow" and "up"."""
    word = raw.casefold().rstrip(".,:'\u2019-/")
    if any(c.isdigit() for c in word):
        return [word]
    parts = re.split(r"[^\w'\u2019]+", word)
    return [part for one in parts if (part := re.sub(r"['\u2019]s$", "", one))]


def _stands(word: str, known: set[str]) -> bool:
    if any(c.isdigit() for c in word):
        return word in known
    return word in known or word in _plain() or _stem(word) in known


def _stem(word: str) -> str:
    """A word without its ending, crudely but always in the same way."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending) + ("y" if ending == "ies" else "")
            break
    return word.removesuffix("e") if len(word) > 4 else word  # "note" must never become "not"


def _vouched(name: str) -> str:
    return str(_vocabulary()["vouched"].get(re.sub(r"_\d+(?=_on$|$)", "", name), ""))


@cache
def _plain() -> frozenset[str]:
    return frozenset(_vocabulary()["plain"].split())  # as they stand: no ending is guessed


@cache
def _vocabulary() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
