"""What becomes of approved codes later: claims beside them, retention, and what lies in the database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from db import reading
from db.charges import ChargeCaptures, ChargeState
from db.claims import Claim
from db.connections import Connections
from db.practices import Practice
from db.rollout import Rollout
from db.vault import Unreadable
from db.vocabulary import Role, Stage
from services import sweep
from services.actions import Target
from services.container import Container
from services.desk import Actor, working
from services.ehr.x12.claim import Claim as Billed
from services.workflows.charges import approving, checking, lookup
from services.workflows.charges.coding import Kind
from services.workflows.charges.keeping import coding_of
from services.workflows.charges.reading import OpenCharges, open_charges
from tests.services.workflows.charges.captures import signed_capture


@pytest.fixture
def biller(container: Container, practice: Practice, hire: Callable[..., Actor]) -> Actor:
    """Charges are switched on, and no road to eCW is open: they are typed in."""
    with working(container, Actor.job(practice.id, "tests")) as desk:
        desk.session.add(Rollout(practice_id=practice.id, workflow="charges", stage=Stage.ON))
    return hire(Role.BILLER)


def _by_hand(container: Container, biller: Actor, id: UUID) -> None:
    seen = open_charges(container, biller, id).row.target
    approving.entered_by_hand(container, biller, seen)


def _bill(
    container: Container, biller: Actor, id: UUID, change: Callable[[Billed], Billed]
) -> None:
    """A claim of the visit's day comes, with its codes as *change* makes them."""
    with working(container, biller) as desk:
        capture = desk.open(ChargeCaptures).get(id)
        day = capture.visit_at.astimezone(desk.options.zone).date()
        billed = change(checking._claim(coding_of(desk, capture), day))
        claim = Claim(
            practice_id=desk.practice_id, number_digest=b"1" * 32, key_id=desk.vault.new_key_id(),
            payer_id="", service_on=day, charge_cents=0, patient_id=capture.patient_id,
        )  # fmt: skip
        desk.vault.keep_new_keys()
        desk.vault.seal_into(claim, content=msgspec.json.encode(billed).decode())
        desk.session.add(claim)


def _opened(container: Container, biller: Actor, id: UUID) -> OpenCharges:
    return open_charges(container, biller, id)


def test_a_claim_that_bills_what_was_approved_is_called_so(
    container: Container, practice: Practice, biller: Actor
) -> None:
    id = signed_capture(container, practice)
    _by_hand(container, biller, id)
    assert _opened(container, biller, id).compared is None
    _bill(container, biller, id, lambda billed: billed)
    found = _opened(container, biller, id).compared
    assert found is not None
    assert (found.is_same, found.claims) == (True, 1)


def test_a_claim_that_bills_otherwise_is_named(
    container: Container, practice: Practice, biller: Actor
) -> None:
    id = signed_capture(container, practice)
    _by_hand(container, biller, id)

    def higher(billed: Billed) -> Billed:
        first = msgspec.structs.replace(billed.lines[0], procedure="99215")
        return msgspec.structs.replace(billed, lines=(first,))

    _bill(container, biller, id, higher)
    found = _opened(container, biller, id).compared
    assert found is not None
    assert found.not_billed == ("93000", "99214")
    assert found.not_approved == ("99215",)


def test_what_is_closed_is_shredded_and_what_waits_is_kept(
    container: Container, practice: Practice, biller: Actor, clock: Any
) -> None:
    closed = signed_capture(container, practice)
    waiting = signed_capture(container, practice, number=2)
    _by_hand(container, biller, closed)
    clock.wait(timedelta(days=container.settings.retention_days + 1))
    assert sweep.purge(container, practice)["charges"] == 1
    with pytest.raises(Unreadable):
        open_charges(container, biller, closed)
    assert open_charges(container, biller, waiting).codes.charged()


def test_no_word_and_no_code_lies_open_in_the_database(
    container: Container, practice: Practice, biller: Actor
) -> None:
    id = signed_capture(container, practice)
    _by_hand(container, biller, id)
    with reading(container.engine) as session:
        rows = [
            *session.connection().execute(text("select * from charge_capture")),
            *session.connection().execute(text("select * from audit_entry")),
        ]
    kept = str([[v for v in row if not isinstance(v, bytes | memoryview)] for row in rows])
    assert "charges.entered_by_hand" in kept
    for secret in ("99214", "I10", "Hypertension", "158/94", "Sample"):
        assert secret not in kept


def test_a_colleague_who_was_first_is_named(
    container: Container, practice: Practice, biller: Actor, hire: Callable[..., Actor]
) -> None:
    id = signed_capture(container, practice)
    seen = _opened(container, biller, id).row.target
    _by_hand(container, hire(Role.MANAGER), id)
    with pytest.raises(Exception, match="got here first"):
        approving.entered_by_hand(container, biller, seen)


def test_codes_that_changed_after_they_were_shown_are_not_approved(
    container: Container, practice: Practice, biller: Actor
) -> None:
    id = signed_capture(container, practice)
    with working(container, biller) as desk:
        desk.open(Connections).of("write_charges").able = True  # type: ignore[arg-type]
    seen = _opened(container, biller, id).row.target
    with pytest.raises(Exception, match="changed after you opened this"):
        approving.approve(container, biller, Target(seen.id, seen.version, "other"))
    with reading(container.engine) as session:
        assert ChargeCaptures(session, practice.id).get(id).state is ChargeState.READY


def test_codes_are_found_by_number_and_words() -> None:
    assert [o.code for o in lookup.search("99214")] == ["99214"]
    assert lookup.search("no such thing") == ()
    assert [o.code for o in lookup.search("blood drawn")] == ["36415"]
    assert lookup.search("J3301")[0].words.startswith("Injection, triamcinolone")
    found = lookup.search("pain right knee")
    assert ("M25.561", Kind.DIAGNOSIS) in [(o.code, o.kind) for o in found]
    assert lookup.search("E11")[0].code == "E11"
    assert lookup.search("ab") == ()
