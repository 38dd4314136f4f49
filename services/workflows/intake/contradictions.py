"""What cannot be right on a form, alone or beside the chart: small rules, each with a name."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.codes import clash, find_diagnosis, find_drug
from services.ehr.registration import Registration
from services.workflows.intake.fields import OTHER_ANSWERS, Field, index_of, leaf_of
from services.workflows.intake.normal import members, words
from services.workflows.intake.normal.dates import age

_ADULT = 18  # years
_OLDEST = 120  # years; the longest life on record is 122
_PREGNANT = re.compile(r"\b(pregnant|pregnancy|gravid|embarazada)\b", re.I)
_SELF_HARM = re.compile(
    r"better off dead|hurt(?:ing)? yourself|harm(?:ing)? yourself|kill(?:ing)? yourself|suicid"
    r"|self.?harm|end(?:ing)? your (?:own )?life", re.I,
)  # fmt: skip
_DENIED = re.compile(r"[:?]\s*(?:not at all|no|none|never|0|n/?a)\W*$", re.I)
_NOT = re.compile(r"\b(no|not|never|denies|without|negative|history of|wife|partner)\b", re.I)
# Children are their own subscribers there.
_CHILDREN_SUBSCRIBE = re.compile(r"\b(medicaid|chip|medi-?cal|tricare)\b", re.I)
# First digit of a ZIP code = the states it may belong to (USPS; 8 holds El Paso, 0 Fishers Island,
# 5 the government's own codes in Washington).
_ZIP_STATES = {
    "0": "CT MA ME NH NJ NY PR RI VT VI", "1": "DE NY PA", "2": "DC MD NC SC VA WV",
    "3": "AL FL GA MS TN", "4": "IN KY MI OH", "5": "DC IA MN MT ND SD WI", "6": "IL KS MO NE",
    "7": "AR LA OK TX", "8": "AZ CO ID NM NV TX UT WY", "9": "AK AS CA GU HI MP OR WA",
}  # fmt: skip


@dataclass(frozen=True)
class Contradiction:
    """One thing that cannot be right: the field to look at, a sentence, the rule and its source."""

    path: str
    sentence: str
    rule: str
    source: str


@dataclass(frozen=True)
class Case:
    """What the rules look at. *day* is the visit's, or today without a visit."""

    found: tuple[Field, ...] = field(repr=False)
    chart: Registration | None = field(repr=False)
    day: date
    today: date

    def said(self, path: str) -> str:
        """What the form says in the field *path*; empty if it says nothing."""
        return next((f.value for f in self.found if f.path == path and f.value), "")

    def known(self, name: str) -> str:
        """A demographic from the form, else from the chart; empty if neither has it."""
        return self.said(f"demographics.{name}") or self.charted(name)

    def charted(self, name: str) -> str:
        """A demographic from the chart; empty without one."""
        return self.chart.demographics.get(name, "") if self.chart else ""

    def each(self, group: str, leaf: str) -> Iterator[tuple[str, str]]:
        """Path and value of every readable *leaf* in a list of the form."""
        for one in self.found:
            if one.group == group and leaf_of(one.path) == leaf and one.value:
                yield one.path, one.value


Rule = Callable[[Case], Iterator[tuple[str, str]]]


def contradictions(
    found: Sequence[Field], chart: Registration | None, visit_day: date | None, today: date
) -> tuple[Contradiction, ...]:
    """Everything the rules object to. *visit_day* is the day of the visit, if there is one."""
    case = Case(tuple(found), chart, visit_day or today, today)
    return tuple(
        Contradiction(path, sentence, name, source)
        for name, (rule, source) in RULES.items()
        for path, sentence in rule(case)
    )


def _coverage_ended(case: Case) -> Iterator[tuple[str, str]]:
    for path, end in case.each("coverage", "end"):
        if end < case.day.isoformat():
            yield path, "This insurance ends before the visit."


def _coverage_not_begun(case: Case) -> Iterator[tuple[str, str]]:
    for path, start in case.each("coverage", "start"):
        if start > case.day.isoformat():
            yield path, "This insurance begins after the visit."


def _coverage_ended_in_chart(case: Case) -> Iterator[tuple[str, str]]:
    records = case.chart.coverage if case.chart else ()
    for path, number in case.each("coverage", "member_id"):
        same = [r for r in records if members.bare(r.member_id) == members.bare(number)]
        renewed = case.said(path.replace("member_id", "end")) >= case.day.isoformat()
        if same and not renewed and all(_is_over(r.active, r.end, case.day) for r in same):
            yield path, "The chart says that this insurance has ended."


def _is_over(active: bool, end: str, day: date) -> bool:
    return not active or bool(end and end < day.isoformat())


def _minor_as_subscriber(case: Case) -> Iterator[tuple[str, str]]:
    years = age(case.known("dob"), case.day)
    for path, relationship in case.each("coverage", "relationship"):
        minor = years is not None and years < _ADULT and relationship == "self"
        if minor and not _CHILDREN_SUBSCRIBE.search(_payer(case, path)):
            yield path, "The patient is under 18 and named as the subscriber."


def _payer(case: Case, path: str) -> str:
    entry = f"coverage[{index_of(path)}]"
    return f"{case.said(f'{entry}.payer')} {case.said(f'{entry}.plan')}"


def _pregnant_man(case: Case) -> Iterator[tuple[str, str]]:
    if case.known("sex") != "male":
        return
    for one in case.found:
        if one.group == "problems" and one.value and _says_pregnant(one.value):
            yield one.path, "The patient is male and said to be pregnant."


def _says_pregnant(text: str) -> bool:
    diagnosis = find_diagnosis(text)
    if diagnosis and re.match(r"O|Z33|Z34|Z3A", diagnosis.code):
        return True
    return bool(_PREGNANT.search(text)) and not _NOT.search(text)


def _allergic_to_a_drug(case: Case) -> Iterator[tuple[str, str]]:
    allergies = [text for _, text in case.each("allergies", "substance")]
    allergies += [a.text for a in case.chart.allergies] if case.chart else []
    for path, drug in case.each("medications", "name"):
        clashes = [found for allergy in allergies if (found := clash(allergy, drug))]
        if clashes:
            group = clashes[0].group
            shared = f" or one of the same class ({group})" if group else ""
            yield path, f"The patient is allergic to this drug{shared}."


def _allergic_to_a_prescription(case: Case) -> Iterator[tuple[str, str]]:
    prescribed = case.chart.medications if case.chart else ()
    for path, allergy in case.each("allergies", "substance"):
        if any(clash(allergy, drug.text) for drug in prescribed):
            yield path, "The chart's medications include a drug that goes against this allergy."


def _same_drug_twice(case: Case) -> Iterator[tuple[str, str]]:
    seen: list[frozenset[str]] = []
    for path, text in case.each("medications", "name"):
        drug = find_drug(text)
        parts = frozenset(drug.ingredients if drug else ())
        if parts and parts in seen:
            yield path, "The form lists this drug twice, perhaps as brand and generic."
        elif any(parts & earlier for earlier in seen):
            yield path, "An ingredient of this drug is in another drug on the form as well."
        seen.append(parts)


def _impossible_birth_date(case: Case) -> Iterator[tuple[str, str]]:
    born = case.said("demographics.dob")
    if born > case.today.isoformat():
        yield "demographics.dob", "The date of birth lies in the future."
    elif (age(born, case.today) or 0) > _OLDEST:
        yield "demographics.dob", "The date of birth is more than 120 years ago."


def _another_birth_date(case: Case) -> Iterator[tuple[str, str]]:
    born, charted = case.said("demographics.dob"), case.charted("dob")
    if born and charted and born != charted:
        sentence = "The date of birth is not the chart's: this may be another patient's form."
        yield "demographics.dob", sentence


def _contact_has_own_phone(case: Case) -> Iterator[tuple[str, str]]:
    phone = case.said("demographics.emergency_contact_phone")
    if phone and phone == case.known("phone"):
        sentence = "The emergency contact has the patient's own telephone number."
        yield "demographics.emergency_contact_phone", sentence


def _zip_of_another_state(case: Case) -> Iterator[tuple[str, str]]:
    code, state = case.said("demographics.zip"), case.said("demographics.state")
    if code and state and state not in _ZIP_STATES.get(code[0], state):
        yield "demographics.zip", "This ZIP code does not lie in this state."


def _none_and_some(case: Case) -> Iterator[tuple[str, str]]:
    for group, leaf, path in (
        ("allergies", "substance", "allergies.no_known"),
        ("medications", "name", "medications.none"),
    ):
        listed = [text for _, text in case.each(group, leaf) if not words.nothing(text)]
        if case.said(path) == "true" and listed:
            yield path, "The form says there are none and names some."


def _some_and_none_named(case: Case) -> Iterator[tuple[str, str]]:
    charted = case.chart.allergies if case.chart else ()
    named = [*case.each("allergies", "substance")]
    if case.said("allergies.no_known") == "false" and not named and not charted:
        yield "allergies.no_known", "The form says there are some, and names none."


def _self_harm(case: Case) -> Iterator[tuple[str, str]]:
    for path, told in case.each(OTHER_ANSWERS, ""):
        lines = [line for line in told.splitlines() if _SELF_HARM.search(line)]
        if any(not _DENIED.search(line) for line in lines):
            yield path, "This answer may tell of self-harm. Please show it to a clinician now."


_HOUSE = "house rule"
_ISSUE = "contradiction checks of check-in"
RULES: dict[str, tuple[Rule, str]] = {
    "coverage-ended": (_coverage_ended, _ISSUE),
    "coverage-not-begun": (_coverage_not_begun, _HOUSE),
    "coverage-ended-in-chart": (_coverage_ended_in_chart, _ISSUE),
    "minor-as-subscriber": (_minor_as_subscriber, _ISSUE),
    "pregnant-man": (_pregnant_man, _ISSUE),
    "allergic-to-drug": (_allergic_to_a_drug, "allergens.toml"),
    "allergic-to-prescription": (_allergic_to_a_prescription, "allergens.toml"),
    "same-drug-twice": (_same_drug_twice, "drugs.toml"),
    "impossible-birth-date": (_impossible_birth_date, _HOUSE),
    "another-birth-date": (_another_birth_date, _HOUSE),
    "contact-has-own-phone": (_contact_has_own_phone, _HOUSE),
    "zip-of-another-state": (_zip_of_another_state, "first digits of USPS ZIP codes"),
    "none-and-some": (_none_and_some, _HOUSE),
    "some-and-none-named": (_some_and_none_named, _HOUSE),
    "self-harm": (_self_harm, "PHQ-9, item 9"),
}
