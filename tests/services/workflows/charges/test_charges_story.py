"""From a signed note to its charges in eCW: suggested with sentences, approved, entered once, read back."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from db import reading
from db.audit import AuditTrail
from db.charges import ChargeState
from db.deliveries import DeliveryState
from db.rollout import Rollouts
from db.vocabulary import Role, Stage
from services.desk import Actor, working
from services.ehr.ports import Road
from services.errors import Invalid, NotAble, NotAllowed, NotRolledOut, Stale
from services.workflows.charges import approving, editing, listing
from services.workflows.charges.coding import Kind
from services.workflows.charges.reading import whole_note
from tests.services.workflows.charges.conftest import PRESSURE, Billing

Hire = Callable[..., Actor]
KNEE = {
    "hpi": "Right knee pain for two weeks. Independent history was not needed.",
    "exam": "The right knee was injected with 40 mg of triamcinolone today in the office.",
    "assessment": "Right knee pain is worse.",
    "plan": "Start ibuprofen as needed. Rest.",
}


def _verbs(billing: Billing) -> list[str]:
    with reading(billing.container.engine) as session:
        return [line.verb for line in AuditTrail(session, billing.practice.id).in_order()]


def test_a_signed_note_becomes_charges_each_read_back(billing: Billing) -> None:
    ref = billing.signed()
    opened = billing.open(ref)
    assert opened.row.codes == ("99214", "93000", "I10", "E11.9")
    assert [(s.section, s.place) for s in opened.codes.lines[0].support][:1] == [("Assessment", 1)]
    billing.approve(ref)
    assert billing.charged(ref) == []  # nothing leaves inside the undo window
    billing.deliver()
    assert billing.charged(ref) == ["93000", "99214"]
    first = billing.sandbox.control.charges(ref)[0]
    assert first["context"] == {"reference": ref}
    assert [r["coding"][0]["code"] for r in first["reason"]] == ["I10", "E11.9"]
    assert billing.capture(ref).state is ChargeState.DONE
    assert {d.state for d in billing.deliveries(ref)} == {DeliveryState.VERIFIED}


def test_the_arithmetic_is_shown_and_nobody_is_asked_for_more(billing: Billing) -> None:
    arithmetic = billing.open(billing.signed()).codes.arithmetic
    assert arithmetic is not None
    assert [(c.name, c.level) for c in arithmetic.columns] == [
        ("Problems", "moderate"), ("Data", "straightforward"), ("Risk", "moderate"),
    ]  # fmt: skip
    assert arithmetic.sums == ("Two of three reach moderate: 99214.",)
    assert arithmetic.patient.startswith("Known patient: last seen here on ")
    assert arithmetic.above == (
        "A higher level is not supported: two of three columns would have to be high, and the note "
        "documents problems moderate, data straightforward, risk moderate."
    )
    assert arithmetic.missing == ("The time spent on the day of the visit is not stated.",)


def test_stated_time_decides_where_it_reaches_further(billing: Billing) -> None:
    timed = PRESSURE | {"plan": "Continue lisinopril. Total time spent today was 42 minutes."}
    opened = billing.open(billing.signed(timed))
    visit = opened.codes.lines[0]
    assert visit.code == "99215"
    assert [s.text for s in visit.support] == ["Total time spent today was 42 minutes."]
    assert opened.codes.arithmetic is not None
    assert opened.codes.arithmetic.by == "time"


def test_a_patient_whom_ecw_does_not_know_from_before_is_new(billing: Billing) -> None:
    patient = billing.sandbox.control.newcomer()
    ref = billing.signed(patient=patient["patient"])
    opened = billing.open(ref)
    assert opened.row.codes[0] == "99204"
    assert opened.codes.arithmetic is not None
    assert opened.codes.arithmetic.patient.startswith("New patient")


def test_time_of_something_else_is_no_time_of_the_visit(billing: Billing) -> None:
    walked = PRESSURE | {"hpi": "She spent 45 minutes walking each day."}
    assert billing.open(billing.signed(walked)).codes.lines[0].code == "99214"


def test_an_unsigned_note_gives_nothing(billing: Billing) -> None:
    ref = billing.visit(status="finished")
    billing.poll()
    assert billing.capture(ref).state is ChargeState.UNSIGNED
    assert billing.capture(ref).coding is None
    shown = listing.charges(billing.container, billing.biller)
    assert shown.rows == ()
    assert shown.unsigned > 0
    with pytest.raises(Invalid):
        billing.approve(ref)


def test_a_note_without_a_problem_gives_no_level(billing: Billing) -> None:
    opened = billing.open(billing.signed({"cc": "Form to be filled in."}))
    assert opened.row.codes == ()
    assert any("names no problem" in one for one in opened.codes.missing)


def test_a_removed_code_is_not_sent_and_one_put_back_is(billing: Billing) -> None:
    ref = billing.signed()
    billing.do(editing.remove, ref, billing.line(ref, "93000"))
    billing.do(editing.remove, ref, billing.line(ref, "E11.9"))
    billing.do(editing.remove, ref, billing.line(ref, "I10"))
    billing.do(editing.restore, ref, billing.line(ref, "E11.9"))
    billing.approve(ref)
    billing.deliver()
    assert billing.charged(ref) == ["99214"]
    (sent,) = billing.sandbox.control.charges(ref)
    assert [r["coding"][0]["code"] for r in sent["reason"]] == ["E11.9"]


def test_approving_twice_is_approving_once(billing: Billing) -> None:
    ref = billing.signed()
    seen = billing.open(ref).row.target
    approving.approve(billing.container, billing.biller, seen)
    with pytest.raises(Stale):
        approving.approve(billing.container, billing.biller, seen)
    with pytest.raises(Invalid):
        billing.approve(ref)
    billing.deliver(times=8)
    assert billing.charged(ref) == ["93000", "99214"]


def test_what_has_not_left_is_taken_back(billing: Billing) -> None:
    ref = billing.signed()
    billing.approve(ref)
    billing.do(approving.take_back, ref)
    billing.deliver()
    assert billing.charged(ref) == []
    assert billing.capture(ref).state is ChargeState.READY
    billing.approve(ref)
    billing.deliver()
    assert billing.charged(ref) == ["93000", "99214"]
    with pytest.raises(Invalid, match="have left already"):
        billing.do(approving.take_back, ref)


def test_a_biller_changes_and_adds_with_a_reason(billing: Billing) -> None:
    ref = billing.signed()
    visit, pressure = billing.line(ref, "99214"), billing.line(ref, "I10")
    with pytest.raises(Invalid, match="say why"):
        billing.do(editing.change, ref, visit, "99213", "", 1, (pressure,), " ")
    billing.do(editing.change, ref, visit, "99213", "25", 1, (pressure,), "One problem at goal.")
    billing.do(editing.add, ref, "procedure", "36415", "Blood was drawn here.", "", 1, (pressure,))
    with pytest.raises(Invalid, match="among the codes already"):
        billing.do(editing.add, ref, "procedure", "36415", "Again.", "", 1, (pressure,))
    with pytest.raises(Invalid, match="none of our lists"):
        billing.do(editing.add, ref, "procedure", "99999", "A slip.", "", 1, (pressure,))
    with pytest.raises(Invalid, match="no modifier"):
        billing.do(editing.change, ref, visit, "99213", "ZZZ", 1, (pressure,), "")
    with pytest.raises(Invalid, match="divided further"):
        billing.do(editing.add, ref, "diagnosis", "E11", "Diabetes.")
    billing.approve(ref)
    billing.deliver()
    assert billing.charged(ref) == ["36415", "93000", "99213 25"]


def test_a_code_without_diagnosis_does_not_leave(billing: Billing) -> None:
    ref = billing.signed()
    billing.do(editing.add, ref, "procedure", "36415", "Blood was drawn here.")
    with pytest.raises(Invalid, match="36415 has no diagnosis"):
        billing.approve(ref)
    assert billing.deliveries(ref) == []


def test_the_claims_rules_warn_before_there_is_a_claim(billing: Billing) -> None:
    ref = billing.signed(KNEE)
    told = billing.open(ref)
    assert "20610" in told.row.codes
    assert any("20610" in w.sentence for w in told.warnings)
    line = next(o for o in told.codes.lines if o.kind is Kind.VISIT)
    billing.do(editing.change, ref, line.id, line.code, "25", 1, line.pointers, "")
    assert not any("20610" in w.sentence for w in billing.open(ref).warnings)


def test_a_biller_sees_the_sentences_and_opens_the_note_on_record(billing: Billing) -> None:
    ref = billing.signed()
    shown = {s.text for one in billing.open(ref).codes.lines for s in one.support}
    assert "Hypertension is uncontrolled." in shown
    assert not any("158/94" in text for text in shown)
    assert "charges.note_opened" not in _verbs(billing)
    whole = whole_note(billing.container, billing.biller, billing.capture(ref).id)
    assert any("158/94" in text for _, text in whole)
    assert "charges.note_opened" in _verbs(billing)


def test_others_neither_read_nor_approve(billing: Billing, hire: Hire) -> None:
    ref = billing.signed()
    for role in (Role.FRONT_DESK, Role.NURSE, Role.PROVIDER, Role.ADMIN):
        other = hire(role)
        with pytest.raises(NotAllowed):
            billing.open(ref, other)
        with pytest.raises(NotAllowed):
            billing.do(approving.approve, ref, by=other)
        with pytest.raises(NotAllowed):
            whole_note(billing.container, other, billing.capture(ref).id)


def test_switched_off_shows_nothing(billing: Billing) -> None:
    ref = billing.signed()
    with working(billing.container, Actor.job(billing.practice.id, "tests")) as desk:
        for row in desk.open(Rollouts).of("charges"):
            row.stage = Stage.OFF
    with pytest.raises(NotRolledOut):
        billing.open(ref)


@pytest.mark.parametrize("contract", [frozenset[Road]()])
def test_without_a_contract_a_person_enters_them(billing: Billing) -> None:
    ref = billing.signed()
    assert billing.open(ref).cannot_send == "The practice has no contract for writing charges."
    with pytest.raises(NotAble):
        billing.approve(ref)
    billing.do(approving.entered_by_hand, ref)
    capture = billing.capture(ref)
    assert (capture.state, capture.is_by_hand) == (ChargeState.DONE, True)
    assert billing.deliveries(ref) == []


def test_set_aside_and_reopened_keeps_the_codes(billing: Billing) -> None:
    ref = billing.signed()
    billing.do(editing.set_aside, ref)
    assert listing.charges(billing.container, billing.biller).rows == ()
    billing.do(editing.reopen, ref)
    (row,) = listing.charges(billing.container, billing.biller).rows
    assert row.codes == ("99214", "93000", "I10", "E11.9")


def test_a_note_that_nobody_signs_is_given_up_in_the_end(billing: Billing) -> None:
    ref = billing.visit(status="finished")
    billing.poll()
    billing.clock.wait(timedelta(days=61))
    billing.poll()
    assert billing.capture(ref).state is ChargeState.SET_ASIDE
    with pytest.raises(Invalid):
        billing.do(editing.reopen, ref)


def test_looking_again_changes_nothing(billing: Billing) -> None:
    ref = billing.signed()
    before, lines = billing.capture(ref), len(_verbs(billing))
    billing.clock.wait(timedelta(hours=13))
    billing.poll()
    after = billing.capture(ref)
    assert (after.version, after.content_hash) == (before.version, before.content_hash)
    assert len(_verbs(billing)) == lines
