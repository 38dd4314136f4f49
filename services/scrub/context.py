"""What a claim does not say of itself and the practice may know; what is not known is not guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Patient(NamedTuple):
    """Who a claim is for, told apart as payers do; names in lower case."""

    member_id: str
    birth_date: date | None
    last: str
    first: str


class Member(NamedTuple):
    """Who is insured where: the payer's identifier and its member number."""

    payer: str
    member_id: str


class Visit(NamedTuple):
    """A patient's day of service."""

    patient: Patient
    day: date


@dataclass(frozen=True)
class PayerRules:
    """What a payer asks for, as the practice's table says; ``None`` and empty are "not known".

    ``timely_days`` are counted from the last day of service.
    """

    timely_days: int | None = None
    authorization_for: frozenset[str] = frozenset()
    referral_for: frozenset[str] = frozenset()
    needs_ndc: bool | None = None
    needs_taxonomy: bool | None = None


@dataclass(frozen=True)
class CoveragePeriod:
    """Days on which a member is covered, both included; ``last`` is ``None`` while it goes on."""

    first: date
    last: date | None = None


@dataclass(frozen=True, repr=False)
class Authorization:
    """A number that a payer gave for procedures on some days; no procedures are all of them."""

    number: str
    procedures: frozenset[str] = frozenset()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, repr=False)
class EarlierLine:
    """A service that was billed before, on a claim that still stands."""

    claim_id: str
    procedure: str
    modifiers: frozenset[str]
    provider: str


@dataclass(frozen=True, repr=False)
class Context:
    """What is known beside the claim. A rule that needs a fact says nothing where it is missing.

    ``payers`` by payer identifier; ``coverage`` by member, where an empty tuple is "known not to be
    covered"; ``authorizations`` by patient, ``earlier`` by patient and day.
    """

    today: date | None = None
    payers: Mapping[str, PayerRules] = field(default_factory=dict)
    coverage: Mapping[Member, tuple[CoveragePeriod, ...]] = field(default_factory=dict)
    authorizations: Mapping[Patient, tuple[Authorization, ...]] = field(default_factory=dict)
    earlier: Mapping[Visit, tuple[EarlierLine, ...]] = field(default_factory=dict)
