"""One message, one answer of its own: taken, refused, to be tried again, or in doubt, and never sent twice."""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from services.ehr.hl7 import build, control_id
from services.ehr.hl7.frames import framed
from services.ehr.hl7.mllp import Mllp, verified_tls
from services.errors import InDoubt, Refused, Unreachable
from services.sandbox import Running, running
from tests.services.ehr.hl7.notes import AT, PATIENT, PROFILE, note
from tests.services.ehr.servers import Behaviour, Listener, free_port, listening

CONTROL = control_id("delivery-1")
MESSAGE = build(note(cc="Cough.", plan="Rest | fluids.\nBack in a week."), PROFILE, CONTROL, AT)
SOON = timedelta(seconds=1)


def ack(code: str = "AA", control: str = CONTROL, *more: str) -> bytes:
    head = "MSH|^~\\&|ECW||FOYER||20260302093000||ACK^R01^ACK|A1|P|2.5.1"
    return framed("\r".join([head, f"MSA|{code}|{control}", *more, ""]).encode())


def saying(*parts: bytes) -> Behaviour:
    """Answers in these segments, then closes."""

    def behave(line: socket.socket) -> None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            line.sendall(part)

    return behave


@contextmanager
def interface(*parts: bytes) -> Iterator[tuple[Mllp, Listener]]:
    with listening(saying(*parts)) as listener:
        yield Mllp("127.0.0.1", listener.port, deadline=timedelta(seconds=5)), listener


def test_a_note_lands_section_by_section(mllp: Mllp, sandbox: Running) -> None:
    receipt = mllp.send(MESSAGE)
    assert (receipt.remote_id, receipt.detail) == (CONTROL, "")
    found = sandbox.control.notes("ap.116")
    assert {code: section["text"] for code, section in found.items()} == {
        "CC": "Cough.", "PLAN": "Rest | fluids.\nBack in a week.",
    }  # fmt: skip
    assert {section["status"] for section in found.values()} == {"P"}


def test_the_same_message_again_files_nothing_twice(mllp: Mllp, sandbox: Running) -> None:
    assert mllp.send(MESSAGE) == mllp.send(MESSAGE)
    assert len(sandbox.control.ledger()) == 1
    assert [line["again"] for line in sandbox.control.note_journal()] == [False, True]


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("AE", "2027", "drug code (NDC) is not in the practice's eCW drug list (code 2027)"),
        ("AE", "303", "encounter belongs to another patient (code 303)"),
        ("AE", "99999", "a reason that Foyer does not know (code 99999)"),
        ("AE", "", "it does not say why"),
        ("CE", "206", "locked in eCW"),
        ("CR", "203", "does not take this HL7 version"),
        ("AR", "203", "does not take this HL7 version (code 203) (AR)"),
    ],
)
def test_a_clear_no_is_refused_in_words(
    mllp: Mllp, sandbox: Running, code: str, error: str, words: str
) -> None:
    sandbox.control.fault("hl7", "says", times=1, code=code, error=error)
    with pytest.raises(Refused, match=re.escape(words)) as no:
        mllp.send(MESSAGE)
    assert no.value.code == (error or code)
    assert sandbox.control.ledger() == []


def test_a_busy_interface_is_tried_again_and_then_takes_it_once(
    mllp: Mllp, sandbox: Running
) -> None:
    sandbox.control.fault("hl7", "says", times=1, code="AR", error="207")
    with pytest.raises(Unreachable, match=r"failed inside \(code 207\) \(AR\)"):
        mllp.send(MESSAGE)
    assert mllp.send(MESSAGE).remote_id == CONTROL
    assert len(sandbox.control.ledger()) == 1


def test_a_commit_only_says_that_it_was_stored(mllp: Mllp, sandbox: Running) -> None:
    sandbox.control.fault("hl7", "says", times=1, code="CA")
    assert mllp.send(MESSAGE).detail == "stored, not yet filed"


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("no_ack", {"seconds": 5}, "did not answer in time"),
        ("no_ack", {}, "broke off before the answer was complete"),
        ("late", {"seconds": 5}, "did not answer in time"),
        ("cut", {}, "broke off before the answer was complete"),
        ("garbage", {}, "gave an answer that cannot be read"),
        ("garbage", {"text": "MSH|^~\\&|ECW\rMSA|OK|1\r"}, "gave an answer that cannot be read"),
        ("foreign_ack", {}, "answered for another message and not for ours"),
        ("flood", {}, "gave a larger answer than we accept"),
    ],
)
def test_no_answer_of_its_own_leaves_it_in_doubt_and_it_is_there(
    mllp: Mllp, sandbox: Running, kind: str, options: dict[str, object], words: str
) -> None:
    """All of these filed it: whoever sent again with a new id would file it twice."""
    sandbox.control.fault("hl7", kind, times=1, **options)
    impatient = replace(mllp, deadline=SOON) if "seconds" in options else mllp
    with pytest.raises(InDoubt, match=words):
        impatient.send(MESSAGE)
    assert sandbox.control.notes("ap.116")["CC"]["text"] == "Cough."
    assert len(sandbox.control.note_journal()) == 1, "sent once"


@pytest.mark.parametrize("kind", ["outage", "reset"])
def test_a_line_that_breaks_is_in_doubt_though_nothing_arrived(
    mllp: Mllp, sandbox: Running, kind: str
) -> None:
    sandbox.control.fault("hl7", kind, times=1)
    with pytest.raises(InDoubt, match="only reading back can tell"):
        mllp.send(MESSAGE)
    assert sandbox.control.notes("ap.116") == {}


@pytest.mark.parametrize(
    ("kind", "options"), [("drip", {}), ("noise", {}), ("foreign_ack", {"then": True})]
)
def test_an_odd_answer_that_is_ours_counts(
    mllp: Mllp, sandbox: Running, kind: str, options: dict[str, object]
) -> None:
    sandbox.control.fault("hl7", kind, times=1, **options)
    assert mllp.send(MESSAGE).remote_id == CONTROL


def test_an_answer_that_drips_is_over_at_the_deadline(mllp: Mllp, sandbox: Running) -> None:
    sandbox.control.fault("hl7", "drip", times=1, seconds=0.2)
    with pytest.raises(InDoubt, match="did not answer in time"):
        replace(mllp, deadline=SOON).send(MESSAGE)


@pytest.mark.parametrize(
    "parts",
    [
        [ack()[:1], ack()[1:9], ack()[9:]],
        [ack("AE", "OTHER") + ack()],
        [b"\x0bMSH|^~\\&|broken off" + ack()],
        [b"\x00\xff noise" + ack() + ack("AE")],
        [ack()[:-1], b"\r"],
    ],
)
def test_frames_split_and_merged(parts: list[bytes]) -> None:
    with interface(*parts) as (line, listener):
        assert line.send(MESSAGE).remote_id == CONTROL
    assert listener.received == [framed(MESSAGE)]


def test_an_answer_with_a_warning_is_taken_and_says_so() -> None:
    with interface(ack("AA", CONTROL, "ERR||OBX^2^5|103^words of theirs^HL70357|W")) as (line, _):
        receipt = line.send(MESSAGE)
    assert receipt.detail == "a coded value is not in eCW's list (code 103) at OBX 2, field 5"


def test_nothing_of_the_receivers_free_text_is_repeated() -> None:
    told = "ERR||PID^1^5|204^Synthetic, Sam not found^L|E|||Sam Synthetic|Sam Synthetic"
    with interface(ack("AE", CONTROL, told)) as (line, _), pytest.raises(Refused) as no:
        line.send(MESSAGE)
    assert "Sam" not in str(no.value)
    assert "at PID 1, field 5" in str(no.value)


@pytest.mark.parametrize(
    "older",
    [
        ["MSA|AE|{c}|303 encounter of Sam"],
        ["MSA|AE|{c}||||303^words"],
        ["MSA|AE|{c}", "ERR|PV1^1^19^303&words&L"],
    ],
)
def test_older_ways_to_name_an_error(older: list[str]) -> None:
    head = "MSH|^~\\&|ECW||FOYER||20260302093000||ACK|A1|P|2.3"
    lines = "\r".join([head, *older, ""]).replace("{c}", CONTROL)
    with interface(framed(lines.encode())) as (line, _), pytest.raises(Refused) as no:
        line.send(MESSAGE)
    assert no.value.code == "303"
    assert "Sam" not in str(no.value)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_an_answer_whose_lines_end_as_in_text_files(line_end: bytes) -> None:
    body = ack()[1:-2].replace(b"\r", line_end)
    with interface(framed(body)) as (line, _):
        assert line.send(MESSAGE).remote_id == CONTROL


def test_nobody_there_is_unreachable_and_nothing_left() -> None:
    with pytest.raises(Unreachable, match=r"127.0.0.1 refuses connections"):
        Mllp("127.0.0.1", free_port()).send(MESSAGE)


@pytest.mark.parametrize("broken", [b"", b"PID|1", MESSAGE.replace(CONTROL.encode(), b"")])
def test_what_is_no_message_is_never_sent(mllp: Mllp, sandbox: Running, broken: bytes) -> None:
    with pytest.raises(Refused, match="Nothing was sent"):
        mllp.send(broken)
    assert sandbox.control.note_journal() == []


def test_a_frame_cannot_be_broken_from_inside() -> None:
    with pytest.raises(ValueError, match="no VT and no FS"):
        framed(MESSAGE.replace(b"Cough", b"Co\x1c\rugh"))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@contextmanager
def under_tls(certificate: trustme.LeafCert, folder: Path) -> Iterator[Running]:
    chain, key = folder / "chain.pem", folder / "key.pem"
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(str(chain), append=True)
    certificate.private_key_pem.write_to_path(str(key))
    with running(mllp_port=0, mllp_tls=(chain, key)) as sandbox:
        yield sandbox


def test_a_note_travels_under_tls(authority: trustme.CA, ca_file: str, tmp_path: Path) -> None:
    with under_tls(authority.issue_cert("127.0.0.1"), tmp_path) as sandbox:
        line = Mllp("127.0.0.1", sandbox.mllp_port, verified_tls(ca_file))
        assert line.send(MESSAGE).remote_id == CONTROL
        assert sandbox.control.notes("ap.116")["CC"]["text"] == "Cough."
        with pytest.raises(InDoubt):
            replace(line, tls=None, deadline=timedelta(seconds=5)).send(MESSAGE)
        assert len(sandbox.control.note_journal()) == 1


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (
            lambda ours: trustme.CA().issue_cert("127.0.0.1"),
            "certificate of 127.0.0.1 is not valid",
        ),
        (lambda ours: ours.issue_cert("another.example"), "IP address mismatch"),
    ],
)
def test_a_bad_certificate_is_refused_before_anything_is_said(
    authority: trustme.CA, ca_file: str, tmp_path: Path, bad, words: str
) -> None:  # type: ignore[no-untyped-def]
    with under_tls(bad(authority), tmp_path) as sandbox:
        with pytest.raises(Unreachable, match=words):
            Mllp("127.0.0.1", sandbox.mllp_port, verified_tls(ca_file)).send(MESSAGE)
        assert sandbox.control.note_journal() == []


def test_a_server_without_tls_is_told_nothing(mllp: Mllp, sandbox: Running, ca_file: str) -> None:
    secure = replace(mllp, tls=verified_tls(ca_file), deadline=SOON)
    with pytest.raises(Unreachable):
        secure.send(MESSAGE)
    assert sandbox.control.note_journal() == []


def test_certificate_and_name_are_always_checked(ca_file: str) -> None:
    for context in (verified_tls(), verified_tls(ca_file)):
        assert context.verify_mode == ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_the_sentences_hold_nothing_of_the_patient(mllp: Mllp, sandbox: Running) -> None:
    stranger = replace(note(), patient=replace(PATIENT, mrn="999999"))
    with pytest.raises(Refused, match="does not know the patient") as no:
        mllp.send(build(stranger, PROFILE, CONTROL, AT))
    assert "999999" not in str(no.value)
    assert "MESSAGE" not in repr(mllp)
