"""For each rule a claim on which it speaks, and one beside it on which it is silent."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace as changed

from services.ehr.x12.claim import BilledLine, Claim, Diagnosis, Drug, Party
from services.ehr.x12.rows import Dated, Named, Reference
from services.scrub import (
    RULES,
    Authorization,
    Context,
    CoveragePeriod,
    Member,
    PayerRules,
    Severity,
    scrub,
)
from services.scrub.facts import billed, patient
from tests.services.scrub.builder import (
    BILLING,
    DAY,
    KNOWN,
    MEMBER_ID,
    NPI,
    PAYER,
    claim,
    coverage,
    found,
    line,
    on,
    subscribed,
)

LATER = date(2024, 6, 3)
CEFTRIAXONE = "J0696"
UNKNOWN_NDC, IBUPROFEN, BACLOFEN = "00409733201", "10056055785", "10135053301"


@dataclass(frozen=True)
class Story:
    """The rule speaks on ``wrong`` and is silent on ``right``; ``known`` holds for both."""

    wrong: Claim
    right: Claim
    known: Context = KNOWN


def payer(**rules: object) -> Context:
    return replace(KNOWN, payers={PAYER: PayerRules(**rules)})  # type: ignore[arg-type]


def drug(
    ndc: str, quantity: int | None = 1, unit: str = "UN", procedure: str = CEFTRIAXONE
) -> Claim:
    given = Drug(ndc, None if quantity is None else Decimal(quantity), unit)
    return claim(line(procedure, drug=given))


def named(role: str, number: str, taxonomy: str = "") -> tuple[Party, ...]:
    return (
        Party(
            Named(role, "1", "Ito", "Ken", qualifier="XX" if number else "", id=number), taxonomy
        ),
    )


def aged(years: int, **changes: object) -> Claim:
    born = date(DAY.year - years, DAY.month, 1)
    someone = changed(coverage().subscriber, birth_date=born)  # type: ignore[type-var]
    return claim(*changes.pop("lines", ()), coverage=coverage(subscriber=someone), **changes)  # type: ignore[misc]


def history(of: Claim) -> Context:
    return remembering(changed(of, claim_id="C0900"))


def remembering(before: Claim) -> Context:
    return replace(KNOWN, earlier={visit: (one,) for visit, one in billed(before)})


def units(procedure: str, count: int) -> BilledLine:
    return line(procedure, units=Decimal(count))


STORIES: dict[str, Story] = {
    "required-field": Story(subscribed(birth_date=None), claim()),
    "npi": Story(claim(parties=named("DN", "1234567890")), claim(parties=named("DN", NPI))),
    "npi-rendering": Story(claim(parties=named("82", "")), claim(parties=named("82", NPI))),
    "taxonomy": Story(claim(parties=named("82", NPI, "207Q")), claim(parties=named("82", NPI, "207Q00000X"))),
    "taxonomy-missing": Story(claim(billing=changed(BILLING, taxonomy="")), claim()),
    "taxonomy-required": Story(claim(billing=changed(BILLING, taxonomy="")), claim(), payer(needs_taxonomy=True)),
    "frequency": Story(claim(frequency="3"), claim(frequency="1")),
    "original-reference": Story(claim(frequency="7"), claim(frequency="7", references=(Reference("F8", "P77"),))),
    "institutional": Story(claim(kind="I"), claim(kind="P")),
    "charge-total": Story(claim(charge=12_001), claim(charge=12_000)),
    "charge-negative": Story(claim(line(charge=-1)), claim(line(charge=1))),
    "charge-zero": Story(claim(line(charge=0)), claim(line(charge=1))),
    "units": Story(claim(units("99213", 0)), claim(units("99213", 1))),
    "future-date": Story(claim(line(dates=on(KNOWN.today + timedelta(1)))), claim(line(dates=on(KNOWN.today)))),  # type: ignore[operator, arg-type]
    "before-birth": Story(subscribed(birth_date=DAY + timedelta(1)), subscribed(birth_date=DAY)),
    "diagnosis-missing": Story(claim(codes=()), claim()),
    "diagnosis-pointer": Story(claim(line(pointers=(2,))), claim(line(pointers=(2,)), codes=("J069", "I10"))),
    "diagnosis-repeated": Story(claim(codes=("J069", "J06.9")), claim(codes=("J069", "I10"))),
    "icd10-invalid": Story(claim(codes=("J0699",)), claim(codes=("J069",))),
    "icd10-header": Story(claim(codes=("E11",)), claim(codes=("E119",))),
    "icd10-unlisted": Story(claim(line(dates=on(LATER)), codes=("U099",)), claim(line(dates=on(LATER)), codes=("I10",))),
    "icd9": Story(claim(diagnoses=(Diagnosis("BK", "4019"),)), claim(line(dates=on(date(2015, 9, 30))), diagnoses=(Diagnosis("BK", "4019"),))),
    "preventive-diagnosis": Story(claim(codes=("Z0000",)), claim(line("99395"), codes=("Z0000",))),
    "diagnosis-age": Story(aged(40, codes=("Z00129",)), aged(7, codes=("Z00129",))),
    "diagnosis-sex": Story(claim(codes=("N400",)), claim(line("99213", "KX"), codes=("N400",))),
    "procedure-age": Story(aged(17, lines=(line("99395"),)), aged(18, lines=(line("99395"),))),
    "ncci-pair": Story(claim(line("80053"), line("80048")), claim(line("80053"), line("80048", dates=on(DAY + timedelta(1))))),
    "ncci-visit": Story(claim(line("99213"), line("17110")), claim(line("99213", "25"), line("17110"))),
    "visit-without-25": Story(claim(line("99221"), line("27130")), claim(line("99221", "57"), line("27130"))),
    "preventive-without-25": Story(claim(line("99213"), line("99395")), claim(line("99213", "25"), line("99395"))),
    "mue-units": Story(claim(units("80053", 2)), claim(units("80053", 1))),
    "mue-zero": Story(claim(line("99395"), coverage=coverage(filing_indicator="MB")), claim(line("99395"))),
    "add-on-alone": Story(claim(line("99292")), claim(line("99291"), line("99292"))),
    "modifier-shape": Story(claim(line("99213", "2x")), claim(line("99213", "25"))),
    "modifier-unknown": Story(claim(line("99213", "Z9")), claim(line("99213", "25"))),
    "modifier-repeated": Story(claim(line("20610", "RT", "RT")), claim(line("20610", "RT"))),
    "modifier-conflict": Story(claim(line("71046", "26", "TC")), claim(line("71046", "26"))),
    "modifier-misplaced": Story(claim(line("17110", "25")), claim(line("99213", "25"))),
    "place-unknown": Story(claim(line(place="28")), claim(line(place="11"))),
    "telehealth": Story(claim(line(place="10")), claim(line("99213", "95", place="10"))),
    "authorization-missing": Story(claim(line("97110")), claim(line("97110"), references=(Reference("G1", "A1"),)), payer(authorization_for=frozenset(("97110",)))),
    "referral-missing": Story(claim(), claim(references=(Reference("9F", "R1"),)), payer(referral_for=frozenset(("99213",)))),
    "coverage-dates": Story(claim(line(dates=on(date(2020, 12, 31)))), claim(), replace(KNOWN, coverage={Member(PAYER, MEMBER_ID): (CoveragePeriod(date(2021, 1, 1)),)})),
    "timely-filing": Story(claim(line(dates=on(date(2020, 12, 1)))), claim(), payer(timely_days=90)),
    "timely-filing-soon": Story(claim(line(dates=on(date(2021, 1, 5)))), claim(), payer(timely_days=90)),
    "duplicate": Story(claim(), claim(line("99213", "76")), history(claim())),
    "duplicate-line": Story(claim(line("87880"), line("87880")), claim(line("87880"), line("87880", "91"))),
    "ndc": Story(drug("0093-1113-01"), drug(UNKNOWN_NDC)),
    "ndc-quantity": Story(drug(UNKNOWN_NDC, None), drug(UNKNOWN_NDC, 2)),
    "ndc-missing": Story(claim(line(CEFTRIAXONE)), drug(UNKNOWN_NDC)),
    "ndc-required": Story(claim(line(CEFTRIAXONE)), drug(UNKNOWN_NDC), payer(needs_ndc=True)),
    "ndc-family": Story(drug(IBUPROFEN, procedure="J0475"), drug(BACLOFEN, procedure="J0475")),
}  # fmt: skip


def test_every_rule_has_its_story_and_a_name_of_its_own() -> None:
    assert sorted(STORIES) == sorted(rule.id for rule in RULES)


@pytest.mark.parametrize("rule", STORIES)
def test_the_rule_speaks(rule: str) -> None:
    finding = found(STORIES[rule].wrong, STORIES[rule].known)[rule]
    assert finding.sentence.endswith(".")
    assert finding.fix.endswith(".")
    assert finding.source


@pytest.mark.parametrize("rule", STORIES)
def test_the_rule_is_silent_beside_it(rule: str) -> None:
    assert rule not in found(STORIES[rule].right, STORIES[rule].known)


@pytest.mark.parametrize("rule", [r for r, s in STORIES.items() if s.known is not KNOWN])
def test_a_rule_says_nothing_where_its_fact_is_not_known(rule: str) -> None:
    assert rule not in found(STORIES[rule].wrong, Context())


def test_a_clean_claim_has_nothing() -> None:
    assert scrub(claim(), KNOWN) == ()


@pytest.mark.parametrize("field", ["claim_id", "billing", "coverage", "terms", "lines"])
def test_each_required_field_is_asked_for(field: str) -> None:
    empty = {
        "claim_id": "", "billing": Party(Named("85")), "coverage": coverage(subscriber=None, payer=None),
        "terms": ("", "", "", ""), "lines": (),
    }  # fmt: skip
    missing = [
        f for f in scrub(claim(**{field: empty[field]}), KNOWN) if f.rule == "required-field"
    ]
    assert missing
    assert all(f.severity is Severity.HOLD for f in missing)


def test_a_line_needs_its_day_place_and_units() -> None:
    bare = claim(line(dates=(), units=None, place=""), facility="")
    fields = [f.field for f in scrub(bare, KNOWN) if f.rule == "required-field"]
    assert fields == ["service_date", "place", "units"]


@pytest.mark.parametrize("pointers", [(), (0,), (3,), (1, 1), (1, 2, 1, 2, 2)])
def test_pointers_that_point_wrongly(pointers: tuple[int, ...]) -> None:
    assert "diagnosis-pointer" in found(claim(line(pointers=pointers), codes=("J069", "I10")))


def test_a_pair_without_a_modifier_indicator_passes_by_no_modifier() -> None:
    assert "ncci-pair" in found(claim(line("80053"), line("80048", "59")))
    assert "ncci-pair" not in found(claim(line("11042"), line("97597", "59")))


def test_a_pair_of_two_providers_is_none() -> None:
    other = line("80048", parties=named("82", NPI))
    assert "ncci-pair" not in found(claim(line("80053"), other))


def test_units_of_a_day_are_summed_and_those_of_days_are_not() -> None:
    twice = claim(line("80053"), line("80053", "91"))
    assert found(twice)["mue-units"].value == "2"
    apart = claim(line("80053"), line("80053", dates=on(DAY + timedelta(1))))
    assert "mue-units" not in found(apart)


def test_an_add_on_to_yesterdays_claim_is_alone_and_to_todays_is_not() -> None:
    add_on = claim(line("99292"))
    assert "add-on-alone" not in found(add_on, history(claim(line("99291"))))
    yesterday = claim(line("99291", dates=on(DAY - timedelta(1))))
    assert "add-on-alone" in found(add_on, history(yesterday))


def test_a_code_newer_than_the_list_warns_and_one_that_it_should_have_holds() -> None:
    newer = found(claim(line(dates=on(LATER)), codes=("U099",)))["icd10-unlisted"]
    assert newer.severity is Severity.WARN
    assert found(claim(codes=("U099",)))["icd10-invalid"].severity is Severity.HOLD


def test_a_header_holds_in_any_year() -> None:
    assert found(claim(line(dates=on(LATER)), codes=("E11",)))["icd10-header"].holds


def test_an_ambulance_says_where_it_drove() -> None:
    assert "modifier-unknown" not in found(claim(line("A0429", "RH")))
    assert "modifier-unknown" in found(claim(line("99213", "RH")))


@pytest.mark.parametrize(
    "modifiers",
    [("50", "LT"), ("LT", "RT"), ("59", "XS"), ("52", "53"), ("76", "77"), ("95", "GT")],
)
def test_modifiers_that_contradict_each_other(modifiers: tuple[str, ...]) -> None:
    assert found(claim(line("20610", *modifiers)))["modifier-conflict"].holds


def test_59_does_not_belong_on_a_visit() -> None:
    assert "modifier-misplaced" in found(claim(line("99213", "59")))


def test_telehealth_elsewhere_was_usual_until_2024() -> None:
    video = claim(line("99213", "95", place="11", dates=on(LATER)))
    assert found(video)["telehealth"].value == "11"
    assert "telehealth" not in found(claim(line("99213", "95", place="11")))


def test_an_authorization_on_file_is_offered() -> None:
    billed_claim = STORIES["authorization-missing"].wrong
    who = patient(billed_claim)
    assert who is not None
    on_file = Authorization("A77", frozenset(("97110",)), date(2021, 1, 1), date(2021, 12, 31))
    known = replace(STORIES["authorization-missing"].known, authorizations={who: (on_file,)})
    assert found(billed_claim, known)["authorization-missing"].value == "A77"
    lapsed = replace(on_file, last=date(2021, 2, 1))
    known = replace(known, authorizations={who: (lapsed,)})
    assert found(billed_claim, known)["authorization-missing"].value == ""


def test_known_not_to_be_covered_is_not_the_same_as_unknown() -> None:
    nobody = replace(KNOWN, coverage={Member(PAYER, MEMBER_ID): ()})
    assert "coverage-dates" in found(claim(), nobody)
    elsewhere = replace(KNOWN, coverage={Member("PAYER02", MEMBER_ID): ()})
    assert "coverage-dates" not in found(claim(), elsewhere)


def test_a_stay_must_be_covered_to_its_end() -> None:
    stay = line(dates=(Dated("472", DAY, DAY + timedelta(3)),))
    period = CoveragePeriod(date(2021, 1, 1), DAY + timedelta(2))
    known = replace(KNOWN, coverage={Member(PAYER, MEMBER_ID): (period,)})
    assert "coverage-dates" in found(claim(stay), known)


def test_the_last_day_to_file_is_not_too_late() -> None:
    last = KNOWN.today - timedelta(days=90) if KNOWN.today else DAY
    assert "timely-filing" not in found(claim(line(dates=on(last))), payer(timely_days=90))
    assert "timely-filing" in found(
        claim(line(dates=on(last - timedelta(1)))), payer(timely_days=90)
    )


def test_a_replacement_repeats_what_it_replaces() -> None:
    again = claim(frequency="7", references=(Reference("F8", "P77"),))
    assert "duplicate" not in found(again, history(claim()))


def test_a_claim_that_is_scrubbed_again_is_not_its_own_duplicate() -> None:
    assert "duplicate" not in found(claim(), remembering(claim()))


def test_a_dependent_is_judged_by_its_own_age() -> None:
    child = Party(Named("QC", "1", "Moreau", "Luc"), birth_date=date(2015, 6, 1), sex="M")
    theirs = claim(line("99393"), codes=("Z00129",), patient=child, patient_relationship="19")
    assert scrub(theirs, KNOWN) == ()
