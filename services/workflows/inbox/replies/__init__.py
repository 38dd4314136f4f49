"""Replies the practice has approved, and how one becomes a draft with blanks filled from facts."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from string import Formatter

from db.vocabulary import Category, Urgency
from services.ai.port import Facts
from services.ai.wording import plain
from services.workflows.inbox.dates import in_words

LANGUAGES = ("en", "es")
SHORTEST_NAME = 4  # letters of a medicine's name, so that "oral" or "tab" is not taken for one


@dataclass(frozen=True)
class Reply:
    """One approved reply. ``when`` is a pattern the message must show; ``None`` asks nothing."""

    name: str
    text: str
    category: Category | None
    urgency: frozenset[Urgency]
    when: re.Pattern[str] | None

    @cached_property
    def blanks(self) -> tuple[str, ...]:
        """The facts it needs, by key."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.text) if name)

    def fits(self, category: Category, urgency: Urgency) -> bool:
        """Whether it is meant for such messages."""
        return self.category in (None, category) and (not self.urgency or urgency in self.urgency)


@dataclass(frozen=True)
class Draft:
    """An approved reply with its blanks filled, and the keys of the facts that filled them."""

    text: str
    used: tuple[str, ...]


def draft(category: Category, urgency: Urgency, language: str, facts: Facts) -> Draft | None:
    """The first approved reply that fits and can be filled.

    ``None`` when there is no reply in that language, or a fact is missing for each that fits.
    """
    for reply in fitting(category, urgency, language):
        if reply.when is None or reply.when.search(facts.text):
            known = {blank: _fact(blank, facts, language) for blank in reply.blanks}
            if all(known.values()):
                used = ("medications" if blank == "medication" else blank for blank in known)
                return Draft(reply.text.format_map(known), tuple(used))
    return None


@cache
def fitting(category: Category, urgency: Urgency, language: str) -> tuple[Reply, ...]:
    """The approved replies meant for such messages, in the order to try them."""
    return tuple(reply for reply in approved(language) if reply.fits(category, urgency))


@cache
def approved(language: str) -> tuple[Reply, ...]:
    """All approved replies in *language*, in the order to try them; none for other languages."""
    if language not in LANGUAGES:
        return ()
    with Path(__file__).with_name(f"{language}.toml").open("rb") as file:
        return tuple(_reply(row) for row in tomllib.load(file)["reply"])


@cache
def approved_sentences() -> tuple[re.Pattern[str], ...]:
    """A pattern for each approved sentence, with a group for each blank in it."""
    texts = {reply.text for language in LANGUAGES for reply in approved(language)}
    sentences = {s for text in sorted(texts) for s in re.split(r"(?<=[.?!]) ", text)}
    return tuple(re.compile(_with_groups(sentence)) for sentence in sorted(sentences))


def _with_groups(sentence: str) -> str:
    return re.sub(r"\\\{\w+\\\}", lambda blank: r"([^.!?\n]+?)", re.escape(sentence))


def _reply(row: Mapping[str, str]) -> Reply:
    return Reply(
        name=row["name"],
        text=row["text"],
        category=Category(row["category"]) if "category" in row else None,
        urgency=frozenset(map(Urgency, row.get("urgency", ()))),
        when=re.compile(row["when"], re.IGNORECASE) if "when" in row else None,
    )


def _fact(blank: str, facts: Facts, language: str) -> str:
    """What goes into *blank*, in words; nothing when it is not known."""
    match blank:
        case "medication":
            return _medication_meant(facts)
        case "next_visit":
            return in_words(facts.values.get(blank, ""), language)
        case _:
            return facts.values.get(blank, "")


def _medication_meant(facts: Facts) -> str:
    """The one medicine of the chart that the message names; empty if none or several."""
    said = set(re.findall(r"[a-z]+", plain(f"{facts.subject} {facts.text}")))
    listed = [entry.strip() for entry in facts.values.get("medications", "").split(";")]
    meant = {name for entry in listed if (name := _name_of(entry)) and plain(name) in said}
    return meant.pop() if len(meant) == 1 else ""


def _name_of(entry: str) -> str:
    words = re.findall(r"[^\W\d_]+", entry)
    return next((word for word in words if len(word) >= SHORTEST_NAME), "")
