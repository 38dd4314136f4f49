"""The shape every workflow has."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from services.actions import Action
from services.lines import Lines


class Phase(IntEnum):
    """When a practice is advised to switch a workflow on. Low risk comes first."""

    NON_CLINICAL = 1
    CLINICAL = 2
    REVENUE = 3
    ADVANCED = 4


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """Something arrives, a suggestion is made, a person decides, a delivery leaves.

    ``poll`` takes in what is new and ``propose`` suggests for what lacks a suggestion; without
    it, suggesting needs no engine and polling does it. The jobs call them over and over, so they
    must be safe to repeat. ``actions`` are what a
    person may then do.
    """

    key: str
    title: str
    phase: Phase
    poll: Callable[[Lines], Counter[str]]
    propose: Callable[[Lines], Counter[str]] | None
    actions: tuple[Action[Any], ...]
