"""What a patient's answer to a reminder says, by plain rules; what is unclear says nothing."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from db.reminders import ReminderState

LONGEST = 600  # characters; whoever writes more has more to say than yes or no
SENTENCE = re.compile(r"[.,;:!?\n\r¡¿()]+|\s-+\s")
APOSTROPHES = re.compile("['`\\u00b4\\u2018\\u2019]")


@dataclass(frozen=True)
class Heard:
    """``says`` is ``CONFIRMED``, ``CHANGE`` or ``None``; ``bare`` when the message says nothing else."""

    says: ReminderState | None = None
    bare: bool = False


@dataclass(frozen=True)
class Rules:
    """The sentences and phrases of ``answers.toml``, in their plain form."""

    polite: frozenset[str]
    confirm: frozenset[str]
    change: frozenset[str]
    change_anywhere: tuple[str, ...]
    doubt: tuple[str, ...]
    but: tuple[str, ...]


def hear(text: str) -> Heard:
    """What *text* answers. ``Yes, and …`` confirms but is not bare; ``Yes, but …`` says nothing."""
    if len(text) > LONGEST:
        return Heard()
    rules, whole = _rules(), f" {plain(text)} "
    if _has(whole, rules.doubt):
        return Heard()
    said = [sentence for sentence in _sentences(text) if sentence not in rules.polite]
    if _has(whole, rules.change_anywhere) or _refuses(said, rules):
        return Heard(ReminderState.CHANGE)
    if said and said[0] in rules.confirm and not any(_turns(s, rules) for s in said[1:]):
        return Heard(ReminderState.CONFIRMED, bare=all(s in rules.confirm for s in said))
    return Heard()


def _refuses(said: Sequence[str], rules: Rules) -> bool:
    return bool(said) and said[0] in rules.change and not set(said) & rules.confirm


def plain(text: str) -> str:
    """Without capitals, accents, apostrophes and signs; one space between words."""
    joined = APOSTROPHES.sub("", text.casefold())
    bare = unicodedata.normalize("NFKD", joined)
    kept = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", kept))


def _sentences(text: str) -> Iterator[str]:
    yield from (said for part in SENTENCE.split(text) if (said := _without_polite(plain(part))))


def _without_polite(sentence: str) -> str:
    """``yes please`` and ``yes thank you`` are a yes."""
    for words in sorted(_rules().polite, key=len, reverse=True):
        if sentence != words:
            sentence = sentence.removesuffix(f" {words}").removeprefix(f"{words} ")
    return sentence


def _turns(sentence: str, rules: Rules) -> bool:
    starts = (f"{word} " for word in rules.but)
    return sentence in rules.change or f"{sentence} ".startswith(tuple(starts))


def _has(whole: str, phrases: tuple[str, ...]) -> bool:
    return any(f" {phrase} " in whole for phrase in phrases)


@cache
def _rules() -> Rules:
    with Path(__file__).with_name("answers.toml").open("rb") as file:
        rows = tomllib.load(file)
    return Rules(
        polite=frozenset(rows["polite"]),
        confirm=frozenset(rows["confirm"]),
        change=frozenset(rows["change"]),
        change_anywhere=tuple(rows["change_anywhere"]),
        doubt=tuple(rows["doubt"]),
        but=tuple(rows["but"]),
    )
