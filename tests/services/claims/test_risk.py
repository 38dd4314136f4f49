"""A practice's own answers teach which claims are denied; too few, or another's, teach nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace as replace_row

from db.claims import ClaimState
from services.claims.billed import content_of
from services.claims.risk import learning
from services.claims.risk.learning import ENOUGH, NO_BETTER, NOT_ENOUGH, Case, learn
from services.claims.risk.model import model_of
from services.desk import working
from services.ehr.x12.claim_writer import corrected, write_claims
from services.ehr.x12.writing import Submission
from tests.services.claims.conftest import Billing

JANUARY = date(2026, 1, 5)
SUBMISSION = Submission("SENDER", "RECEIVER", 77, datetime(2026, 3, 1, 8, tzinfo=UTC), "Sample")


def answer(number: int, *, denied: bool, words: tuple[str, ...]) -> Case:
    return Case(JANUARY + timedelta(number // 4), denied, words)


def imaging(number: int) -> Case:
    """Every fifth is imaging without authorization and denied; one in forty for no reason."""
    asked = number % 5 == 0
    words = ("payer:A", "code:73721+payer:A+unauthorized") if asked else ("payer:A", "code:99213")
    return answer(number, denied=asked or number % 40 == 1, words=words)


def test_a_correction_does_not_tell_what_was_denied(billing: Billing) -> None:
    billing.skip_the_past()
    told = billing.script(outcome={"group": "CO", "carc": "97"}, procedures=["99213"])
    billing.fetch()
    billing.post()
    claim = billing.claim(told["claim_id"])
    assert claim.state is ClaimState.DENIED
    with working(billing.container, billing.actor) as desk:
        billed = content_of(desk, claim)
        assert billed is not None
        first = desk.vault.read(claim, "traits").text
    mended = replace_row(
        corrected(billed, told["payer_claim_id"]),
        lines=tuple(replace_row(line, modifiers=("25",)) for line in billed.lines),
    )
    billing.drop(write_claims([mended], SUBMISSION))
    assert billing.post()["posted"] == 1
    claim = billing.claim(told["claim_id"])
    assert claim.attempt == 2
    with working(billing.container, billing.actor) as desk:
        assert content_of(desk, claim) != billed
        assert desk.vault.read(claim, "traits").text == first
    assert "filed:" in first


def test_a_short_history_is_not_enough() -> None:
    short = learn([imaging(n) for n in range(ENOUGH - 1)])
    assert (short.model, short.why_not) == (None, NOT_ENOUGH)
    enough = learn([imaging(n) for n in range(ENOUGH)])
    assert (enough.model is None, enough.why_not) == (False, "")


def test_many_claims_of_which_few_were_denied_are_not_enough() -> None:
    few = [
        answer(n, denied=n % 50 == 0, words=("payer:A", f"lines:{n % 3}"))
        for n in range(4 * ENOUGH)
    ]
    assert sum(case.denied for case in few) < learning.ENOUGH_DENIED
    assert learn(few).why_not == NOT_ENOUGH


def test_denials_without_a_cause_are_predicted_no_better_than_the_average() -> None:
    blind = [
        answer(n, denied=n * 7919 % 101 < 20, words=("payer:A", f"lines:{n % 3}"))
        for n in range(2 * ENOUGH)
    ]
    assert learn(blind).why_not == NO_BETTER


def test_the_same_history_makes_the_same_model() -> None:
    history = [imaging(n) for n in range(2 * ENOUGH)]
    first, again = learn(history), learn(history[::-1])
    assert first == again
    assert first.model is not None
    assert model_of(first.model.written()) == first.model


def test_newer_answers_do_not_teach() -> None:
    """What changed in the newest quarter is what it is measured on, so it cannot have been learned."""
    history = [imaging(n) for n in range(2 * ENOUGH)]
    cut = JANUARY + timedelta(ENOUGH * 3 // 8)
    turned = [replace(c, denied=not c.denied) if c.answered > cut else c for c in history]
    learned, other = learn(history), learn(turned)
    assert learned.model == other.model
    assert (learned.why_not, other.why_not) == ("", NO_BETTER)


def test_chances_are_what_happens() -> None:
    """Half of one kind and a twentieth of the other are denied: that is what it says of them."""
    history = [
        answer(n, denied=n * 7919 % 100 < (50 if n % 4 == 0 else 5), words=_kind(n))
        for n in range(4 * ENOUGH)
    ]
    model = learn(history).model
    assert model is not None
    assert model.chance(_kind(0)) == pytest.approx(_rate(history, _kind(0)), abs=0.06)
    assert model.chance(_kind(1)) == pytest.approx(_rate(history, _kind(1)), abs=0.03)


def _kind(number: int) -> tuple[str, ...]:
    return ("payer:A", "family:imaging") if number % 4 == 0 else ("payer:A", "family:visit")


def _rate(history: list[Case], words: tuple[str, ...]) -> float:
    same = [case.denied for case in history if case.words == words]
    return sum(same) / len(same)
