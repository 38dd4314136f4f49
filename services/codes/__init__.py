"""Code lists that come with the product: drugs, diagnoses, allergens; unknown stays unknown."""

from services.codes.allergens import Allergen, Clash, allergen, clash
from services.codes.diagnoses import Diagnosis, find_diagnosis, is_valid_icd10
from services.codes.drugs import Drug, find_drug, ingredients_in

__all__ = [
    "Allergen",
    "Clash",
    "Diagnosis",
    "Drug",
    "allergen",
    "clash",
    "find_diagnosis",
    "find_drug",
    "ingredients_in",
    "is_valid_icd10",
]
