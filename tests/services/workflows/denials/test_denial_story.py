"""A day at the denial desk, on both databases: decided in one click, sent once, and what payers answer."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from db.appeal_letters import AppealLetters, LetterState
from db.claim_events import EventKind
from db.claims import Claims, ClaimState
from db.deliveries import Deliveries, DeliveryState
from db.denials import Denial, DenialState
from db.vocabulary import Role
from pages.parts.denials.deeds import open_denial as open_denial_on_page
from pages.parts.denials.events import handle
from pages.parts.denials.sitting import Sitting
from services import deliverer
from services.actions import Target
from services.claims.passing import Why
from services.desk import Actor, working
from services.ehr.billing import AppealPacket
from services.errors import Invalid, NotAllowed, Stale
from services.workflows.denials.accepting import accept_path, decide_group, groups
from services.workflows.denials.deciding import Held, appeal, correct, to_patient, write_off
from services.workflows.denials.letters import edit_letter
from services.workflows.denials.listing import worklist
from services.workflows.denials.reading import letter_file
from services.workflows.denials.routing import reopen, take_back
from tests.services.workflows.denials.conftest import Desk

REFERRING = {"referring_npi": "1234567893", "referring_name": "Reed, Sample"}


def test_a_co16_with_its_remark_is_corrected_accepted_and_paid_to_the_cent(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("16", remarks=["MA130", "N286"], procedures=["71046"])
    opened = desk.open(biller, denial)
    assert opened.path == "correct"
    named = [field.path for field in opened.editable if field.named]
    assert named == ["referring_npi", "referring_name"]
    assert ("N286", "Missing/incomplete/invalid referring provider primary identifier.") in (
        opened.remarks
    )

    accept_path(desk.container, biller, opened.target, opened.path, REFERRING)
    assert desk.now(denial).state is DenialState.SENDING
    assert desk.ledger("x12_837") == []  # the undo window is open
    desk.deliver()
    assert desk.now(denial).state is DenialState.IN_WORK
    [sent] = desk.ledger("x12_837")
    assert sent["values"]["claim_ids"] == [opened.billed.number]
    desk.answered()

    ended, claim = desk.now(denial), desk.billing.claim(opened.billed.number)
    truth = next(c for c in desk.billing.truth()["claims"] if c["claim_id"] == opened.billed.number)
    assert truth["frequency"] == "7"
    assert (ended.state, claim.state) == (DenialState.RECOVERED, ClaimState.PAID)
    assert claim.paid_cents == truth["paid"] > 0
    assert ended.recovered_cents == min(truth["paid"], ended.denied_cents)
    kinds = [step.kind for step in desk.steps(denial)]
    assert {EventKind.DENIED, EventKind.CORRECTED, EventKind.REVERSED, EventKind.PAID} <= set(kinds)


def test_a_correction_that_a_rule_holds_or_that_changes_nothing_does_not_leave(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("16", remarks=["N286"], procedures=["71046"])
    opened = desk.open(biller, denial)
    with pytest.raises(Invalid, match="Nothing is different"):
        correct(desk.container, biller, opened.target, {"member_id": opened.billed.member_id})
    with pytest.raises(Invalid, match="check digit"):
        correct(desk.container, biller, opened.target, {"rendering_npi": "1234567890"})
    with pytest.raises(Invalid, match="a rule holds it"):
        correct(desk.container, biller, opened.target, {"line1_pointers": "4"})
    assert desk.deliveries(denial) == []
    assert desk.now(denial).version == denial.version


def test_a_correction_that_a_rule_holds_leaves_for_a_reason_and_the_timeline_tells_it(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("16", remarks=["N286"], procedures=["71046"])
    opened, wrong = desk.open(biller, denial), {"line1_modifiers": "26 TC"}
    with pytest.raises(Held) as held:
        correct(desk.container, biller, opened.target, wrong)
    assert held.value.rules
    for why in ("", "because"):
        with pytest.raises(Invalid, match="say why it may pass"):
            correct(desk.container, biller, opened.target, wrong,
                    let_pass=held.value.rules, why=why)  # fmt: skip
    with pytest.raises(Held):  # another rule than those that were shown
        correct(desk.container, biller, opened.target, wrong, let_pass=("x",), why=Why.CHART)
    assert desk.deliveries(denial) == []

    correct(desk.container, biller, opened.target, wrong,
            let_pass=held.value.rules, why=Why.CHART)  # fmt: skip
    assert [d.kind for d in desk.deliveries(denial)] == ["corrected_claim"]
    [step] = [s for s in desk.steps(denial) if s.kind is EventKind.OVERRULED]
    assert step.code == f"{held.value.rules[0]}, the chart documents it"
    assert step.staff_id == biller.staff_id


def test_the_page_offers_to_let_it_pass_and_keeps_what_was_typed(desk: Desk, biller: Actor) -> None:
    [denial] = desk.denied("16", remarks=["N286"], procedures=["71046"])
    sitting = Sitting(biller.staff_id)
    open_denial_on_page(desk.container, biller, sitting, denial.id)
    assert sitting.denial is not None
    event: dict[str, Any] = {
        "n": 1, "kind": "accept", "path": "correct", "claim": sitting.denial.claim_hash,
        "changes": {"line1_modifiers": "26 TC"}, "letter": "",
        "target": {"id": str(denial.id), "version": sitting.denial.row.version},
    }  # fmt: skip
    handle(desk.container, biller, sitting, "denial_review", event)
    assert sitting.problem is not None
    assert sitting.problem.rules
    assert sitting.problem.whys == tuple(Why)
    more = {"n": 2, "passed": list(sitting.problem.rules), "why": str(Why.PAYER)}
    handle(desk.container, biller, sitting, "denial_review", event | more)
    assert sitting.problem is None
    assert desk.now(denial).decision == "correct"


def test_a_co29_is_appealed_with_its_proof_and_the_approved_letter_arrives_byte_for_byte(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("29", remark="N211", appeal="won")
    opened = desk.open(biller, denial)
    letter = opened.letter.letter
    assert (opened.path, letter.template, letter.needed) == ("appeal", "timely", ())
    assert all(sentence.sources for sentence in letter.sentences)
    proof = next(s for s in letter.sentences if "277CA" in s.text)
    assert any("277CA of" in source.label for source in proof.sources)
    pdf = letter_file(desk.container, biller, denial.id)
    assert pdf.startswith(b"%PDF-")

    accept_path(desk.container, biller, opened.target, opened.path, letter.digest)
    desk.deliver()
    [sent] = desk.ledger("appeal")
    assert sent["values"]["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert letter_file(desk.container, biller, denial.id) == pdf
    claim = desk.billing.claim(opened.billed.number)
    assert (desk.now(denial).state, claim.state) == (DenialState.IN_WORK, ClaimState.APPEALED)

    desk.answered()
    assert desk.now(denial).state is DenialState.RECOVERED
    [kept] = desk.billing.all(AppealLetters)
    assert kept.state is LetterState.WON
    assert EventKind.OVERTURNED in {step.kind for step in desk.steps(denial)}


def test_a_payer_that_answers_before_we_have_read_back_has_the_last_word(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("29", remark="N211", appeal="won")
    opened = desk.open(biller, denial)
    accept_path(desk.container, biller, opened.target, opened.path, opened.letter.letter.digest)
    desk.deliver(times=1)  # the clearinghouse has taken it; nobody has looked there yet
    assert desk.now(denial).state is DenialState.SENDING
    desk.answered()
    won = desk.billing.claim(opened.billed.number)
    assert desk.now(denial).state is DenialState.RECOVERED

    desk.deliver(times=1)
    claim = desk.billing.claim(opened.billed.number)
    assert (desk.now(denial).state, claim.state) == (DenialState.RECOVERED, won.state)
    [kept] = desk.billing.all(AppealLetters)
    assert kept.state is LetterState.WON
    assert EventKind.APPEALED in {step.kind for step in desk.steps(denial)}


def test_a_late_claim_without_proof_is_not_appealed_until_somebody_stands_for_it(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("29", remark="N211", day="2020-01-02")
    opened = desk.open(biller, denial)
    assert [one.required for one in opened.letter.letter.needed] == [True, True]
    needed = [one.text for one in opened.letter.letter.needed]
    assert any("Proof that the payer received" in one for one in needed)
    with pytest.raises(Invalid, match="needed from you"):
        appeal(desk.container, biller, opened.target)
    assert desk.deliveries(denial) == []

    words = f"{opened.letter.letter.text}\nThe fax of January 3 is enclosed as proof."
    edit_letter(desk.container, biller, opened.target, words, opened.letter.letter.digest)
    again = desk.open(biller, denial)
    assert again.letter.edited_by == "Sample biller"
    assert again.letter.letter.sentences[-1].by == "Sample biller"
    assert again.letter.letter.sentences[0] == opened.letter.letter.sentences[0]
    assert ("+", "The fax of January 3 is enclosed as proof.") in again.letter.changes
    appeal(desk.container, biller, again.target, again.letter.letter.digest)
    assert len(desk.deliveries(denial)) == 1


def test_an_appeal_that_is_lost_comes_back_and_a_second_letter_can_be_written(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("50", remark="N115", appeal="lost")
    appeal(desk.container, biller, desk.target(denial))
    desk.deliver()
    desk.answered()
    back = desk.now(denial)
    assert (back.state, back.trouble) == (DenialState.OPEN, "The payer has upheld its denial.")
    assert [claim.state for claim in desk.billing.all(Claims)] == [ClaimState.DENIED]
    assert EventKind.UPHELD in {step.kind for step in desk.steps(denial)}

    appeal(desk.container, biller, desk.target(denial))
    letters = {letter.state for letter in desk.billing.all(AppealLetters)}
    assert letters == {LetterState.LOST, LetterState.SENDING}


def test_a_corrected_claim_that_is_rejected_comes_back(desk: Desk, biller: Actor) -> None:
    [denial] = desk.denied("16", remarks=["N382"])
    correct(desk.container, biller, desk.target(denial), {"member_id": "NOBODY1"})
    desk.deliver()
    desk.answered()
    back = desk.now(denial)
    assert (back.state, "rejected" in back.trouble) == (DenialState.OPEN, True)


def test_twelve_co197_are_decided_at_once_and_each_letter_names_its_own_claim(
    desk: Desk, biller: Actor
) -> None:
    desk.denied("197", remark="M62", payer="SHH01", procedures=["76700"], count=12)
    desk.denied("197", remark="M62", payer="SBP01", procedures=["76700"])
    rows = worklist(desk.container, biller).rows
    group = next(row for row in rows if len(row.targets) == 12)
    assert sum(len(row.targets) for row in rows) == 13
    assert group.group_cents == 12 * group.denied_cents

    result = decide_group(desk.container, biller, group.targets, group.path)
    assert (len(result.done), result.skipped) == (12, {})
    again = decide_group(desk.container, biller, group.targets, group.path)
    assert (len(again.done), sum(again.skipped.values())) == (0, 12)
    desk.deliver(times=12)
    sent = desk.ledger("appeal")
    assert len(sent) == 12
    assert len({tuple(line["values"]["claim_ids"]) for line in sent}) == 12


def test_corrections_are_never_made_in_one_go_for_a_group(
    desk: Desk, biller: Actor, manager: Actor
) -> None:
    desk.denied("16", remarks=["N382"], payer="SBP01", count=2)
    [group] = worklist(desk.container, biller).rows
    assert (len(group.targets), groups(biller, group.path)) == (2, False)
    with pytest.raises(Invalid, match="one by one"):
        decide_group(desk.container, biller, group.targets, group.path)
    # The negative control, and the permission: what a manager may do for all, a biller may not.
    assert (groups(manager, "write_off"), groups(biller, "write_off")) == (True, False)


def test_one_of_a_group_that_changed_meanwhile_is_skipped_with_its_reason(
    desk: Desk, biller: Actor, manager: Actor
) -> None:
    desk.denied("197", remark="M62", payer="SHH01", procedures=["76700"], count=3)
    [group] = worklist(desk.container, biller).rows
    write_off(desk.container, manager, group.targets[1])
    result = decide_group(desk.container, biller, group.targets, group.path)
    assert len(result.done) == 2
    [(reason, count)] = result.skipped.items()
    assert (count, "got here first" in reason) == (1, True)


def test_writing_off_takes_its_own_permission(desk: Desk, biller: Actor, manager: Actor) -> None:
    [denial] = desk.denied("50", remark="N115")
    with pytest.raises(NotAllowed):
        write_off(desk.container, biller, desk.target(denial))
    with pytest.raises(NotAllowed):
        accept_path(desk.container, biller, desk.target(denial), "write_off")
    assert desk.now(denial).state is DenialState.OPEN
    write_off(desk.container, manager, desk.target(denial))
    [claim] = desk.billing.all(Claims)
    assert (desk.now(denial).state, claim.state) == (
        DenialState.WRITTEN_OFF, ClaimState.WRITTEN_OFF,
    )  # fmt: skip
    reopen(desk.container, manager, desk.target(denial))
    [claim] = desk.billing.all(Claims)
    assert (desk.now(denial).state, claim.state) == (DenialState.OPEN, ClaimState.DENIED)


def test_what_the_practice_bears_never_becomes_the_patients(desk: Desk, biller: Actor) -> None:
    [ours] = desk.denied("197", group="CO")
    [theirs] = desk.denied("96", group="PR", remark="N130")
    with pytest.raises(Invalid, match="may not be billed"):
        to_patient(desk.container, biller, desk.target(ours))
    to_patient(desk.container, biller, desk.target(theirs))
    states = {claim.id: claim.state for claim in desk.billing.all(Claims)}
    assert states[theirs.claim_id] is ClaimState.PATIENT
    assert states[ours.claim_id] is ClaimState.DENIED


def test_of_two_people_at_once_the_second_is_told_who_was_first(
    desk: Desk, biller: Actor, hire: Callable[..., Actor]
) -> None:
    other = hire(Role.BILLER, "Second biller")
    [denial] = desk.denied("50", remark="N115")
    seen = desk.target(denial)
    appeal(desk.container, biller, seen)
    with pytest.raises(Stale, match="Sample biller got here first"):
        appeal(desk.container, other, seen)
    assert len(desk.deliveries(denial)) == 1


def test_what_is_taken_back_in_time_never_leaves(desk: Desk, biller: Actor) -> None:
    [denial] = desk.denied("50", remark="N115")
    appeal(desk.container, biller, desk.target(denial))
    take_back(desk.container, biller, desk.target(denial))
    desk.deliver(times=3)
    assert desk.ledger("appeal") == []
    assert desk.now(denial).state is DenialState.OPEN
    # The negative control: without taking it back it leaves, and then it is too late.
    appeal(desk.container, biller, desk.target(denial))
    desk.deliver()
    assert len(desk.ledger("appeal")) == 1
    with pytest.raises(Invalid, match="left already"):
        take_back(desk.container, biller, desk.target(denial))


def test_a_new_answer_of_the_payer_must_be_read_before_anything_leaves(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("50", remark="N115")
    old = desk.target(denial)
    with pytest.raises(Stale, match="The payer's answer changed"):
        appeal(desk.container, biller, Target(old.id, old.version, "another answer"))
    with pytest.raises(Stale, match="another than the one you read"):
        appeal(desk.container, biller, old, "digest of another letter")


def test_a_lost_answer_is_tried_under_the_same_key_read_back_and_nothing_arrives_twice(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("50", remark="N115")
    appeal(desk.container, biller, desk.target(denial))
    desk.sandbox.control.fault("clearinghouse.attach", "lost_response", times=1)
    desk.deliver(times=1)
    [delivery] = desk.deliveries(denial)
    assert (delivery.state, delivery.attempts) == (DeliveryState.HELD, 1)
    desk.deliver(times=2, after=timedelta(minutes=2))
    [delivery] = desk.deliveries(denial)
    assert (delivery.state, delivery.attempts) == (DeliveryState.VERIFIED, 2)
    assert len(desk.ledger("appeal")) == 1


class Killed(BaseException):
    """The process ends here: nothing of ours catches this, as nothing catches a kill."""


@dataclass(frozen=True)
class Mortal:
    """The clearinghouse, for a process that dies before or after its letter has left."""

    clearing: Any
    before: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.clearing, name)

    def attach(self, packet: AppealPacket) -> None:
        if not self.before:
            self.clearing.attach(packet)
        raise Killed


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_process_killed_while_it_sends_leaves_a_letter_that_arrives_once(
    desk: Desk, biller: Actor, before: bool
) -> None:
    [denial] = desk.denied("50", remark="N115")
    appeal(desk.container, biller, desk.target(denial))
    desk.clock.wait(timedelta(seconds=20))
    mortal = replace(desk.ehr, clearing=Mortal(desk.ehr.clearing, before))
    with pytest.raises(Killed):
        deliverer.deliver(desk.carrier(mortal))
    assert desk.deliveries(denial)[0].state is DeliveryState.SENDING
    assert len(desk.ledger("appeal")) == (0 if before else 1)
    desk.deliver(times=1)
    assert len(desk.ledger("appeal")) == (0 if before else 1)  # the dead one's lease still holds

    desk.deliver(times=3, after=timedelta(minutes=4))
    assert desk.deliveries(denial)[0].state is DeliveryState.VERIFIED
    assert len(desk.ledger("appeal")) == 1
    # The negative control: whoever sends again under another key is seen twice.
    packet = json.loads(_payload(desk, denial)) | {"delivery_id": "another-key"}
    desk.ehr.clearing.attach(AppealPacket(**packet))
    assert len(desk.ledger("appeal")) == 2


def _payload(desk: Desk, denial: Denial) -> str:
    with working(desk.container, desk.billing.actor) as opened:
        [delivery] = opened.open(Deliveries).of_claim(denial.claim_id)
        return opened.vault.read(delivery, "payload").text
