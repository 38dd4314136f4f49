"""What each workflow's limits measure, against examples counted by hand, at every place and at one."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db import reading, writing
from db.charges import ChargeCapture
from db.claim_events import ClaimEvent, EventKind
from db.claims import Claim
from db.deliveries import Delivery, DeliveryState
from db.denials import Denial
from db.guardrail_counts import ITEMS, WAITS, GuardrailCounts
from db.intake import IntakeForm
from db.intake_fields import Decision, IntakeField
from db.visit_notes import VisitNote
from db.visit_summaries import VisitSummary
from services import switches
from services.desk import working
from services.rollout import measures
from tests.services.conftest import MONDAY
from tests.services.rollout.conftest import EAST, WEST

HOUR = timedelta(hours=1)
WEEK_AGO = MONDAY - timedelta(days=7)


@pytest.fixture
def keep(container, practice):
    """Store rows of this practice."""

    def keep(model, /, **fields):
        row = model(practice_id=practice.id, **fields)
        with writing(container.engine) as session:
            session.add(row)
        return row.id

    return keep


def counts(container, practice, ask, place=""):
    with reading(container.engine) as session:
        return ask(GuardrailCounts(session, practice.id, place))


def visit(location, approved=None, **more):
    """What rows about a visit have in common."""
    return {
        "encounter_ref": uuid4().hex, "patient_id": uuid4(), "key_id": uuid4(),
        "visit_at": MONDAY - 30 * HOUR, "location": location, "approved_at": approved,
    } | more  # fmt: skip


def test_summaries_that_were_rewritten_and_how_long_they_waited(container, practice, keep):
    signed = {"note_id": uuid4(), "signed_at": MONDAY - 6 * HOUR}
    keep(VisitSummary, **visit(EAST, MONDAY - HOUR, is_edited=True), **signed)
    keep(VisitSummary, **visit(WEST, MONDAY - 2 * HOUR), **signed)
    keep(VisitSummary, **visit(WEST), **signed)  # nobody has approved it
    assert counts(container, practice, lambda c: c.rewritten_summaries(WEEK_AGO)) == (1, 2)
    assert counts(container, practice, lambda c: c.rewritten_summaries(WEEK_AGO), WEST) == (0, 1)
    assert counts(container, practice, lambda c: c.turnarounds("summaries", WEEK_AGO), WEST) == [4]
    assert counts(container, practice, lambda c: c.rewritten_summaries(MONDAY)) == (0, 0)


def test_charges_of_which_a_person_changed_a_code(container, practice, admin, keep):
    signed = {"signed_at": MONDAY - 8 * HOUR}
    ids = [keep(ChargeCapture, **visit(EAST, MONDAY, **signed)) for _ in range(3)]
    other = keep(ChargeCapture, **visit(WEST, MONDAY, **signed))
    with working(container, admin) as desk:
        desk.record("charges.change", f"charge_capture/{ids[0]}")
        desk.record("charges.add", f"charge_capture/{ids[0]}")
        desk.record("charges.opened", f"charge_capture/{other}")
    assert counts(container, practice, lambda c: c.reworked_charges(WEEK_AGO)) == (1, 4)
    assert counts(container, practice, lambda c: c.reworked_charges(WEEK_AGO), WEST) == (0, 1)
    assert counts(container, practice, lambda c: c.turnarounds("charges", WEEK_AGO), WEST) == [8]


def claim(location):
    return {
        "number_digest": uuid4().bytes, "key_id": uuid4(), "payer_id": "P", "location": location,
        "service_on": MONDAY.date(), "charge_cents": 100,
    }  # fmt: skip


def test_claims_that_were_turned_away(container, practice, keep):
    east, west = keep(Claim, **claim(EAST)), keep(Claim, **claim(WEST))
    for id, kind in ((east, EventKind.REJECTED), (east, EventKind.ACCEPTED),
                     (west, EventKind.ACCEPTED), (west, EventKind.PAID)):  # fmt: skip
        keep(ClaimEvent, claim_id=id, kind=kind, at=MONDAY)
    assert counts(container, practice, lambda c: c.rejected_claims(WEEK_AGO)) == (1, 2)
    assert counts(container, practice, lambda c: c.rejected_claims(WEEK_AGO), WEST) == (0, 1)


def test_denials_for_which_another_path_was_taken(container, practice, keep):
    def denial(path, decision, location=EAST):
        keep(Denial, claim_id=uuid4(), payment_id=uuid4(), payer_id="P", carc="16", path=path,
             group_code="CO", denied_cents=1, denied_on=MONDAY.date(), location=location,
             created_at=MONDAY - 5 * HOUR, decided_at=MONDAY, decision=decision)  # fmt: skip

    denial("appeal", "appeal")
    denial("intake", "ask_intake")
    denial("appeal", "write_off")
    denial("correct", "fixed_in_ecw")  # by hand: nobody knows which path that was
    denial("appeal", "patient", WEST)
    assert counts(container, practice, lambda c: c.other_paths(WEEK_AGO)) == (2, 4)
    assert counts(container, practice, lambda c: c.other_paths(WEEK_AGO), WEST) == (1, 1)
    assert counts(container, practice, lambda c: c.turnarounds("denials", WEEK_AGO), WEST) == [5]


def test_fields_and_forms_of_one_place(container, practice, keep):
    for location, decision in ((EAST, Decision.REJECTED), (WEST, Decision.ACCEPTED)):
        form = keep(IntakeForm, source="check_in", source_ref=uuid4().hex, key_id=uuid4(),
                    authored_at=MONDAY, location=location, created_at=MONDAY - 3 * HOUR,
                    committed_at=MONDAY)  # fmt: skip
        keep(IntakeField, form_id=form, key_id=uuid4(), path="p", position=1, verdict="differs",
             decision=decision, decided_at=MONDAY)  # fmt: skip
    assert counts(container, practice, lambda c: c.rejections(WEEK_AGO)) == (1, 2)
    assert counts(container, practice, lambda c: c.rejections(WEEK_AGO), WEST) == (0, 1)
    assert counts(container, practice, lambda c: c.turnarounds("intake", WEEK_AGO), WEST) == [3]


def test_writes_that_were_refused_belong_to_the_place_of_their_item(
    container, practice, nurse, keep
):
    for location, state in ((EAST, DeliveryState.REFUSED), (WEST, DeliveryState.VERIFIED)):
        note = keep(VisitNote, **visit(location, MONDAY))
        keep(Delivery, kind="note", workflow="notes", note_id=note, key_id=uuid4(),
             patient_ref="p", state=state, approved_by=nurse.staff_id, not_before=MONDAY,
             settled_at=MONDAY)  # fmt: skip
    assert counts(container, practice, lambda c: c.refused("notes", WEEK_AGO)) == (1, 2)
    assert counts(container, practice, lambda c: c.refused("notes", WEEK_AGO), EAST) == (1, 1)
    assert counts(container, practice, lambda c: c.untouched_notes(WEEK_AGO), WEST) == (1, 1)
    assert counts(container, practice, lambda c: c.turnarounds("notes", WEEK_AGO), WEST) == [30]


def test_every_workflow_knows_where_its_deliveries_belong_and_every_turnaround_its_clock():
    assert set(ITEMS) == set(switches.WORKFLOWS)
    timed = {key for key in ITEMS for m in measures.of(key) if m.key == "turnaround"}
    assert timed <= set(WAITS)
