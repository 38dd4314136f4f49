"""The reference lists for claims: whole, quick to load, and silent about what they do not hold."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.codes import billing, ncci, reasons
from services.codes.lists import rows, table

ROOT = Path(__file__).parents[3]
LOADED = """
import resource, time
from services.codes import billing, ncci, reasons
memory = lambda: int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
began, before = time.process_time(), memory()
ncci.pair_edit("80053", "80048"), ncci.unit_limit("99213"), ncci.primaries("99292")
print(time.process_time() - began, memory() - before)
"""


def test_the_lists_are_whole() -> None:
    pairs = sum(len(seconds.split()) for _, seconds in rows("ncci_pairs"))
    lengths = [sum(1 for _ in rows(name)) for name in ("mue", "add_on", "modifiers", "places")]
    assert (pairs, lengths) == (83_799, [14_677, 668, 426, 52])


def test_ncci_loads_fast_and_small() -> None:
    told = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, check=True)
    seconds, size = map(float, told.stdout.split())
    assert seconds < 0.5
    assert size < 60_000_000


def test_a_pair_is_found_whichever_way_round() -> None:
    edit = ncci.pair_edit("80048", "80053")
    assert edit is not None
    assert (edit.column_one, edit.column_two, edit.modifier_allowed) == ("80053", "80048", False)
    assert ncci.pair_edit("80053", "80048") == edit


@pytest.mark.parametrize("other", ["85025", "99213", "8004", "", "80048 "])
def test_what_is_no_pair_is_none(other: str) -> None:
    assert ncci.pair_edit("80053", other) is None


def test_units_say_whether_a_line_or_a_day_is_meant() -> None:
    assert ncci.unit_limit("80053") == ncci.UnitLimit(1, by_line=False, is_reviewable=True)
    assert ncci.unit_limit("0001U") == ncci.UnitLimit(1, by_line=False, is_reviewable=False)
    assert ncci.unit_limit("ZZZZZ") is None


def test_an_add_on_code_names_its_primaries_unless_a_contractor_does() -> None:
    assert ncci.primaries("99292") == {"99291"}
    assert ncci.primaries("0054T") is None
    assert ncci.primaries("99213") is None


@pytest.mark.parametrize(
    ("number", "is_right"),
    [("1234567893", True), ("1234567890", False), ("3234567898", False), ("123456789", False), ("", False)],
)  # fmt: skip
def test_an_npi_has_its_check_digit(number: str, is_right: bool) -> None:
    assert billing.is_npi(number) is is_right


def test_a_diagnosis_is_billable_a_header_or_unlisted() -> None:
    known = [
        billing.is_billable_diagnosis(code) for code in ("E1165", "E11", "U099", "C44", "C4A0")
    ]
    assert known == [True, False, None, False, True]


def test_places_modifiers_and_drugs_are_known_by_code() -> None:
    assert billing.place_name("11") == "Office"
    assert (billing.is_place("10"), billing.is_place("28")) == (True, False)
    assert (billing.is_modifier("25"), billing.is_modifier("XU")) == (True, True)
    assert billing.is_modifier("Z9") is False
    assert "ceftriaxone" in billing.drug_description("J0696")
    assert billing.drug_description("99213") == ""


def test_no_list_describes_a_cpt_code() -> None:
    described = [code for code, _ in rows("hcpcs_drugs") if not code.startswith("J")]
    assert described == []


def test_a_reason_says_what_it_means_and_what_kind_it_is() -> None:
    late = reasons.carc("29")
    assert late is not None
    assert late.sentence == "The time limit for filing has expired."
    assert late.category == "Filed too late"
    assert reasons.carc("777") is None
    remark = reasons.rarc("MA130")
    assert remark is not None
    assert "no appeal rights" in remark.sentence
    assert reasons.rarc("ZZ1") is None


def test_an_ended_reason_is_known_as_such() -> None:
    ended, current = reasons.carc("63"), reasons.carc("16")
    assert ended is not None
    assert current is not None
    assert (ended.has_ended, current.has_ended) == (True, False)


def test_the_remark_comes_first_and_the_group_says_who_bears_it() -> None:
    steps = reasons.next_steps("16", "CO", ("MA130", "N382"))
    assert steps[:2] == (
        "The claim was unprocessable: no appeal is possible. Send it as a new claim.",
        "Correct the patient's member number.",
    )
    assert "do not bill the patient" in steps[-1]
    assert "do not bill the patient" not in reasons.next_steps("16", "PR")[-1]
    assert reasons.next_steps("777") == ()


def test_every_reason_and_remark_of_our_table_is_in_the_lists_and_once() -> None:
    words = table("reasons")
    codes = [code for path in words["paths"].values() for code in path["codes"]]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if reasons.carc(code) is None] == []
    assert [code for code in words["remarks"] if reasons.rarc(code) is None] == []
    assert {path["scenario"] for path in words["paths"].values()} == set(words["scenarios"])
