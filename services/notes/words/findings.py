"""Symptoms, illnesses, tests and signs that a text names, each affirmed or denied."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from services.codes.lists import table
from services.notes.words.vocabulary import words_of

_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?(?:-[^\W_]+)*|[.;:!?\n]|,")
_LONGEST = 7  # words of one phrase
_BEFORE = frozenset(
    words_of(
        "no not denies denied deny denying without never none nor neither negative don't doesn't"
        " didn't haven't hasn't hadn't isn't wasn't aren't weren't can't cannot couldn't won't free"
        " absent nope"
    )
)
_AFTER = re.compile(
    r"^(?:\s*(?:,|is|are|was|were|has been|have been|test|came back|screen|\w+ly))*\s*"
    r"(?:absent|negative|not present|ruled out|denied|none\b)", re.I
)  # fmt: skip
# Words after which a denial no longer holds.
_TURNS = frozenset(
    words_of(
        "but except however although though reports reported endorses notes noted positive admits"
        " complains because which unless until if"
    )
)
_NOT_DENIED = re.compile(
    r"\b(?:not|n't) (?:only|just|sure|certain|know|necessarily|to worry|think about|want|really sure)\b"
    r"|\bno (?:change|changes|longer|doubt|wonder|idea|matter|relief|problem|increase|worse|more than)\b"
    r"|(?:\bnot|n't) (?:been )?(?:taking|helping|improv\w+|better|well controlled|controlled|improved|sleeping)\b"
    r"|\bwithout (?:relief|improvement|much)\b|\bdon't (?:know|think about)\b",
    re.I,
)


@dataclass(frozen=True)
class Mention:
    """One thing that a text names: its name in a note, where, and whether the text denies it."""

    name: str
    start: int
    end: int
    denied: bool


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def mentions(text: str) -> tuple[Mention, ...]:
    """Everything known that *text* names, in order, the longest at each place."""
    words = [_Word(_folded(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    return tuple(_mentions(text, words))


def system_of(name: str) -> str:
    """The body system under which a review of systems lists *name*; empty for anything else."""
    return _systems().get(name, "")


def systems() -> tuple[str, ...]:
    """The body systems in the order of a review of systems."""
    return tuple(_load("concepts"))


def kind_of(name: str) -> str:
    """``symptoms``, ``conditions``, ``signs``, ``tests`` or ``treatments``."""
    return _kinds()[name]


def _mentions(text: str, words: Sequence[_Word]) -> Iterator[Mention]:
    at = 0
    while at < len(words):
        size, name = _longest(words, at)
        if size:
            start, end = words[at].start, words[at + size - 1].end
            yield Mention(name, start, end, _is_denied(text, words, at, end))
        at += max(size, 1)


def _longest(words: Sequence[_Word], at: int) -> tuple[int, str]:
    phrases = _phrases()
    if words[at].text not in _firsts():
        return 0, ""
    for size in range(min(_LONGEST, len(words) - at), 0, -1):
        name = phrases.get(" ".join(word.text for word in words[at : at + size]))
        if name:
            return size, name
    return 0, ""


def _is_denied(text: str, words: Sequence[_Word], at: int, end: int) -> bool:
    if _AFTER.match(text[end:]):
        return True
    for back in range(at - 1, max(-1, at - 14), -1):
        word = words[back].text
        if word in ".;:!?\n" or word in _TURNS:
            return False
        if word in _BEFORE:
            return not _NOT_DENIED.match(text[words[back].start :]) and not (
                word.endswith("n't") and _NOT_DENIED.search(text[words[back].start : end])
            )
    return False


@lru_cache(maxsize=8192)
def _folded(word: str) -> str:
    """A word as phrases hold it: small letters, no possessive, no plural."""
    word = word.lower().replace("\u2019", "'").removesuffix("'s")
    if (
        word not in _BEFORE
        and word not in _TURNS
        and len(word) > 4
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is", "as", "xis"))
    ):
        return word[:-1]
    return word


def _load(name: str) -> Mapping[str, Mapping[str, str]]:
    path = Path(__file__).with_name(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _phrases() -> dict[str, str]:
    """Every way to say something, folded, and its name; symptoms come before illnesses."""
    found: dict[str, str] = {}
    for lexicon in ("concepts", "findings"):
        for group in _load(lexicon).values():
            for name, said in group.items():
                for phrase in (name, *said.split(",")):
                    found.setdefault(_key(phrase), name)
    for names in table("conditions")["codes"].values():
        known = next((found[_key(name)] for name in names if _key(name) in found), names[0])
        for phrase in names:
            if len(phrase) > 3:
                found.setdefault(_key(phrase), known)
    return found


@cache
def _firsts() -> frozenset[str]:
    return frozenset(phrase.split()[0] for phrase in _phrases())


@cache
def _systems() -> dict[str, str]:
    return {name: system for system, names in _load("concepts").items() for name in names}


@cache
def _kinds() -> dict[str, str]:
    kinds = dict.fromkeys(_phrases().values(), "conditions")
    kinds |= {name: kind for kind, names in _load("findings").items() for name in names}
    return kinds | dict.fromkeys(_systems(), "symptoms")


def _key(phrase: str) -> str:
    return " ".join(_folded(m.group()) for m in _TOKEN.finditer(phrase))
