"""Who takes part in the demo practice's claims: the practice, its places and providers, and six invented payers."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.sandbox.directory import LOCATIONS, PROVIDERS
from services.sandbox.npi import npi_of

CLAIMS = Path(__file__).parents[1] / "data" / "claims"
PRACTICE_NAME = "Synthetic Family Health (synthetic)"
CLEARINGHOUSE_NAME = "Sandbox Clearinghouse (synthetic)"
PRACTICE_ID, CLEARINGHOUSE_ID = "FOYERDEMO", "SANDBOXCH"
BILLING_NPI = npi_of(100)
TAX_ID = "000000100"
PRACTICE_ADDRESS = ("1 Sample Street", "Springfield", "MA", "011030000")
PRACTICE_PHONE = "5550100100"
OTHER_PROVIDER = ("Referring", "Rae", npi_of(300))


@dataclass(frozen=True)
class Payer:
    """An invented payer and its contract. Percentages are whole, money is cents, ``timely`` is days."""

    id: str
    plan: str
    filing: str
    allowed: int
    copay: int
    deductible: int
    coinsurance: int
    timely: int
    turnaround: int
    denied_as: str
    appeal_days: int
    authorized: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    sequestered: bool = False
    whole_denials: bool = False

    @property
    def name(self) -> str:
        """As it stands in every file."""
        return f"{self.plan} (synthetic)"

    @property
    def tax_id(self) -> str:
        """The originating company id of its payments (TRN03, BPR10)."""
        return f"1{sum(map(ord, self.id)):09}"


@dataclass(frozen=True)
class Renderer:
    """One rendering provider."""

    npi: str
    family: str
    given: str
    facility: str


@cache
def payers() -> dict[str, Payer]:
    """The payers by id."""
    entries: list[dict[str, Any]] = json.loads((CLAIMS / "payers.json").read_text("utf-8"))
    return {e["id"]: Payer(**{k: _frozen(v) for k, v in e.items()}) for e in entries}


def payer_of_plan(plan: str) -> Payer | None:
    """The payer a coverage names, in any case of letters."""
    wanted = plan.strip().lower()
    return next((p for p in payers().values() if wanted in (p.plan.lower(), p.name.lower())), None)


@cache
def renderers() -> dict[str, Renderer]:
    """The practice's providers by their reference, ``Practitioner/pr.1``."""
    return {
        reference: Renderer(npi_of(int(p.id[-1])), p.family, p.given, p.location)
        for reference, p in PROVIDERS.items()
    }


def renderer_by_npi(npi: str) -> Renderer | None:
    """The provider with this identifier."""
    return next((r for r in renderers().values() if r.npi == npi), None)


@cache
def facilities() -> dict[str, tuple[str, str]]:
    """Location id to its name and NPI."""
    return {place: (name, npi_of(200 + n)) for n, (place, name) in enumerate(LOCATIONS.items(), 1)}


@cache
def fees() -> dict[str, int]:
    """What the practice charges for one unit, by procedure code, in cents. Codes only: no descriptions."""
    table: dict[str, int] = json.loads((CLAIMS / "fees.json").read_text("utf-8"))
    return table


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
