"""Drugs given by a clinician: their NDC, its quantity, and whether it is the drug of the procedure."""

import re
from collections.abc import Iterator

from services.codes.billing import drug_description
from services.codes.drugs import Drug, find_drug, ingredients_in
from services.codes.lists import folded
from services.ehr.x12.claim import Claim
from services.scrub.context import Context
from services.scrub.facts import numbered, payer_rules, procedures
from services.scrub.findings import Found

NDC = re.compile(r"[0-9]{11}")
# Words that drugs share and that name none of them.
SALTS = frozenset(
    ("sodium", "chloride", "calcium", "potassium", "acetate", "phosphate", "sulfate", "injection",
     "hydrochloride", "solution", "oral", "mg", "ml", "extract")
)  # fmt: skip
UNITS = ("F2", "GR", "ME", "ML", "UN")  # CTP05-1


def ndc_shape(claim: Claim, context: Context) -> Iterator[Found]:
    """An NDC that is not eleven digits."""
    for at, line in numbered(claim):
        if line.drug and not NDC.fullmatch(line.drug.ndc):
            yield Found(
                "ndc", line.drug.ndc, "The National Drug Code is not eleven digits.",
                "Write it as 5-4-2 digits without hyphens; fill the short part with a zero in front.",
                at,
            )  # fmt: skip


def ndc_missing(claim: Claim, context: Context) -> Iterator[Found]:
    """A drug of HCPCS's J codes without an NDC, where the payer's wish is not known."""
    if payer_rules(claim, context).needs_ndc is None:
        yield from _without_ndc(claim)


def ndc_needed(claim: Claim, context: Context) -> Iterator[Found]:
    """A drug of HCPCS's J codes without an NDC, where the payer's table says that it needs one."""
    if payer_rules(claim, context).needs_ndc:
        yield from _without_ndc(claim)


def quantity(claim: Claim, context: Context) -> Iterator[Found]:
    """An NDC without a quantity above zero in one of the five units."""
    for at, line in numbered(claim):
        drug = line.drug
        if drug and (not drug.quantity or drug.quantity < 0 or drug.unit not in UNITS):
            yield Found(
                "ndc_quantity", f"{drug.quantity or ''} {drug.unit}".strip(),
                "The National Drug Code has no proper quantity and unit.",
                "Add how much was given, in F2, GR, ME, ML or UN.", at,
            )  # fmt: skip


def family(claim: Claim, context: Context) -> Iterator[Found]:
    """An NDC of other ingredients than the procedure's drug: eCW refuses such a pair with code 2027.

    Silent where our short lists do not know the NDC or the drug of the procedure, and where one
    name stands in the other.
    """
    for at, line in procedures(claim):
        described = drug_description(line.procedure) if line.drug else ""
        known = find_drug(line.drug.ndc) if line.drug and described else None
        if line.drug and known and _differ(known, described):
            yield Found(
                "ndc", line.drug.ndc,
                f"The National Drug Code is {known.name}, but {line.procedure} is another drug.",
                "Correct the procedure or the National Drug Code.", at,
            )  # fmt: skip


def _differ(known: Drug, described: str) -> bool:
    meant = ingredients_in(described) - SALTS
    of_ndc = set(known.ingredients) - SALTS
    words = set(folded(known.name).split()) - SALTS
    in_words = words.intersection(folded(described).split())
    return bool(meant and of_ndc) and not meant & of_ndc and not in_words


def _without_ndc(claim: Claim) -> Iterator[Found]:
    for at, line in procedures(claim):
        if drug_description(line.procedure) and not line.drug:
            yield Found(
                "ndc", "", f"{line.procedure} is a drug, and its National Drug Code is missing.",
                "Add the National Drug Code from the package, with quantity and unit.", at,
            )  # fmt: skip
