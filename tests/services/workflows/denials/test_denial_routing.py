"""Where a denial goes when it is not ours to settle, how it comes back, and what the list shows of it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from db.claim_events import EventKind
from db.denials import Denial, Denials, DenialState
from db.intake import IntakeForm, IntakeForms
from db.intake_fields import IntakeField, IntakeFields
from db.patients import Patient, Patients
from db.vocabulary import Role
from services.actions import Action
from services.claims.mending import NAMED_BY
from services.claims.paths import Path
from services.codes import reasons
from services.desk import Actor, working
from services.errors import Invalid, NotAllowed
from services.workflows.denials import sweeping
from services.workflows.denials.accepting import ACTIONS, accept_path
from services.workflows.denials.deciding import correct, enquire, fixed_in_ecw, other_payer
from services.workflows.denials.listing import Narrowed, choices, newest, worklist
from services.workflows.denials.reading import open_denial
from services.workflows.denials.routing import assign, reopen, send_back, snooze
from tests.services.workflows.denials.conftest import Desk

TWO_WEEKS = timedelta(days=14, minutes=1)


@pytest.mark.parametrize("act", [fixed_in_ecw, other_payer], ids=lambda act: act.verb)
def test_what_was_done_in_ecw_is_looked_for_and_comes_back_if_no_file_shows_it(
    desk: Desk, biller: Actor, act: Action[[]]
) -> None:
    [denial] = desk.denied("22")
    act(desk.container, biller, desk.target(denial))
    assert desk.now(denial).state is DenialState.WAITING
    sweeping.sweep(desk.container, desk.practice)
    assert desk.now(denial).state is DenialState.WAITING
    desk.clock.wait(TWO_WEEKS)
    sweeping.sweep(desk.container, desk.practice)
    back = desk.now(denial)
    assert (back.state, "two weeks" in back.trouble) == (DenialState.OPEN, True)


def test_a_corrected_claim_that_ecw_has_sent_clears_the_denial(desk: Desk, biller: Actor) -> None:
    [denial] = desk.denied("16", remarks=["N382"])
    number = desk.open(biller, denial).billed.number
    # eCW's own correction and ours are the same file to the clearinghouse; it lists both as sent.
    correct(desk.container, biller, desk.target(denial), {"authorization": "AU1234"})
    desk.deliver()
    desk.sandbox.control.advance_claims()
    reopen(desk.container, biller, desk.target(denial))
    fixed_in_ecw(desk.container, biller, desk.target(denial))
    desk.receive()
    ended = desk.now(denial)
    assert ended.state is DenialState.RECOVERED
    assert desk.billing.claim(number).paid_cents > 0


def test_a_cause_at_registration_goes_to_intake_and_comes_back(desk: Desk, biller: Actor) -> None:
    [denial] = desk.denied("31")
    opened = desk.open(biller, denial)
    assert (opened.path, opened.cause) == ("intake", "registration")
    accept_path(desk.container, biller, opened.target, opened.path)
    there = desk.now(denial)
    assert (there.state, there.pool, there.decision) == (
        DenialState.WAITING, "front_desk", "ask_intake",
    )  # fmt: skip
    assert EventKind.SENT_BACK in {step.kind for step in desk.steps(denial)}
    desk.clock.wait(TWO_WEEKS)
    sweeping.sweep(desk.container, desk.practice)
    back = desk.now(denial)
    assert (back.state, back.pool) == (DenialState.OPEN, "billing")
    with pytest.raises(Invalid, match="intake or to coding"):
        send_back(desk.container, biller, desk.target(denial), "nobody")


def test_a_question_leaves_as_a_276_and_the_claim_waits_for_the_answer(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("18", remark="N522")
    enquire(desk.container, biller, desk.target(denial))
    desk.deliver()
    assert len(desk.ledger("x12_276")) == 1
    assert desk.now(denial).state is DenialState.IN_WORK
    assert EventKind.ENQUIRED in {step.kind for step in desk.steps(denial)}


def test_snoozed_denials_wake_and_never_sleep_past_their_last_day(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("50", remark="N115")
    now = desk.clock()
    with pytest.raises(Invalid, match="last day"):
        snooze(desk.container, biller, desk.target(denial), now + timedelta(days=400))
    with pytest.raises(Invalid, match="future"):
        snooze(desk.container, biller, desk.target(denial), now)
    snooze(desk.container, biller, desk.target(denial), now + timedelta(days=2))
    assert worklist(desk.container, biller).rows == ()
    assert len(worklist(desk.container, biller, "snoozed").rows) == 1
    desk.clock.wait(timedelta(days=3))
    sweeping.sweep(desk.container, desk.practice)
    assert len(worklist(desk.container, biller).rows) == 1


def test_the_list_opens_on_mine_and_nobodys_by_urgency_and_can_be_narrowed(
    desk: Desk, biller: Actor, hire: Callable[..., Actor]
) -> None:
    other = hire(Role.BILLER, "Second biller")
    [late] = desk.denied("29", payer="SHH01", procedures=[{"code": "99213", "charge": 90_000}])
    [theirs] = desk.denied("50", payer="SBP01", procedures=[{"code": "99213", "charge": 40_000}])
    [small] = desk.denied("16", payer="SBP01", procedures=[{"code": "99213", "charge": 100}])
    assign(desk.container, other, desk.target(theirs), other.staff_id)

    shown = worklist(desk.container, biller)
    assert [row.id for row in shown.rows] == [late.id, small.id]
    assert shown.rows[0].reason == "The time limit for filing has expired."
    assert shown.rows[0].cents_a_minute == late.expected_cents // late.minutes
    assert (shown.counts["mine"], shown.counts["open"]) == (2, 3)
    assert len(worklist(desk.container, biller, "open").rows) == 3
    narrowed = worklist(desk.container, biller, "open", Narrowed(payer="SBP01", carc="16"))
    assert [row.id for row in narrowed.rows] == [small.id]
    assert {carc for carc, _ in choices(desk.container, biller).carcs} == {"16", "29", "50"}

    word = newest(desk.container, biller)
    assign(desk.container, biller, desk.target(small), biller.staff_id)
    assert newest(desk.container, biller) != word


def test_the_open_denial_shows_billed_beside_paid_and_its_arithmetic(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("97", remark="N20", payer="SBP01", procedures=["99213", "20610"])
    opened = desk.open(biller, denial)
    first = opened.lines[0]
    assert (first.procedure, first.paid_cents) == ("99213", 0)
    [why] = [one for one in first.because if one.is_denial]
    assert (why.group, why.carc, why.remarks[0][0]) == ("CO", "97", "N20")
    assert sum(line.charge_cents for line in opened.lines if line.number) == opened.charge_cents
    assert opened.worth.assumed
    assert opened.worth.expected_cents == denial.expected_cents
    assert opened.scenario == "not separately payable"
    assert "days to" in opened.due_from
    files = [step.file for step in opened.steps if step.kind is EventKind.DENIED]
    assert files
    assert all(files)


def test_nobody_but_billing_opens_a_denial(desk: Desk, front_desk: Actor) -> None:
    [denial] = desk.denied("50")
    with pytest.raises(NotAllowed):
        open_denial(desk.container, front_desk, denial.id)
    with pytest.raises(NotAllowed):
        worklist(desk.container, front_desk)


def test_every_path_has_its_action_and_every_named_remark_is_on_the_list() -> None:
    assert set(ACTIONS) == set(Path)
    assert all(reasons.rarc(code) for code in NAMED_BY)


def test_intake_finds_a_note_on_the_form_where_the_insurance_was_taken_down(
    desk: Desk, biller: Actor, front_desk: Actor
) -> None:
    [denial] = desk.denied("31")
    form_id = _form_of(desk, denial, front_desk)
    there = desk.open(biller, denial).taken_down
    assert there is not None
    assert (there.form_id, there.accepted_by) == (form_id, front_desk.name)
    send_back(desk.container, biller, desk.target(denial), "intake")
    with working(desk.container, desk.billing.actor) as opened:
        form = opened.open(IntakeForms).get(form_id)
        note = opened.vault.read(form, "note").text
        assert (form.noted_by, form.version) == (biller.staff_id, 2)
    assert "denied by" in note
    assert "Please check the insurance" in note


def _form_of(desk: Desk, denial: Denial, accepted_by: Actor) -> UUID:
    """The patient of this denial has a form on which the front desk accepted the member number."""
    with working(desk.container, desk.billing.actor) as opened:
        key = opened.vault.new_key()
        opened.session.add(key)
        opened.session.flush()
        mine = {"practice_id": desk.practice.id, "key_id": key.id}
        patient = opened.open(Patients).add(Patient(ehr_ref="Patient/p.1", **mine))
        form = opened.open(IntakeForms).add(
            IntakeForm(
                source="check_in", source_ref="QuestionnaireResponse/1", authored_at=opened.now,
                patient_id=patient.id, **mine,
            )
        )  # fmt: skip
        opened.open(IntakeFields).add(
            IntakeField(
                form_id=form.id, path="coverage[0].member_id", position=1, verdict="new",
                decided_by=accepted_by.staff_id, **mine,
            )
        )  # fmt: skip
        opened.open(Denials).get(denial.id).patient_id = patient.id
        return form.id
