"""Charges when something goes wrong on the way: each lies in eCW once, or comes back with its reason."""

import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from db import reading
from db.charges import ChargeState
from db.deliveries import DeliveryState
from db.patients import Patients
from services import chart_sync, deliverer, merges
from services.desk import Actor, working
from services.ehr.charges import ChargeWrite
from services.ehr.connection import PracticeConnection
from services.ehr.ports import Receipt
from services.errors import Invalid
from services.workflows.charges import amending, approving, editing
from tests.db.processes import FORKS
from tests.services.workflows.charges.conftest import PRESSURE, Billing
from tests.services.workflows.charges.dying import deliver_and_die

LONG = timedelta(minutes=2)  # later than any request can last
BETTER = PRESSURE | {"assessment": "Hypertension is at goal.", "plan": "Return in a year."}


class Killed(BaseException):
    """The worker is gone: nothing after this line runs."""


class Dying:
    """The practice's charges in the hands of a worker that dies before its first write."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def write(self, charge: ChargeWrite) -> Receipt:
        raise Killed

    def find(self, charge: ChargeWrite) -> Receipt | None:
        found: Receipt | None = self.real.find(charge)
        return found


def test_kill_9_with_the_charge_just_entered_leaves_it_there_once(
    billing: Billing, connection: PracticeConnection
) -> None:
    ref = billing.signed()
    billing.approve(ref)
    billing.clock.wait(timedelta(seconds=20))
    container = billing.container
    told = (container.settings, container.keyring, connection, billing.clock.ahead)
    worker = FORKS.Process(target=deliver_and_die, args=told)
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    assert len(billing.charged(ref)) == 1
    assert DeliveryState.SENDING in {d.state for d in billing.deliveries(ref)}
    billing.deliver(times=8, after=timedelta(minutes=4))
    assert billing.charged(ref) == ["93000", "99214"]
    assert billing.capture(ref).state is ChargeState.DONE


def test_a_worker_that_dies_before_anything_left_loses_nothing(billing: Billing) -> None:
    ref = billing.signed()
    billing.approve(ref)
    billing.clock.wait(timedelta(seconds=20))
    dying = replace(billing.ehr, charges=Dying(billing.ehr.charges))
    with pytest.raises(Killed):
        deliverer.deliver(deliverer.carrier(billing.container, billing.practice, dying))
    assert DeliveryState.SENDING in {d.state for d in billing.deliveries(ref)}
    billing.deliver(times=8, after=timedelta(minutes=4))
    assert billing.charged(ref) == ["93000", "99214"]
    assert billing.capture(ref).state is ChargeState.DONE


def test_an_answer_that_never_comes_is_settled_by_reading_back(billing: Billing) -> None:
    ref = billing.signed()
    billing.approve(ref)
    billing.sandbox.control.fault("fhir.write", "lost_response", times=1)
    billing.deliver(times=1)
    assert DeliveryState.IN_DOUBT in {d.state for d in billing.deliveries(ref)}
    billing.deliver(times=6, after=LONG)
    assert billing.charged(ref) == ["93000", "99214"]
    assert {d.state for d in billing.deliveries(ref)} == {DeliveryState.VERIFIED}


@pytest.mark.parametrize("fault", ["outage", "expired_token"])
def test_an_outage_is_waited_for(billing: Billing, fault: str) -> None:
    ref = billing.signed()
    billing.approve(ref)
    billing.sandbox.control.fault("fhir.write", fault, times=1)
    billing.deliver(times=8, after=LONG)
    assert billing.charged(ref) == ["93000", "99214"]


def test_what_ecw_refuses_comes_back_and_the_rest_goes(billing: Billing) -> None:
    ref = billing.signed()
    billing.sandbox.control.enter_charge(ref, "93000")
    billing.approve(ref)
    billing.deliver(times=8)
    capture = billing.capture(ref)
    assert capture.state is ChargeState.READY
    assert "has this code in eCW already" in capture.trouble
    assert billing.charged(ref) == ["93000", "99214"]
    with pytest.raises(Invalid, match="This code has left"):
        billing.do(editing.remove, ref, billing.line(ref, "99214"))
    with pytest.raises(Invalid, match="diagnosis has left"):
        billing.do(editing.remove, ref, billing.line(ref, "I10"))
    billing.do(editing.remove, ref, billing.line(ref, "93000"))
    billing.approve(ref)
    assert billing.capture(ref).state is ChargeState.DONE
    billing.deliver()
    assert billing.charged(ref) == ["93000", "99214"]


def test_a_refusal_names_its_reason_and_may_be_sent_again(billing: Billing) -> None:
    ref = billing.signed()
    billing.sandbox.control.configure(writeback_user=False)
    billing.approve(ref)
    billing.deliver(times=4)
    assert "no default writeback user is set" in billing.capture(ref).trouble
    assert billing.charged(ref) == []
    billing.sandbox.control.configure(writeback_user=True)
    billing.approve(ref)
    billing.deliver(times=6)
    assert billing.charged(ref) == ["93000", "99214"]


def test_a_charge_that_ecw_dropped_is_settled_by_a_person(billing: Billing) -> None:
    ref = billing.signed()
    billing.do(editing.remove, ref, billing.line(ref, "93000"))
    billing.approve(ref)
    billing.sandbox.control.fault("fhir.write", "silent_drop", times=1)
    billing.deliver(times=12, after=timedelta(minutes=11))
    (delivery,) = billing.deliveries(ref)
    assert delivery.state is DeliveryState.UNCONFIRMED
    assert "Please check in eCW" in billing.capture(ref).trouble
    with pytest.raises(Invalid, match="Say first"):
        billing.approve(ref)
    billing.do(approving.settle, ref, billing.line(ref, "99214"), False)
    billing.approve(ref)
    billing.deliver(times=4)
    assert billing.charged(ref) == ["99214"]
    assert billing.capture(ref).state is ChargeState.DONE


def test_a_charge_that_reads_otherwise_is_never_called_verified(billing: Billing) -> None:
    ref = billing.signed()
    billing.do(editing.remove, ref, billing.line(ref, "93000"))
    billing.approve(ref)
    billing.deliver(times=1)
    (found,) = billing.sandbox.control.charges(ref)
    changed = found | {"quantity": {"value": 7}}
    billing.sandbox.control.call("POST", "resources", {"resource": changed})
    billing.deliver(times=3)
    (delivery,) = billing.deliveries(ref)
    assert delivery.state is DeliveryState.UNCONFIRMED
    assert "eCW shows other units than was approved" in delivery.error


def test_an_amended_note_calls_back_what_has_not_left(billing: Billing) -> None:
    ref = billing.signed()
    billing.do(editing.remove, ref, billing.line(ref, "93000"))
    billing.approve(ref)
    billing.amend(ref, BETTER)
    capture = billing.capture(ref)
    assert (capture.state, capture.trouble) == (ChargeState.READY, amending.CALLED_BACK)
    assert billing.open(ref).row.codes == ("99212", "I10")  # what was removed stays out
    billing.deliver()
    assert billing.charged(ref) == []


def test_an_amended_note_whose_codes_have_left_is_told(billing: Billing) -> None:
    ref = billing.signed()
    billing.approve(ref)
    billing.deliver()
    billing.amend(ref, BETTER)
    opened = billing.open(ref)
    assert opened.row.state is ChargeState.AMENDED
    assert "no longer supports 99214" in opened.difference
    assert "now supports 99212" in opened.difference
    assert billing.charged(ref) == ["93000", "99214"]
    billing.do(approving.corrected, ref)
    assert billing.capture(ref).state is ChargeState.DONE


def test_an_amended_note_of_which_a_part_has_left_says_both(billing: Billing) -> None:
    ref = billing.signed()
    billing.approve(ref)
    billing.deliver(times=1)  # one charge of a patient leaves at a time
    assert len(billing.charged(ref)) == 1
    billing.amend(ref, BETTER)
    capture = billing.capture(ref)
    assert capture.state is ChargeState.AMENDED
    assert capture.trouble == f"{amending.LEFT} {amending.PARTLY}"
    billing.deliver()
    assert len(billing.charged(ref)) == 1


def test_an_amendment_that_changes_no_code_leaves_them_done(billing: Billing) -> None:
    ref = billing.signed()
    billing.approve(ref)
    billing.deliver()
    billing.amend(ref, PRESSURE | {"cc": "Here about the blood pressure."})
    capture = billing.capture(ref)
    assert (capture.state, capture.trouble) == (ChargeState.DONE, amending.SAME)


def test_charges_of_a_merged_patient_are_called_back(billing: Billing) -> None:
    ref = billing.signed(patient="Patient/p.104")
    billing.approve(ref)
    billing.sandbox.control.merge("Patient/p.104", "Patient/p.103")
    _fetch_chart(billing, ref)
    capture = billing.capture(ref)
    assert (capture.state, capture.trouble) == (ChargeState.READY, merges.RECHECK)
    billing.deliver()
    assert billing.charged(ref) == []


def _fetch_chart(billing: Billing, ref: str) -> None:
    """The chart job meets the merged patient, as it does for whoever writes."""
    actor = Actor.job(billing.practice.id, "charts")
    with reading(billing.container.engine) as session:
        retired = Patients(session, billing.practice.id).get(billing.capture(ref).patient_id)
    summary = billing.ehr.chart.summary(retired.ehr_ref, billing.container.clock().date())
    with working(billing.container, actor) as desk:
        chart_sync._keep(desk, desk.open(Patients).get(retired.id), summary)
