"""The cues of ``cues.toml``, compiled: what a sentence of a visit is about."""

import re
import tomllib
from functools import cache
from pathlib import Path


@cache
def cue(group: str, name: str) -> re.Pattern[str]:
    """All expressions of one line as a single pattern. Raises ``KeyError`` for an unknown one."""
    return re.compile("|".join(f"(?:{e})" for e in _cues()[group][name]), re.IGNORECASE)


@cache
def each(group: str, name: str) -> tuple[re.Pattern[str], ...]:
    """The expressions of one line one by one, for those with named parts."""
    return tuple(re.compile(e, re.IGNORECASE) for e in _cues()[group][name])


@cache
def _cues() -> dict[str, dict[str, list[str]]]:
    path = Path(__file__).with_name("cues.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
