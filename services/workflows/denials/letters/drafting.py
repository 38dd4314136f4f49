"""From a template and the facts of the record to a letter: what no fact supports is asked for instead."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from services.workflows.denials.letters.letter import (
    Facts,
    Head,
    Letter,
    Needed,
    Sentence,
    Source,
)

FOLDER = Path(__file__).with_name("templates")
GENERAL = "general"
ABOUT = (
    ("Patient", "patient"),
    ("Member ID", "member"),
    ("Your claim number", "payer_number"),
    ("Our claim number", "number"),
    ("Date of service", "service_on"),
    ("Amount denied", "denied"),
)


@dataclass(frozen=True)
class Template:
    """The wording for one kind of reason; see the TOML files beside this module."""

    name: str
    title: str
    codes: tuple[str, ...]
    enclosures: tuple[str, ...]
    sentences: tuple[Mapping[str, Any], ...]


@cache
def templates() -> dict[str, Template]:
    """Every template, by name."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}


def template_for(carc: str) -> Template:
    """The template for a reason; the general one where none is for it."""
    found = (one for one in templates().values() if carc in one.codes)
    return next(found, templates()[GENERAL])


def draft(template: Template, facts: Facts, head: Head, on: date) -> Letter:
    """A letter of what *facts* support; each other sentence becomes something to ask for."""
    sentences: list[Sentence] = []
    needed: list[Needed] = []
    for one in template.sentences:
        text = _filled(one["text"], facts)
        if text:
            sentences.append(Sentence(text, _sources(one["text"], facts)))
        elif one.get("needed"):
            needed.append(Needed(one["needed"], bool(one.get("required"))))
    enclosed = [_filled(line, facts) for line in template.enclosures]
    return Letter(
        template.name, on, head, tuple(sentences), tuple(needed),
        tuple(line for line in enclosed if line),
    )  # fmt: skip


def about(facts: Facts) -> tuple[tuple[str, str], ...]:
    """What the letter is about, line by line: what the record knows of it."""
    return tuple((label, facts[name].text) for label, name in ABOUT if name in facts)


def _filled(text: str, facts: Facts) -> str:
    """*text* with its facts in place; empty where one is missing."""
    names = _names(text)
    if any(name not in facts for name in names):
        return ""
    return text.format(**{name: facts[name].text for name in names})


def _sources(text: str, facts: Facts) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(s for name in _names(text) for s in facts[name].sources))


def _names(text: str) -> Sequence[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name]


def _read(path: Path) -> Template:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return Template(
        path.stem, told["title"], tuple(told["codes"]), tuple(told["enclosures"]),
        tuple(told["sentence"]),
    )  # fmt: skip
