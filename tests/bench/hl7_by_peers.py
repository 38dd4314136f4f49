"""The same note of eight sections built and read by hand, by python-hl7 and by hl7apy."""

import re
from collections.abc import Sequence
from typing import Any

import hl7
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message, Segment
from hl7apy.parser import parse_message

Row = tuple[str, str, str]
STAMP = "20260302093000+0000"
SPECIAL = re.compile(r"[|^~\\&\r\n]")
SIGNS = {"|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "\\": "\\E\\", "&": "\\T\\", "\n": "\\.br\\"}
BACK = {sign: character for character, sign in SIGNS.items()}
SEQUENCE = re.compile(r"\\[^\\]*\\")
PID = ("100116", "Synthetic", "Sam", "19800203", "F")


def _escaped(text: str) -> str:
    return SPECIAL.sub(lambda m: SIGNS.get(m[0], " "), text)


def build_by_hand(rows: Sequence[Row], control: str) -> bytes:
    """One expression for each segment, every value escaped, nothing required of any of them."""
    e = _escaped
    mrn, family, given, born, sex = PID
    lines = [
        f"MSH|^~\\&|{e('FOYER')}||{e('ECW')}||{STAMP}||ORU^R01^ORU_R01|{e(control)}|P|2.5.1||||||UNICODE UTF-8",
        f"PID|1||{e(mrn)}^^^^MR||{e(family)}^{e(given)}^^^^^L||{born}|{sex}",
        f"PV1|1|O|^^^^^^^^{e('Location/l.1')}||||{e('1234567893')}^{e('Synthetic')}^{e('Pat')}||||||||||||{e('ap.116')}",
        f"OBR|1||{e(control)}|PROG^Progress note^L|||{STAMP}|||||||||||||||{STAMP}|||P",
    ]
    for number, (code, label, text) in enumerate(rows, start=1):
        lines.append(f"OBX|{number}|FT|{e(code)}^{e(label)}^L||{e(text)}||||||P|||{STAMP}")
    return ("\r".join(lines) + "\r").encode()


def read_by_hand(data: bytes) -> list[Row]:
    """Split, and take the escapes away where there are any."""
    found = []
    for line in data.decode().split("\r"):
        if line[:3] == "OBX":
            fields = line.split("|")
            code, label, _ = fields[3].split("^")
            text = fields[5]
            if "\\" in text:
                text = SEQUENCE.sub(lambda m: BACK.get(m[0], ""), text)
            found.append((code, label, text))
    return found


def _fields(rows: Sequence[Row], control: str) -> list[list[str]]:
    """Segments whose values are not yet escaped; ``^`` stands between components."""
    mrn, family, given, born, sex = PID
    return [
        ["PID", "1", "", f"{mrn}^^^^MR", "", f"{family}^{given}^^^^^L", "", born, sex],
        ["PV1", "1", "O", "^^^^^^^^Location/l.1", "", "", "", "1234567893^Synthetic^Pat",
         *[""] * 11, "ap.116"],
        ["OBR", "1", "", control, "PROG^Progress note^L", "", "", STAMP],
    ]  # fmt: skip


def build_by_python_hl7(rows: Sequence[Row], control: str) -> bytes:
    """A header parsed, then segments made of its containers, texts escaped by the library."""
    message = hl7.parse(
        f"MSH|^~\\&|FOYER||ECW||{STAMP}||ORU^R01^ORU_R01|{control}|P|2.5.1||||||UNICODE UTF-8\r"
    )
    for fields in _fields(rows, control):
        message.append(message.create_segment([message.create_field([f]) for f in fields]))
    for number, (code, label, text) in enumerate(rows, start=1):
        value = message.escape(text.replace("\n", "\r"))
        fields = ["OBX", str(number), "FT", f"{code}^{label}^L", "", value, *[""] * 5, "P"]
        message.append(message.create_segment([message.create_field([f]) for f in fields]))
    return str(message).encode()


def read_by_python_hl7(data: bytes) -> list[Row]:
    """Parsed, and the rows taken from it."""
    message = hl7.parse(data)
    return [
        (str(obx[3][0][0]), str(obx[3][0][1]), message.unescape(str(obx[5])))
        for obx in message.segments("OBX")
    ]


def build_by_hl7apy(rows: Sequence[Row], control: str) -> bytes:
    """Elements by name, as its guide shows."""
    message = Message("ORU_R01", version="2.5.1", validation_level=VALIDATION_LEVEL.TOLERANT)
    message.msh.msh_9 = "ORU^R01^ORU_R01"
    message.msh.msh_10, message.msh.msh_11 = control, "P"
    group = message.add_group("ORU_R01_PATIENT_RESULT")
    mrn, family, given, born, sex = PID
    patient = group.add_group("ORU_R01_PATIENT").add_segment("PID")
    patient.pid_1, patient.pid_3, patient.pid_5 = "1", f"{mrn}^^^^MR", f"{family}^{given}^^^^^L"
    patient.pid_7, patient.pid_8 = born, sex
    order = group.add_group("ORU_R01_ORDER_OBSERVATION")
    request = order.add_segment("OBR")
    request.obr_1, request.obr_3, request.obr_4 = "1", control, "PROG^Progress note^L"
    for number, (code, label, text) in enumerate(rows, start=1):
        _hl7apy_observation(order.add_group("ORU_R01_OBSERVATION").add_segment("OBX"),
                            number, code, label, text)  # fmt: skip
    return bytes(message.to_er7().encode())


def _hl7apy_observation(obx: Segment, number: int, code: str, label: str, text: str) -> None:
    obx.obx_1, obx.obx_2, obx.obx_3 = str(number), "FT", f"{code}^{label}^L"
    obx.obx_5, obx.obx_11 = _escaped(text), "P"


def read_by_hl7apy(data: bytes) -> list[Row]:
    """Parsed without groups, its fastest way, and the rows taken from it."""
    message = parse_message(
        data.decode(), validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=False
    )
    return [_hl7apy_row(obx) for obx in message.obx]


def _hl7apy_row(obx: Any) -> Row:
    return (
        obx.obx_3.obx_3_1.to_er7(), obx.obx_3.obx_3_2.to_er7(),
        SEQUENCE.sub(lambda m: BACK.get(m[0], ""), obx.obx_5.to_er7()),
    )  # fmt: skip
