"""The HL7 readers, fed anything: a message, an answer or the one fault, never another exception."""

from contextlib import suppress
from pathlib import Path

from services.ehr.hl7 import Hl7Fault, build, control_id, observations, parse, read
from services.ehr.hl7.acknowledgement import read_acknowledgement, verdict
from services.ehr.hl7.checking import findings
from services.ehr.hl7.frames import Frames, TooLarge, framed
from services.errors import Refused, Unreachable
from tests.services.ehr.hl7.notes import AT, PROFILE, note

SAMPLES = Path(__file__).parents[1] / "data" / "hl7v2"
HEAD = b"MSH|^~\\&|ECW||FOYER||20260302093000||ACK^R01^ACK|A1|P|2.5.1\r"
MARKS = ("|", "^", "~", "\\", "&", "\r", "\x0b", "\x1c\r", "\\F\\", "\\.br\\", "\\X0D\\", "\\.sp9\\",
         '""', "UNICODE UTF-8", "8859/1", "ED", "Base64", "AA", "AE", "AR", "CA", "ERR", "MSA")  # fmt: skip


def target(data: bytes) -> None:
    """Read *data* as a message, as our own note, as an answer, and as a stream of frames."""
    with suppress(Hl7Fault):
        message = read(data)
        observations(message)
        findings(message, PROFILE)
    with suppress(Hl7Fault):
        found = parse(data, PROFILE)
        with suppress(Refused):  # read from others it may lack what we must have
            again = build(found, PROFILE, "1", AT)
            assert parse(again, PROFILE) == found
    _answer(data)
    with suppress(TooLarge):
        for each in Frames(100_000).feed(data):
            assert b"\x0b" not in each
            _answer(each)


def _answer(data: bytes) -> None:
    with suppress(Hl7Fault, Refused, Unreachable):
        verdict(read_acknowledgement(data), "eCW")


def corpus() -> list[bytes]:
    """Where mutations begin: ours, others', and answers."""
    ours = build(note(b"%PDF", cc="a|b\\c", plan='""\n\x0b'), PROFILE, control_id("d"), AT)
    answers = [
        HEAD + b"MSA|AA|1\r", HEAD + b"MSA|AE|1|303 no|||x\rERR||PV1^1^19|303^no^L|E|||x\r",
        HEAD + b"MSA|AR|1||||207\rERR|PID^1^5^204&x\r",
    ]  # fmt: skip
    samples = [path.read_bytes() for path in sorted(SAMPLES.glob("*/*.hl7"))]
    return [ours, framed(ours), *answers, *(framed(a) for a in answers), *samples]


def dictionary() -> list[str]:
    """What a message is made of."""
    return [*MARKS, "MSH", "PID", "PV1", "OBR", "OBX", "MSH|^~\\&|", "\rOBX|1|FT|CC^Cc^L||"]
