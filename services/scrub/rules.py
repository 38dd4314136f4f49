"""All rules in one table, in the order in which a biller would look."""

from services.codes import ncci
from services.scrub import (
    amounts,
    diagnoses,
    drugs,
    identifiers,
    modifiers,
    pairs,
    payers,
    persons,
    places,
    repeats,
)  # fmt: skip
from services.scrub.findings import Rule, Severity

HOLD, WARN = Severity.HOLD, Severity.WARN
TR3 = "X12 005010X222A1, health care claim: professional"
NCCI = f"CMS NCCI PTP edits, {ncci.EDITION}, office subset; NCCI Policy Manual, chapter I"
MUE = f"CMS NCCI Medically Unlikely Edits, {ncci.EDITION}"
AOC = f"CMS NCCI add-on code edits, {ncci.EDITION}"
MODIFIERS = "HCPCS and CPT modifiers, codes as of mid-2024"
MANUAL = "CMS NCCI Policy Manual, chapter I, section E (modifiers)"
ICD10 = "ICD-10-CM order file, January 2021 (NCHS, CMS)"
ICD10_HEADINGS = "ICD-10-CM tabular list 2021, chapter and block headings"
GUIDELINES = "ICD-10-CM Official Guidelines, section I.C.21.c.13 (routine examinations)"
CODE_EDITOR = "CMS Medicare Code Editor, age conflicts; codes by their ICD-10-CM title"
CPT_AGES = "CPT preventive medicine services, ages of the codes"
CPT_PREVENTIVE = "CPT preventive medicine services, what the section asks for (not quoted)"
HIPAA = "45 CFR 162.1002: ICD-10-CM from October 1, 2015"
NPI_RULE = "45 CFR 162.406; CMS NPI check digit (Luhn over 80840)"
PLACES = "CMS Place of Service code set, mid-2024"
PAYER = "the practice's payer table"
ELIGIBILITY = "the payer's eligibility answer"
EARLIER = "the practice's earlier claims; CMS Claims Processing Manual, chapter 1, section 120"
NDC = f"{TR3}, loop 2410"
ECW = "eClinicalWorks developer documentation, code 2027; RxNorm and HCPCS, short lists"
OURS = "Foyer"


RULES: tuple[Rule, ...] = (
    Rule("required-field", HOLD, "Every field that each claim must have is filled.", TR3, identifiers.required),
    Rule("npi", HOLD, "Every NPI has its right check digit.", NPI_RULE, identifiers.npi),
    Rule("npi-rendering", HOLD, "A rendering provider has an NPI.", TR3, identifiers.rendering, professional=True),
    Rule("taxonomy", HOLD, "A taxonomy code is ten characters and ends in X.", TR3, identifiers.taxonomy_shape),
    Rule("taxonomy-missing", WARN, "The billing provider has a taxonomy code.", TR3, identifiers.taxonomy_missing),
    Rule("taxonomy-required", HOLD, "A payer that needs it gets the taxonomy code.", PAYER, identifiers.taxonomy_needed),
    Rule("frequency", HOLD, "The claim is new, a replacement or a void.", TR3, amounts.frequency),
    Rule("original-reference", HOLD, "A replacement or void names the claim it is about.", TR3, amounts.original),
    Rule("institutional", WARN, "All rules are asked of the claim.", OURS, amounts.institutional),
    Rule("charge-total", HOLD, "The total is the sum of the lines.", TR3, amounts.total),
    Rule("charge-negative", HOLD, "No charge is negative.", TR3, amounts.negative),
    Rule("charge-zero", WARN, "No charge is zero by mistake.", OURS, amounts.zero),
    Rule("units", HOLD, "Units are above zero.", TR3, amounts.units),
    Rule("future-date", HOLD, "No service lies in the future.", OURS, amounts.future),
    Rule("before-birth", HOLD, "No service lies before the date of birth.", OURS, persons.birth),
    Rule("diagnosis-missing", HOLD, "The claim has a diagnosis.", TR3, diagnoses.missing),
    Rule("diagnosis-pointer", HOLD, "Each line points to one to four listed diagnoses.", TR3, diagnoses.pointers, professional=True),
    Rule("diagnosis-repeated", HOLD, "At most twelve diagnoses are listed, each once.", TR3, diagnoses.repeated),
    Rule("icd10-invalid", HOLD, "Diagnoses are codes of ICD-10-CM.", ICD10, diagnoses.invalid),
    Rule("icd10-header", HOLD, "Diagnoses are as specific as billing asks.", ICD10, diagnoses.header),
    Rule("icd10-unlisted", WARN, "Diagnoses are in the list we have, or newer.", ICD10, diagnoses.unlisted),
    Rule("icd9", HOLD, "Diagnoses are not of ICD-9-CM.", HIPAA, diagnoses.icd9),
    Rule("preventive-diagnosis", WARN, "A problem visit has a problem as its diagnosis.", GUIDELINES, diagnoses.preventive),
    Rule("diagnosis-age", WARN, "Diagnoses fit the patient's age.", CODE_EDITOR, persons.diagnosis_age),
    Rule("diagnosis-sex", WARN, "Diagnoses fit the patient's sex.", ICD10_HEADINGS, persons.diagnosis_sex),
    Rule("procedure-age", HOLD, "A preventive visit fits the patient's age.", CPT_AGES, persons.visit_age),
    Rule("ncci-pair", HOLD, "No procedure stands beside one that includes it.", NCCI, pairs.pair, professional=True),
    Rule("ncci-visit", HOLD, "A visit that a procedure includes has modifier 25.", NCCI, pairs.visit_pair, professional=True),
    Rule("visit-without-25", WARN, "A visit beside surgery has modifier 25.", MANUAL, modifiers.visit_without_25),
    Rule("preventive-without-25", WARN, "A problem visit beside a preventive one has modifier 25.", CPT_PREVENTIVE, modifiers.preventive_without_25),
    Rule("mue-units", HOLD, "Units stay within what is likely.", MUE, pairs.units, professional=True),
    Rule("mue-zero", WARN, "Medicare pays the procedure at all.", MUE, pairs.no_units, professional=True),
    Rule("add-on-alone", HOLD, "An add-on code stands beside its primary procedure.", AOC, pairs.add_on),
    Rule("modifier-shape", HOLD, "A modifier is two letters or digits.", TR3, modifiers.shape),
    Rule("modifier-unknown", WARN, "Modifiers are in the list we have, or newer.", MODIFIERS, modifiers.unknown),
    Rule("modifier-repeated", HOLD, "No modifier stands twice on a line.", TR3, modifiers.repeated),
    Rule("modifier-conflict", HOLD, "No two modifiers contradict each other.", MANUAL, modifiers.conflict),
    Rule("modifier-misplaced", HOLD, "25 stands on visits, 59 and X modifiers do not.", MANUAL, modifiers.misplaced),
    Rule("place-unknown", HOLD, "The place of service is in the code set.", PLACES, places.unknown, professional=True),
    Rule("telehealth", WARN, "Telehealth places and modifiers go together.", PLACES, places.telehealth, professional=True),
    Rule("authorization-missing", HOLD, "What needs an authorization has its number.", PAYER, payers.authorization),
    Rule("referral-missing", HOLD, "What needs a referral has its number.", PAYER, payers.referral),
    Rule("coverage-dates", HOLD, "The patient was covered on the day of service.", ELIGIBILITY, payers.coverage),
    Rule("timely-filing", HOLD, "The claim is filed in time.", PAYER, payers.too_late),
    Rule("timely-filing-soon", WARN, "The time to file is not about to end.", PAYER, payers.soon_late),
    Rule("duplicate", HOLD, "No service was billed on another claim.", EARLIER, repeats.across_claims),
    Rule("duplicate-line", HOLD, "No line repeats another.", EARLIER, repeats.across_lines),
    Rule("ndc", HOLD, "A National Drug Code is eleven digits.", NDC, drugs.ndc_shape),
    Rule("ndc-quantity", HOLD, "A National Drug Code has quantity and unit.", NDC, drugs.quantity),
    Rule("ndc-missing", WARN, "A drug has its National Drug Code.", NDC, drugs.ndc_missing),
    Rule("ndc-required", HOLD, "A payer that needs it gets the National Drug Code.", PAYER, drugs.ndc_needed),
    Rule("ndc-family", HOLD, "The National Drug Code is the drug of the procedure.", ECW, drugs.family),
)  # fmt: skip
