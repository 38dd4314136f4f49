"""What a form says, field by field: the values that extraction makes and everything else reads.

A field is named by its path, the same on the form and in the chart::

    demographics.{last_name,first_name,middle,dob,sex,address,city,state,zip,phone,email,language,
                  emergency_contact_name,emergency_contact_phone,guardian,pharmacy}
    coverage[0].{payer,plan,member_id,group,subscriber,relationship,start,end}
    allergies[0].{substance,reaction,criticality}   allergies.no_known
    medications[0].{name,dose,frequency}            medications.none
    problems[0]    immunizations[0]    family_history[0].{relation,condition}
    social_history[0]    hpi    ros[0]    consents[0].{name,answer}
    other_answers[0]    questions that have no field, with what the patient answered

Values are text in one normal form: dates ISO 8601, phones ten digits, states two letters, sex
``female``, ``male``, ``other`` or ``unknown``, languages BCP 47, yes and no as ``true``/``false``.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from services.documents.pages import Box

_INDEX = re.compile(r"\[(\d+)\]")
CLINICAL = ("allergies", "medications", "problems", "immunizations", "family_history",
            "social_history", "hpi", "ros", "other_answers")  # fmt: skip
OTHER_ANSWERS = "other_answers"


@dataclass(frozen=True)
class Source:
    """Where on the form a value stands: an item's linkId, or a place on a page."""

    link_id: str = ""
    label: str = field(default="", repr=False)  # the question as the patient read it
    box: Box | None = None


@dataclass(frozen=True)
class Field:
    """One value from a form. ``value`` is ``None`` with a ``reason`` when it could not be read.

    ``original`` is what the form says, letter by letter; ``confidence`` runs from 0 to 1;
    ``choices`` are the normal forms an ambiguous value may have, likeliest first; ``codes`` are
    ``system|code`` pairs; ``warnings`` are sentences for staff.
    """

    path: str
    value: str | None = field(repr=False)
    confidence: float
    source: Source
    original: str = field(default="", repr=False)
    engine: str = "local"
    reason: str = ""
    choices: tuple[str, ...] = field(default=(), repr=False)
    codes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The part of the chart it belongs to, such as ``coverage``."""
        return group_of(self.path)


class Verdict(StrEnum):
    """How a value on the form stands to the chart."""

    SAME = "same"  # nothing is asked
    NEW = "new"  # the chart has none
    CHANGED = "changed"
    CONFLICTING = "conflicting"  # the form contradicts itself, or a rule forbids it
    MISSING = "missing"  # the chart has one and the form says nothing
    UNCLEAR = "unclear"  # it could not be read


class Step(StrEnum):
    """What a list entry would do to the chart's list."""

    CONTINUE = "continue"
    STOP = "stop"
    ADD = "add"
    CHANGE = "change"


@dataclass(frozen=True)
class Difference:
    """One row of the review: what the form says beside what the chart says.

    ``chart_ref`` names the chart's entry that would change; ``step`` is set for allergies and
    medications; ``why`` is a sentence where the verdict is not obvious.
    """

    path: str
    verdict: Verdict
    found: Field | None
    chart_value: str | None = field(default=None, repr=False)
    chart_ref: str = ""
    step: Step | None = None
    why: str = ""


def group_of(path: str) -> str:
    """The first name of *path*: ``coverage`` for ``coverage[0].member_id``."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def index_of(path: str) -> int | None:
    """Which entry of its list *path* is in; ``None`` outside lists."""
    found = _INDEX.search(path)
    return int(found.group(1)) if found else None


def leaf_of(path: str) -> str:
    """The last name of *path*: ``member_id`` for ``coverage[0].member_id``, else empty."""
    return path.rpartition(".")[2] if "." in path else ""


def is_clinical(path: str) -> bool:
    """Whether a clinician, and not the front desk, judges this field."""
    return group_of(path) in CLINICAL
