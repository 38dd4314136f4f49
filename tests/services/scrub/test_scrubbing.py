"""What holds and what warns; a rule that fails holds; nothing of the patient in a printed finding."""

from collections.abc import Iterator
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from services.ehr.x12.claim import Claim
from services.scrub import RULES, Context, Rule, Severity, held, scrub
from services.scrub.findings import Found
from tests.services.scrub.builder import KNOWN, MEMBER_ID, claim, coverage, line, subscribed


def broken(claim: Claim, context: Context) -> Iterator[Found]:
    raise KeyError(claim.coverage.member_id)


BROKEN = Rule("broken", Severity.WARN, "Everything is as it should be.", "nobody", broken)


def test_a_rule_that_fails_holds_the_claim_and_says_so() -> None:
    (finding,) = scrub(claim(), KNOWN, (BROKEN,))
    assert finding.holds
    assert finding.sentence == "This rule could not be checked: Everything is as it should be."
    assert MEMBER_ID not in f"{finding!r} {finding.value} {finding.sentence} {finding.fix}"


def test_the_other_rules_speak_beside_one_that_fails() -> None:
    findings = scrub(claim(charge=1), KNOWN, (BROKEN, *RULES))
    assert [finding.rule for finding in findings] == ["broken", "charge-total"]


def test_a_warning_holds_nothing() -> None:
    warned = scrub(claim(line(charge=0)), KNOWN)
    assert [finding.rule for finding in warned] == ["charge-zero"]
    assert not held(warned)
    assert held(scrub(claim(charge=1), KNOWN))


def test_a_printed_finding_names_no_patient() -> None:
    born_later = subscribed(birth_date=date(2021, 3, 30))
    findings = scrub(born_later, KNOWN)
    assert [finding.value for finding in findings] == ["2021-03-30"]
    assert "2021-03-30" not in repr(findings)
    assert "2021-03-30" not in findings[0].sentence


def test_every_rule_says_what_it_asks_and_on_whose_word() -> None:
    assert [r.id for r in RULES if not (r.sentence.endswith(".") and r.source)] == []
    assert len({r.sentence for r in RULES}) == len(RULES)


texts = st.text(st.characters(codec="utf-8"), max_size=12)


@given(
    texts, st.lists(texts, max_size=4), st.lists(texts, max_size=5), st.lists(st.integers(-1, 99))
)
def test_no_text_that_a_file_may_hold_breaks_a_rule(
    procedure: str, modifiers: list[str], codes: list[str], pointers: list[int]
) -> None:
    odd = line(procedure, *modifiers, pointers=tuple(pointers), place=procedure)
    party = changed(claim().billing, taxonomy=procedure)
    strange = claim(odd, odd, line(), codes=tuple(codes), billing=party, frequency=procedure,
                    coverage=coverage(filing_indicator=procedure))  # fmt: skip
    unchecked = [f for f in scrub(strange, KNOWN) if f.field == "rule"]
    assert unchecked == []
