"""What was said at a visit: a conversation of ACI-BENCH, in the mouth of the sandbox's own patient."""

import gzip
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from services.sandbox.facts import age_of
from services.sandbox.shapes import Json

TALKS = Path(__file__).parents[1] / "data" / "talks" / "aci_bench.ndjson.gz"


@dataclass(frozen=True)
class Talk:
    """One conversation as its makers recorded it, and of whom."""

    id: str
    sex: str
    age: int
    names: tuple[str, str]
    reason: str
    turns: tuple[tuple[str, str], ...]


@cache
def talks() -> dict[str, Talk]:
    """All conversations by the id of their makers."""
    with gzip.open(TALKS, "rt", encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    return {one["id"]: _talk(one) for one in read}


def fitting(patient: Json, today: date, taken: Iterable[str]) -> Talk:
    """The conversation nearest to a patient's sex and age that is not *taken*; any if all are."""
    free = [t for t in talks().values() if t.id not in set(taken)] or list(talks().values())
    age = age_of(patient, today)
    return min(free, key=lambda t: (t.sex != patient.get("gender"), abs(t.age - age), t.id))


def spoken(talk: Talk, patient: Json) -> list[Json]:
    """Its turns, with the patient's own names for those of whoever spoke them."""
    name = patient["name"][0]
    theirs = (name["given"][0], name["family"])
    swaps = {
        was.lower(): now.lower()
        for was, now in zip(talk.names, theirs, strict=True)
        if len(was) > 2
    }
    if not swaps:
        return [{"speaker": speaker, "text": text} for speaker, text in talk.turns]
    named = re.compile(rf"\b({'|'.join(map(re.escape, swaps))})\b", re.IGNORECASE)
    return [
        {"speaker": speaker, "text": named.sub(lambda m: swaps[m[0].lower()], text)}
        for speaker, text in talk.turns
    ]


def _talk(one: Json) -> Talk:
    turns = tuple((speaker, text) for speaker, text in one["turns"])
    names = (one["given"], one["family"])
    return Talk(one["id"], one["sex"], one["age"], names, one["reason"], turns)
