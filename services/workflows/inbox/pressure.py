"""How soon somebody must look, by the time pressure a message's words show; it can only raise."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from db.vocabulary import Category, Urgency
from services.ai.wording import plain

RULES = Path(__file__).with_name("urgency.toml")


@dataclass(frozen=True)
class Rule:
    """One rule of ``urgency.toml``."""

    name: str
    level: Urgency
    pattern: re.Pattern[str]


def pressure(text: str, category: Category) -> Urgency:
    """The most urgent level any rule for *category* finds in *text*; routine when none does."""
    rules = rules_for(category)
    flat = plain(text) if rules else ""
    return next((rule.level for rule in rules if rule.pattern.search(flat)), Urgency.ROUTINE)


@cache
def rules_for(category: Category) -> tuple[Rule, ...]:
    """The rules that apply to *category*, most urgent first."""
    with RULES.open("rb") as file:
        rows = tomllib.load(file)["rule"]
    rules = (_rule(row) for row in rows if category in row["of"])
    return tuple(sorted(rules, key=lambda rule: rule.level.rank))


def _rule(row: Mapping[str, Any]) -> Rule:
    pattern = re.compile("|".join(row["patterns"]))
    return Rule(row["name"], Urgency(row["level"]), pattern)
