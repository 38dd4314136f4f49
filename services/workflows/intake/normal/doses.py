"""Doses and how often they are taken, in the words the chart uses."""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from services.workflows.intake.normal.schedules import begins_often, often
from services.workflows.intake.normal.text import blank, folded, plain
from services.workflows.intake.normal.value import Normal, known, unknown

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?"
_UNIT = r"(?:mg|milligrams?|mcg|µg|μg|ug|micrograms?|gm?|grams?|ml|milliliters?|cc|units?|iu|meq|%)"
_PER = r"(?:\s*/\s*(?:\d+\s*)?(?:ml|actuation|act|actuat|puff|spray|dose|hr?|hour|24\s*hr?))?"
_STRENGTH = re.compile(
    rf"(?<![\w.])((?:{_NUMBER}(?:\s*{_UNIT})?\s*[-/]\s*)?(?=[\d.]){_NUMBER})\s*({_UNIT}{_PER})(?![\w])", re.I
)  # fmt: skip
_FORM = r"tablets?|tabs?|capsules?|caps?|puffs?|sprays?|drops?|gtts?|patch(?:es)?|pills?|teaspoons?|tsp|tablespoons?|tbsp|injections?|inhalations?|gumm(?:y|ies)|suppositor(?:y|ies)|lozenges?"  # fmt: skip
_COUNTED = re.compile(
    rf"(?<![\w.])(\d+\s*/\s*\d+|\d*\.?\d+|half(?: an?)?|one(?: and a half)?|two|three|four|an?)\s+?(?:\w+ )??({_FORM})\b|(?<![\w.])(\d+)({_FORM})\b", re.I
)  # fmt: skip
_ROUTE = re.compile(
    r"\b(?:p\.?o\.?|by mouth|orally|oral|s\.?c\.?|sub-?q|subcutaneous(?:ly)?|i\.?m\.?|intramuscular(?:ly)?|i\.?v\.?|"
    r"topical(?:ly)?|inhal(?:ed|ation)|nasal(?:ly)?|sublingual(?:ly)?|s\.?l\.?|rectal(?:ly)?|vaginal(?:ly)?|"
    r"in (?:each|both) (?:eyes?|nostrils?)|in the eyes?|transdermal|under the tongue)(?!\w)", re.I
)  # fmt: skip
_ROUTES = {"po": "by mouth", "by mouth": "by mouth", "orally": "by mouth", "oral": "by mouth",
           "sc": "under the skin", "subq": "under the skin", "im": "into a muscle",
           "iv": "into a vein", "sl": "under the tongue"}  # fmt: skip
_UNITS = {"milligram": "mg", "µg": "mcg", "μg": "mcg", "ug": "mcg", "microgram": "mcg", "gm": "g",
          "gram": "g", "milliliter": "mL", "ml": "mL", "cc": "mL", "unit": "units", "iu": "units",
          "meq": "mEq"}  # fmt: skip
_FORMS = {"tab": "tablet", "cap": "capsule", "gtt": "drop", "patche": "patch", "tsp": "teaspoon",
          "tbsp": "tablespoon", "gummie": "gummy", "suppositorie": "suppository"}  # fmt: skip
_WORDS = {"half": "0.5", "half a": "0.5", "half an": "0.5", "a": "1", "an": "1", "one": "1",
          "two": "2", "three": "3", "four": "4", "one and a half": "1.5"}  # fmt: skip


@dataclass(frozen=True)
class MedicationLine:
    """One line of a medication list taken apart; a part it does not have is empty."""

    name: str = field(default="", repr=False)
    dose: str = field(default="", repr=False)
    route: str = ""
    frequency: str = ""


def dose(text: str) -> Normal:
    """How much at a time: ``500 mg``, ``1 tablet``, ``2 tablets of 500 mg``."""
    if empty := blank(text):
        return empty
    strengths = tuple(dict.fromkeys(_strength(m) for m in _STRENGTH.finditer(plain(text))))
    if len(strengths) > 1:
        return unknown("The form gives more than one strength.", strengths)
    said = _joined(strengths[0] if strengths else "", _counted(plain(text)))
    return known(said) if said else unknown("This is not a dose we can read.")


def frequency(text: str) -> Normal:
    """How often it is taken, such as ``twice daily`` or ``every 6 hours as needed``."""
    if empty := blank(text):
        return empty
    said = often(text)
    return known(said) if said else unknown("This does not say how often it is taken.")


def route(text: str) -> str:
    """How it is taken, such as ``by mouth``; empty if *text* does not say."""
    found = _ROUTE.search(text)
    words = folded(found[0]).replace("p o", "po") if found else ""
    return _ROUTES.get(words, words)


def medication_line(text: str) -> MedicationLine:
    """ "Lisinopril 10 mg PO daily" as name, dose, route and frequency."""
    line = plain(text).strip(" -•*·,;")
    name = line[: _end_of_name(line)].strip(" -\u2013\u2014:,;(")
    rest = line[len(name) :]
    return MedicationLine(name, dose(rest).value or "", route(rest), often(rest))


def same_dose(one: str, other: str) -> bool:
    """Whether two doses are the same amount: ``0.5 g`` is ``500 mg``."""
    return _amount(one) == _amount(other)


def _end_of_name(line: str) -> int:
    begins = [m.start() for p in (_STRENGTH, _COUNTED) if (m := p.search(line))]
    # "Oral contraceptive" begins with a route and is a name all the same.
    begins += [m.start() for m in _ROUTE.finditer(line) if m.start() > 0]
    words = re.search(r"\s[-\u2013\u2014:]\s|[,;(]|\s(?=take\b|taking\b)", line)
    begins += [words.start()] if words else []
    begins += [begin] if (begin := begins_often(line)) is not None else []
    return min(begins, default=len(line))


def _strength(found: re.Match[str]) -> str:
    numbers = re.sub(r"\s+", "", found[1].replace(",", "")).lower()
    numbers = re.sub(r"\d*\.?\d+", lambda n: _short(n[0]), re.sub(_UNIT, "", numbers))
    unit, _, per = found[2].lower().partition("/")
    return f"{numbers} {_unit(unit)}" + (f"/{_per(per)}" if per else "")


def _unit(text: str) -> str:
    text = text.strip()
    return _UNITS.get(text) or _UNITS.get(text.rstrip("s")) or text


def _per(text: str) -> str:
    text = re.sub(r"\s+", "", text)
    return {"ml": "mL", "act": "actuation", "actuat": "actuation", "h": "hour", "hr": "hour"}.get(
        text, text
    )


def _short(number: str) -> str:
    return format(float(number), ".10g")


def _counted(text: str) -> str:
    found = _COUNTED.search(text)
    if not found:
        return ""
    count = _count(found[1] or found[3])
    form = (found[2] or found[4]).lower()
    form = _FORMS.get(form.rstrip("s"), form[:-1] if form.endswith("s") else form)
    return f"{count} {_plural(form) if float(count) > 1 else form}"


def _count(text: str) -> str:
    words = re.sub(r"\s+", " ", text.lower())
    if words in _WORDS:
        return _WORDS[words]
    whole = words.replace(" ", "")
    return _short(str(float(Fraction(whole)))) if not whole.endswith("/0") else "0"


def _plural(form: str) -> str:
    if form.endswith("y"):
        return form[:-1] + "ies"
    return form + ("es" if form.endswith("ch") else "s")


def _joined(strength: str, counted: str) -> str:
    if not strength or not counted:
        return strength or counted
    return strength if counted.startswith("1 ") else f"{counted} of {strength}"


def _amount(text: str) -> object:
    said = dose(text).value or folded(text)
    found = re.fullmatch(r"([\d.]+) (g|mg|mcg)", said)
    if not found:
        return said
    return Fraction(found[1]) * {"g": 1_000_000, "mg": 1000, "mcg": 1}[found[2]]
