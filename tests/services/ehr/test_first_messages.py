"""The practice writes first: once, read back by our own identifier, or refused in plain words."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.ehr.ports import Ehr, NewMessage
from services.errors import InDoubt, NeedsAuthorization, Refused
from services.sandbox import Running


def reminder(text: str = "See you on Tuesday.", **more: str) -> NewMessage:
    fields = {"patient_ref": "Patient/p.103", "subject": "Your visit", "delivery_id": "d-1"} | more
    return NewMessage(text=text, **fields)


def test_a_message_is_sent_and_read_back(sandbox: Running, ehr: Ehr) -> None:
    sent = ehr.mailbox.send(reminder())
    assert ehr.mailbox.find_sent(reminder()) == sent
    [line] = sandbox.control.ledger()
    assert (line["kind"], line["text"], line["client_ref"]) == (
        "message",
        "See you on Tuesday.",
        "d-1",
    )


def test_what_never_left_is_not_found(ehr: Ehr) -> None:
    ehr.mailbox.send(reminder())
    assert ehr.mailbox.find_sent(reminder(delivery_id="d-2")) is None


def test_another_text_under_our_identifier_is_for_a_person(ehr: Ehr) -> None:
    ehr.mailbox.send(reminder())
    with pytest.raises(Refused, match="not as it was approved"):
        ehr.mailbox.find_sent(reminder("See you on Wednesday."))


def test_a_lost_answer_is_doubt_and_found_by_reading_back(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.fault("healow.message", "lost_response", times=1)
    with pytest.raises(InDoubt):
        ehr.mailbox.send(reminder())
    assert ehr.mailbox.find_sent(reminder())
    assert len(sandbox.control.ledger()) == 1


def test_with_a_key_sending_again_writes_once(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    ehr = connected(idempotent_replies=True, deadline=timedelta(seconds=5))
    assert ehr.mailbox.send(reminder()) == ehr.mailbox.send(reminder())
    assert len(sandbox.control.ledger()) == 1


def test_a_patient_healow_does_not_know_is_refused(ehr: Ehr) -> None:
    with pytest.raises(Refused):
        ehr.mailbox.send(reminder(patient_ref="Patient/p.999"))


@pytest.mark.parametrize(("field", "words"), [("text", "a 🩺"), ("subject", "x" * 121)])
def test_what_healow_would_refuse_is_refused_before_it_leaves(
    sandbox: Running, ehr: Ehr, field: str, words: str
) -> None:
    with pytest.raises(Refused):
        ehr.mailbox.send(reminder(**{field: words}))
    assert sandbox.control.calls("healow.message") == []


def test_a_practice_without_the_channel_is_told(connected: Callable[..., Ehr]) -> None:
    ehr = connected(healow_base=None)
    with pytest.raises(NeedsAuthorization):
        ehr.mailbox.send(reminder())
    with pytest.raises(NeedsAuthorization):
        ehr.mailbox.find_sent(reminder())
