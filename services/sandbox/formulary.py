"""The drugs the synthetic practice knows, by RxNorm code, NDC or name, and which family each is of.

Where the list comes from: ``data/formulary/NOTICE.md``.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.sandbox.facts import drug_in
from services.sandbox.shapes import Json

DRUGS = Path(__file__).parent / "data" / "formulary" / "drugs.json"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
BRAND = re.compile(r"\s*\[[^\]]*\]")


@dataclass(frozen=True)
class Formulary:
    """Drug names by system and code, and the families that can be named without a code."""

    names: dict[tuple[str, str], str]
    families: frozenset[str]


@cache
def formulary() -> Formulary:
    """The list, read once."""
    read = json.loads(DRUGS.read_text("utf-8"))
    systems = {RXNORM: read["rxnorm"], NDC: read["ndc"]}
    names = {(system, code): name for system, of in systems.items() for code, name in of.items()}
    return Formulary(names, frozenset(map(family_of, [*names.values(), *read["names"]])))


def families_of(concept: Json) -> set[str] | None:
    """The families a medication's codings mean, one if they agree; ``None`` if any is unknown."""
    known = formulary()
    codings = [c for c in concept.get("coding", []) if c.get("system") in (RXNORM, NDC)]
    names = [known.names.get((c["system"], _plain(c))) for c in codings]
    if not codings:
        named = family_of(str(concept.get("text", "")))
        return {named} if named in known.families else None
    return None if None in names else {family_of(name) for name in names if name}


def family_of(name: str) -> str:
    """The family of a drug's name: its first ingredient in small letters, without salt or packaging."""
    return drug_in(BRAND.sub("", name).strip().partition(" / ")[0]).lower().strip()


def _plain(coding: Json) -> str:
    # NDC comes as 11 digits or hyphenated 5-4-2; other hyphenations are not stored.
    code = str(coding.get("code", ""))
    return code.replace("-", "") if coding["system"] == NDC else code
