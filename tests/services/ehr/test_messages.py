"""What patients write arrives whole, once, and marked where it is odd; replies go back once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.ehr import changes
from services.ehr.healow_items import read_item, read_moment
from services.ehr.ports import Author, Ehr, IncomingMessage, PortalReply, Quarantined
from services.errors import InDoubt, NeedsAuthorization, Refused, Unreachable
from services.sandbox import Running

NEW_YORK = ZoneInfo("America/New_York")


def reply_to(
    message: dict[str, Any], text: str = "Yes, it is ready.", id: str = "d-1"
) -> PortalReply:
    return PortalReply(message["thread"]["id"], message["patient"]["reference"], text, id)


def test_a_new_message_arrives_with_everything_staff_need(sandbox: Running, ehr: Ehr) -> None:
    photo = {"id": "a-1", "name": "photo.jpg", "type": "image/jpeg", "size": 20411}
    sandbox.control.receive("Refill please", subject="Refill", attachments=[photo])
    page = ehr.mailbox.changed_since(None)
    [message] = page.messages
    assert (message.body, message.subject, message.author) == (
        "Refill please",
        "Refill",
        Author.PATIENT,
    )
    assert message.patient_ref.startswith("Patient/")
    assert message.attachments[0].size == 20411
    assert message.department is not None
    assert message.department.startswith("Organization/d.")
    assert message.sent_at.tzinfo is UTC
    assert not message.flags
    assert not page.more


def test_only_what_changed_comes_again(sandbox: Running, ehr: Ehr) -> None:
    first = sandbox.control.receive("One")
    cursor = ehr.mailbox.changed_since(None).cursor
    assert ehr.mailbox.changed_since(cursor).messages == ()
    sandbox.control.edit(first["id"], "One, corrected")
    [edited] = ehr.mailbox.changed_since(cursor).messages
    assert (edited.portal_id, edited.version, edited.body) == (first["id"], 2, "One, corrected")


def test_a_withdrawn_message_says_so_and_has_no_text(sandbox: Running, ehr: Ehr) -> None:
    sent = sandbox.control.receive("I should not have written this")
    sandbox.control.withdraw(sent["id"])
    [message] = ehr.mailbox.changed_since(None).messages
    assert message.withdrawn
    assert message.body == ""


def test_a_long_mailbox_is_read_page_by_page(sandbox: Running, ehr: Ehr) -> None:
    for number in range(105):
        sandbox.control.receive(f"Message {number}")
    pages = list(changes(ehr.mailbox, None))
    assert [len(page.messages) for page in pages] == [100, 5]
    assert len({m.portal_id for page in pages for m in page.messages}) == 105


def test_duplicate_and_backward_pages_lose_nothing(sandbox: Running, ehr: Ehr) -> None:
    ids = {sandbox.control.receive(f"Message {n}")["id"] for n in range(3)}
    sandbox.control.fault("healow.messages", "duplicate", times=1)
    assert {m.portal_id for m in ehr.mailbox.changed_since(None).messages} == ids
    sandbox.control.fault("healow.messages", "out_of_order", times=1)
    assert {m.portal_id for m in ehr.mailbox.changed_since(None).messages} == ids


def test_an_old_version_after_the_new_one_can_be_told_by_its_number(
    sandbox: Running, ehr: Ehr
) -> None:
    sent = sandbox.control.receive("First")
    sandbox.control.edit(sent["id"], "Second")
    sandbox.control.fault("healow.messages", "out_of_order", times=1)
    found = {m.version: m.body for m in ehr.mailbox.changed_since(None).messages}
    assert found == {1: "First", 2: "Second"}


def test_a_forgotten_cursor_starts_the_mailbox_again(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.receive("One")
    cursor = ehr.mailbox.changed_since(None).cursor
    sandbox.control.reset()
    assert ehr.mailbox.changed_since(cursor).messages == ()


def test_another_practices_cursor_is_refused_not_restarted(sandbox: Running, ehr: Ehr) -> None:
    with pytest.raises(Refused):
        ehr.mailbox.changed_since("RkVJR0QyOjA=")


@pytest.mark.parametrize(
    ("text", "stored", "flag"),
    [
        ("my dose\x00changed", "my dose�changed", "replaced-nul"),
        ("broken \ud83d emoji", "broken � emoji", "replaced-surrogate"),
    ],
)
def test_text_that_a_database_cannot_keep_is_repaired_and_flagged(
    sandbox: Running, ehr: Ehr, text: str, stored: str, flag: str
) -> None:
    sandbox.control.receive(text)
    sandbox.control.receive("an ordinary one")
    odd, ordinary = ehr.mailbox.changed_since(None).messages
    assert (odd.body, odd.flags) == (stored, (flag,))
    assert not ordinary.flags


def test_a_whole_emoji_and_invisible_signs_stay_byte_for_byte(sandbox: Running, ehr: Ehr) -> None:
    text = "\U0001f469‍\U0001f692 ‮abc​ e\u0301�"
    sandbox.control.receive(text)
    [message] = ehr.mailbox.changed_since(None).messages
    assert message.body == text
    assert not message.flags


def test_a_megabyte_of_text_arrives_whole(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.receive("pain " * 200_000)
    [message] = ehr.mailbox.changed_since(None).messages
    assert len(message.body) == 1_000_000


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ({"id": None}, "has no usable id"),
        ({"id": "line\nbreak"}, "has no usable id"),
        ({"patient": None}, "names no patient"),
        ({"patient": {"reference": "Practitioner/pr.1"}}, "names no patient"),
        ({"body": None}, "has no text"),
        ({"body": 7}, "has no text"),
    ],
)
def test_an_item_that_belongs_to_nobody_is_set_aside_and_the_rest_goes_on(
    sandbox: Running, ehr: Ehr, override: dict[str, Any], reason: str
) -> None:
    sandbox.control.receive("spoiled", override=override)
    sandbox.control.receive("fine")
    page = ehr.mailbox.changed_since(None)
    [aside] = page.quarantined
    assert aside.reason == reason
    assert "spoiled" not in aside.source_id
    assert [m.body for m in page.messages] == ["fine"]
    assert ehr.mailbox.changed_since(None).quarantined == page.quarantined


@pytest.mark.parametrize(
    ("override", "flag"),
    [
        ({"status": "archived"}, "unknown-status=archived"),
        ({"status": None}, "unknown-status=?"),
        ({"from": "caregiver"}, "unknown-from=caregiver"),
        ({"from": "Jane Q. Public 555"}, "unknown-from=?"),
        ({"version": "two"}, "unknown-version"),
        ({"thread": None}, "no-thread"),
        ({"attachments": [{"name": "no id"}]}, "unreadable-attachment"),
        ({"sent": "2026-02-30T08:00:00Z"}, "invalid-sent"),
        ({"sent": "0000-00-00"}, "invalid-sent"),
        ({"sent": "9999-12-31T23:59:59-05:00"}, "invalid-sent"),
        ({"sent": "9999-12-31T00:00:00Z"}, "implausible-sent"),
        ({"sent": "yesterday"}, "invalid-sent"),
        ({"sent": "2026-03"}, "partial-sent"),
        ({"sent": "2026-03-02T08:59:00"}, "no-zone-sent"),
        ({"sent": None}, "missing-sent"),
        ({"received": 17}, "missing-received"),
    ],
)
def test_an_odd_value_is_flagged_and_the_message_still_shown(
    sandbox: Running, ehr: Ehr, override: dict[str, Any], flag: str
) -> None:
    sandbox.control.receive("chest pain", override=override)
    [message] = ehr.mailbox.changed_since(None).messages
    assert flag in message.flags
    assert message.body == "chest pain"
    assert not message.withdrawn


def test_a_partial_date_means_its_first_moment_at_the_practice() -> None:
    midnight = datetime(2026, 3, 1, tzinfo=NEW_YORK).astimezone(UTC)
    assert read_moment("2026-03", NEW_YORK) == ("partial", midnight)


def test_any_json_at_all_becomes_a_message_or_is_set_aside() -> None:
    for item in (None, 1, "text", [], {}, {"id": {}}, {"patient": "Patient/p.1", "id": "m-1"}):
        read = read_item(item, datetime.now(UTC), NEW_YORK)
        assert isinstance(read, Quarantined)


def test_a_reply_reaches_the_patients_thread_and_is_found_again(sandbox: Running, ehr: Ehr) -> None:
    reply = reply_to(sandbox.control.receive("Is it ready?"))
    assert ehr.mailbox.find_reply(reply) is None
    receipt = ehr.mailbox.reply(reply)
    assert ehr.mailbox.find_reply(reply) == receipt
    [written] = sandbox.control.ledger()
    assert (written["text"], written["patient"], written["client_ref"]) == (
        reply.text,
        reply.patient_ref,
        "d-1",
    )


def test_our_own_reply_comes_back_as_the_practices(sandbox: Running, ehr: Ehr) -> None:
    sent = sandbox.control.receive("Is it ready?")
    ehr.mailbox.reply(reply_to(sent))
    ours = ehr.mailbox.changed_since(None).messages[-1]
    assert (ours.author, ours.client_ref, ours.in_reply_to) == (Author.PRACTICE, "d-1", sent["id"])


def test_a_reply_that_reads_differently_there_is_not_called_verified(
    sandbox: Running, ehr: Ehr
) -> None:
    sent = sandbox.control.receive("Is it ready?")
    ehr.mailbox.reply(reply_to(sent))
    with pytest.raises(Refused, match="not as it was approved"):
        ehr.mailbox.find_reply(reply_to(sent, text="No, it is not."))


def test_a_lost_answer_leaves_the_reply_in_doubt_until_it_is_read_back(
    sandbox: Running, ehr: Ehr
) -> None:
    reply = reply_to(sandbox.control.receive("Is it ready?"))
    sandbox.control.fault("healow.reply", "lost_response", times=1)
    with pytest.raises(InDoubt):
        ehr.mailbox.reply(reply)
    assert ehr.mailbox.find_reply(reply) is not None
    assert len(sandbox.control.ledger()) == 1


def test_with_a_key_the_channel_honours_a_lost_answer_may_be_sent_again(
    sandbox: Running, connected: Callable[..., Ehr]
) -> None:
    ehr = connected(idempotent_replies=True)
    reply = reply_to(sandbox.control.receive("Is it ready?"))
    sandbox.control.fault("healow.reply", "lost_response", times=1)
    with pytest.raises(Unreachable):
        ehr.mailbox.reply(reply)
    assert ehr.mailbox.reply(reply) == ehr.mailbox.find_reply(reply)
    assert len(sandbox.control.ledger()) == 1


@pytest.mark.parametrize("code", [500, 502, 503, 504, 408, 302])
def test_an_unclear_answer_to_a_reply_is_a_doubt_and_to_a_read_an_outage(
    sandbox: Running, ehr: Ehr, code: int
) -> None:
    reply = reply_to(sandbox.control.receive("Is it ready?"))
    sandbox.control.fault("healow", "status", code=code, times=2)
    with pytest.raises(InDoubt):
        ehr.mailbox.reply(reply)
    with pytest.raises(Unreachable):
        ehr.mailbox.changed_since(None)


@pytest.mark.parametrize("kind", ["outage", "reset", "html", "cut", "lost_response"])
def test_a_reply_whose_answer_breaks_off_is_in_doubt(sandbox: Running, ehr: Ehr, kind: str) -> None:
    reply = reply_to(sandbox.control.receive("Is it ready?"))
    sandbox.control.fault("healow.reply", kind, times=1)
    with pytest.raises(InDoubt):
        ehr.mailbox.reply(reply)


@pytest.mark.parametrize("text", ["", "[]", '{"id": 5}', '{"id": "r-1", "client_ref": "other"}'])
def test_a_success_that_does_not_name_our_reply_is_in_doubt(
    sandbox: Running, ehr: Ehr, text: str
) -> None:
    reply = reply_to(sandbox.control.receive("Is it ready?"))
    sandbox.control.fault("healow.reply", "body", text=text, times=1)
    with pytest.raises(InDoubt):
        ehr.mailbox.reply(reply)


def test_a_reply_to_another_patients_thread_is_refused(sandbox: Running, ehr: Ehr) -> None:
    sent = sandbox.control.receive("Is it ready?")
    with pytest.raises(Refused, match="do not belong together"):
        ehr.mailbox.reply(PortalReply(sent["thread"]["id"], "Patient/p.999", "Yes.", "d-1"))
    assert sandbox.control.ledger() == []


@pytest.mark.parametrize(
    ("text", "code"), [("Yes 👍", "108"), ("Yes\x00", "108"), ("Yes‮", "108"), ("y" * 4001, "109")]
)
def test_what_ecw_would_refuse_is_refused_before_it_is_sent(
    sandbox: Running, ehr: Ehr, text: str, code: str
) -> None:
    reply = reply_to(sandbox.control.receive("Is it ready?"), text=text)
    with pytest.raises(Refused) as refused:
        ehr.mailbox.reply(reply)
    assert refused.value.code == code
    assert sandbox.control.calls("healow.reply") == []


def test_the_channels_own_refusal_is_told_in_our_words(sandbox: Running, ehr: Ehr) -> None:
    reply = reply_to(sandbox.control.receive("Is it ready?"))
    text = '{"code": "109", "message": "Text of patient Doe is too long"}'
    sandbox.control.fault("healow.reply", "body", text=text, code=422, times=1)
    with pytest.raises(Refused, match=r"longer than eCW allows \(code 109\)") as refused:
        ehr.mailbox.reply(reply)
    assert "Doe" not in str(refused.value)


def test_a_message_without_a_thread_cannot_be_answered(ehr: Ehr) -> None:
    with pytest.raises(Refused, match="without a conversation"):
        ehr.mailbox.reply(PortalReply("", "Patient/p.101", "Yes.", "d-1"))


def test_a_strange_thread_id_stays_one_part_of_the_path(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.receive("fine")
    with pytest.raises(Refused, match="does not have this"):
        ehr.mailbox.find_reply(PortalReply("../messages?x=", "Patient/p.101", "Yes.", "d-1"))


def test_a_practice_without_the_channel_is_told_so(connected: Callable[..., Ehr]) -> None:
    mailbox = connected(healow_base=None).mailbox
    with pytest.raises(NeedsAuthorization, match="not set up"):
        mailbox.changed_since(None)


def test_a_channel_without_contract_needs_authorization_not_a_retry(
    sandbox: Running, ehr: Ehr
) -> None:
    ehr.mailbox.changed_since(None)
    sandbox.control.configure(healow_channel=False)
    with pytest.raises(NeedsAuthorization):
        ehr.mailbox.changed_since(None)


def test_nothing_a_patient_wrote_shows_in_a_representation(sandbox: Running, ehr: Ehr) -> None:
    sandbox.control.receive("my secret")
    [message] = ehr.mailbox.changed_since(None).messages
    assert isinstance(message, IncomingMessage)
    assert "secret" not in repr(message)


def test_a_future_message_keeps_its_place_by_when_it_was_received(
    sandbox: Running, ehr: Ehr
) -> None:
    late = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    sandbox.control.receive("chest pain", override={"sent": late})
    [message] = ehr.mailbox.changed_since(None).messages
    assert message.sent_at == message.received_at
