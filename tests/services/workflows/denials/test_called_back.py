"""A payer answers while our correction or appeal is still here: it is called back, and never sent."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from db.appeal_letters import AppealLetters, LetterState
from db.claim_events import EventKind
from db.deliveries import Deliveries, DeliveryState
from db.denials import Denial, DenialState
from services import deliverer
from services.claims import recalling
from services.desk import Actor, working
from services.errors import Invalid
from services.workflows.denials.accepting import accept_path
from services.workflows.denials.deciding import correct
from services.workflows.denials.routing import take_back
from tests.services.workflows.denials.conftest import Desk
from tests.x12_files import interchange, payment

REFERRING = {"referring_npi": "1234567893", "referring_name": "Reed, Sample"}
PAYS, DENIES, TAKES_BACK = "pays", "denies", "takes back"


def held(desk: Desk, biller: Actor) -> Denial:
    """A denial whose correction is approved and waits out the undo window."""
    [denial] = desk.denied("16", remarks=["N286"], procedures=["71046"])
    accept_path(desk.container, biller, desk.open(biller, denial).target, "correct", REFERRING)
    assert desk.now(denial).state is DenialState.SENDING
    return denial


def answers(desk: Desk, biller: Actor, denial: Denial, words: Sequence[str]) -> None:
    """The same payer says this of the claim in one remittance, and it is posted."""
    opened = desk.open(biller, denial)
    charge = opened.charge_cents // 100
    said = {PAYS: (1, charge, charge, ""), DENIES: (4, charge, 0, f"CAS*CO*197*{charge}"),
            TAKES_BACK: (22, -charge, 0, f"CAS*CO*16*{-charge}")}  # fmt: skip
    segments, total = list[str](), 0
    for status, charged, paid, reason in (said[word] for word in words):
        number = opened.billed.number
        segments += [f"CLP*{number}*{status}*{charged}*{paid}**12*P1*11*1",
                     "NM1*QC*1*BENNETT*RUTH****MI*M1", *([reason] if reason else [])]  # fmt: skip
        total += paid
    body = [s.replace("12345", denial.payer_id) if s.startswith(("N1*PR", "REF*2U")) else s
            for s in payment(str(total), *segments)]  # fmt: skip
    day = f"{desk.container.clock():%Y%m%d}"
    desk.billing.drop(interchange("835", [s.replace("20260305", day) for s in body], control=99))
    assert desk.billing.post() == {"posted": 1}


@pytest.mark.parametrize(
    ("words", "ends"),
    [((PAYS,), DenialState.RECOVERED), ((DENIES,), DenialState.OPEN),
     ((TAKES_BACK,), DenialState.OPEN), ((TAKES_BACK, PAYS), DenialState.RECOVERED)],
)  # fmt: skip
def test_a_correction_that_has_not_left_is_called_back_when_the_payer_answers(
    desk: Desk, biller: Actor, words: Sequence[str], ends: DenialState
) -> None:
    denial = held(desk, biller)
    answers(desk, biller, denial, words)
    after = desk.now(denial)
    assert (after.state, after.delivery_id) == (ends, None)
    assert ("called back" in after.trouble) is (ends is DenialState.OPEN)
    assert [d.state for d in desk.deliveries(denial)] == [DeliveryState.CANCELLED]
    assert EventKind.TAKEN_BACK in {step.kind for step in desk.steps(denial)}
    desk.deliver()
    assert desk.ledger("x12_837") == []
    with pytest.raises(Invalid):
        take_back(desk.container, biller, desk.target(denial))  # there is nothing to take back


def test_without_calling_it_back_a_correction_of_a_paid_claim_would_leave(
    desk: Desk, biller: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalling, "recall", lambda desk, denial: False)
    denial = held(desk, biller)
    answers(desk, biller, denial, (PAYS,))
    assert desk.now(denial).state is DenialState.RECOVERED
    desk.deliver()
    assert len(desk.ledger("x12_837")) == 1


def test_one_that_a_worker_has_picked_up_but_not_begun_to_send_stays_here_too(
    desk: Desk, biller: Actor
) -> None:
    denial = held(desk, biller)
    desk.clock.wait(timedelta(seconds=20))
    carrier = desk.carrier(desk.ehr)
    [picked] = deliverer._claim(carrier)
    answers(desk, biller, denial, (PAYS,))
    assert deliverer._send_one(carrier, picked) == "left"
    assert desk.ledger("x12_837") == []


def test_one_that_has_left_is_not_called_back_and_the_payers_answer_stands(
    desk: Desk, biller: Actor
) -> None:
    denial = held(desk, biller)
    desk.deliver(times=1)
    answers(desk, biller, denial, (PAYS,))
    [sent] = desk.deliveries(denial)
    assert sent.state is not DeliveryState.CANCELLED
    assert desk.now(denial).state is DenialState.RECOVERED
    assert len(desk.ledger("x12_837")) == 1


def test_after_a_new_denial_the_next_correction_leaves_alone(desk: Desk, biller: Actor) -> None:
    denial = held(desk, biller)
    answers(desk, biller, denial, (DENIES,))
    correct(desk.container, biller, desk.target(denial), REFERRING)
    desk.deliver()
    assert len(desk.ledger("x12_837")) == 1
    states = sorted(d.state for d in desk.deliveries(denial))
    assert states == [DeliveryState.CANCELLED, DeliveryState.VERIFIED]


def test_a_letter_that_never_left_is_a_draft_again_and_was_not_won(
    desk: Desk, biller: Actor
) -> None:
    [denial] = desk.denied("29", remark="N211", appeal="won")
    opened = desk.open(biller, denial)
    accept_path(desk.container, biller, opened.target, "appeal", opened.letter.letter.digest)
    answers(desk, biller, denial, (PAYS,))
    [letter] = desk.billing.all(AppealLetters)
    assert (letter.state, letter.delivery_id) == (LetterState.DRAFT, None)
    desk.deliver()
    assert desk.ledger("appeal") == []
    with working(desk.container, desk.billing.actor) as inside:
        assert inside.open(Deliveries).counts() == {"cancelled": 1}
