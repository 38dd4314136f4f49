"""What eCW would refuse or drop is said before a message leaves; what it would take raises no finding."""

from pathlib import Path

import pytest

from services.ehr.hl7 import Hl7Fault, build, control_id, observations, read
from services.ehr.hl7.checking import findings
from services.note_files import message_in
from tests.services.ehr.hl7.notes import AT, PROFILE, note

GOOD = build(
    note(cc="Cough | cold.", hpi="Since\nMonday.", plan="Rest."), PROFILE, control_id("d"), AT
)
LINES = GOOD.decode().split("\r")[:-1]


def said(*lines: str) -> str:
    return " ".join(findings(read("\r".join(lines).encode()), PROFILE))


def test_what_we_build_has_no_fault() -> None:
    assert findings(read(GOOD), PROFILE) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ORU^R01^ORU_R01", "ADT^A01", "MSH-9 is not ORU^R01"),
        ("2.5.1", "2.3", "not version 2.5.1"),
        ("|P|2.5.1", "|X|2.5.1", "MSH-11 is not"),
        ("|PROG^", "|CBC^", "OBR-4 is not PROG, the marker of a progress note (code 306)"),
        ("|100116^", "|^", ""),
        ("PID|1||100116^^^^MR|", "PID|1|||", "PID lacks field 3"),
        ("|ap.116", "|", "PV1 lacks field 19"),
        ("OBX|2|", "OBX|3|", "OBX 2 does not carry its number"),
        ("|HPI^", "|CC^", "OBX 2 repeats a code"),
        ("|HPI^", "|VITALS^", "OBX 2 is not in the template"),
        ("|CC^", "|PLAN^", "OBX 2 is out of the template's order"),
        ("OBX|2|FT", "OBX|2|NM", "OBX 2 is of a type"),
        ("\\F\\", "\\Q7\\", "Segment 5 (OBX) has an escape sequence"),
        ("\\F\\", "\\", "Segment 5 (OBX) has an escape sequence"),
        ("Cough", "Co\x07ugh", "control character that is not escaped"),
        ("||||||P|||", "|||||||||", "OBX 1 lacks field 11"),
    ],
)
def test_each_fault_by_its_name(old: str, new: str, words: str) -> None:
    changed = [line.replace(old, new, 1) for line in LINES]
    assert changed != LINES
    assert words in said(*changed)


def test_order_and_absence_of_segments() -> None:
    msh, pid, pv1, obr, *obx = LINES
    assert "OBR is missing (code 307)" in said(msh, pid, pv1, *obx)
    assert "OBX is missing" in said(msh, pid, pv1, obr)
    assert "not in the order" in said(msh, pv1, pid, obr, *obx)
    assert "out of the template's order" in said(msh, pid, pv1, obr, *reversed(obx))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not begin with MSH"),
        (b"\x89PNG\r\n", "does not begin with MSH"),
        (b"MSH|||||||||||\r", "five different delimiters"),
        (GOOD + GOOD, "Line 8 begins another message"),
        (GOOD + b"free text\r", "Line 8 of the message is not a segment"),
        (GOOD.replace(b"Cough", b"Co\xffugh"), "does not fit the character set"),
        (GOOD.replace(b"UNICODE UTF-8", b"GB 18030-2000"), "a character set that Foyer does not"),
        (b"MSH|^~\\&|" + b"x" * 5_000_000, "more than 4 MB"),
    ],
)
def test_what_is_no_message_is_refused_without_quoting_it(data: bytes, words: str) -> None:
    with pytest.raises(Hl7Fault, match=words) as fault:
        read(data)
    assert "Cough" not in str(fault.value)
    assert "free text" not in str(fault.value)


def test_other_delimiters_and_another_character_set() -> None:
    other = "MSH$*!/%$LAB$$X$$20260302$$ORU*R01$1$P$2.5.1$$$$$$8859/1\rOBX$1$FT$A/S/B*l*L$$x/F/é/E/\\!b$$$$$$F\r"
    [found] = observations(read(other.encode("latin-1")))
    assert (found.code, found.value) == ("A*B", "x$é/\\\nb")


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (r"a\.br\b", "a\nb"), (r"a\.sp2\b", "a\n\nb"), (r"a\.sp+1\b", "a\nb"), (r"\H\a\N\ ", "a "),
        (r"\XC3A9\ ", "é "), (r"\XE9\ ", "é "), (r"\Zcustom\ ", "\\Zcustom\\ "), ("a~b", "a\nb"),
        ('""', ""), ("lone \\ sign", "lone \\ sign"),
    ],
)  # fmt: skip
def test_what_other_senders_write(sent: str, meant: str) -> None:
    changed = [line.replace("Rest.", sent) for line in LINES]
    assert observations(read("\r".join(changed).encode()))[-1].value == meant


SAMPLES = Path(__file__).parents[3] / "data" / "hl7v2"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*/*.hl7")), ids=lambda path: path.name)
def test_other_systems_messages_are_read_and_told_apart(path: Path) -> None:
    """Laboratory results and the like: read in full, and none is taken for a note."""
    message = read(message_in(path))
    assert len(list(message.named("OBX"))) == len(observations(message))
    assert findings(message, PROFILE)
