"""The sandbox's note interface judges as eCW does, and drops in silence what eCW drops."""

import socket
from collections.abc import Iterator

import pytest

from services.sandbox import Running, running

HEAD = "MSH|^~\\&|X||ECW||20260302093000+0000||ORU^R01^ORU_R01|{id}|P|2.5.1||||||UNICODE UTF-8"
PID = "PID|1||100116^^^^MR||Synthetic^Sam||19800203|F"
PV1 = "PV1|1|O|^^^^^^^^Location/l.1||||||||||||||||ap.116"
OBR = "OBR|1||f-1|PROG^Progress note^L"


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running(mllp_port=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Running) -> Running:
    served.control.reset()
    return served


def obx(number: int, code: str, text: str = "Text.", kind: str = "FT") -> str:
    return f"OBX|{number}|{kind}|{code}^{code.title()}^L||{text}||||||P"


def message(*observations: str, id: str = "m-1", **replaced: str) -> bytes:
    parts = {"MSH": HEAD.replace("{id}", id), "PID": PID, "PV1": PV1, "OBR": OBR, **replaced}
    lines = [line for line in (*parts.values(), *(observations or [obx(1, "PLAN")])) if line]
    return "\r".join([*lines, ""]).encode()


def exchange(sandbox: Running, *messages: bytes) -> list[list[str]]:
    """MSA and ERR of each answer, all on one connection."""
    with socket.create_connection(("127.0.0.1", sandbox.mllp_port), timeout=10) as line:
        found = []
        for each in messages:
            line.sendall(b"\x0b" + each + b"\x1c\r")
            data = b""
            while not data.endswith(b"\x1c\r"):
                data += line.recv(4096)
            found.append(data.decode().split("\r")[1:-2])
    return found


def code(sandbox: Running, sent: bytes) -> str:
    """``AE 204``, or ``AA``."""
    [[msa, *errors]] = exchange(sandbox, sent)
    number = errors[0].split("|")[3].split("^")[0] if errors else ""
    return f"{msa.split('|')[1]} {number}".strip()


@pytest.mark.parametrize(
    ("replaced", "answer"),
    [
        ({}, "AA"),
        ({"MSH": "ZZZ|1"}, "AE 301"),
        ({"MSH": HEAD.replace("{id}", "m").replace("ORU^R01^ORU_R01", "ADT^A01")}, "AR 200"),
        ({"MSH": HEAD.replace("{id}", "m").replace("2.5.1", "2.3")}, "AR 203"),
        ({"MSH": HEAD.replace("{id}", "m").replace("|P|2", "|X|2")}, "AR 202"),
        ({"PID": PID.replace("100116", "555")}, "AE 204"),
        ({"PV1": PV1.replace("ap.116", "ap.999")}, "AE 304"),
        ({"PV1": PV1.replace("ap.116", "ap.117")}, "AE 303"),
        ({"PV1": PV1.replace("l.1", "l.9")}, "AE 308"),
        ({"OBR": ""}, "AE 307"),
        ({"OBR": OBR.replace("PROG", "CBC")}, "AE 306"),
    ],
)
def test_what_it_answers(sandbox: Running, replaced: dict[str, str], answer: str) -> None:
    assert code(sandbox, message(**replaced)) == answer
    assert bool(sandbox.control.notes("ap.116")) == (answer == "AA")


@pytest.mark.parametrize(
    ("observations", "kept", "why"),
    [
        ([obx(1, "CC"), obx(2, "PLAN")], ["CC", "PLAN"], []),
        ([obx(1, "PLAN"), obx(2, "CC")], ["PLAN"], ["order"]),
        ([obx(1, "CC"), obx(2, "XRAY"), obx(3, "PLAN")], ["CC", "PLAN"], ["unknown"]),
        ([obx(1, "CC"), obx(3, "PLAN")], ["CC"], ["set id"]),
        ([obx(1, "CC"), obx(2, "CC")], ["CC"], ["order"]),
        ([obx(1, "CC", kind="NM"), obx(2, "PLAN")], ["PLAN"], ["type"]),
    ],
)
def test_it_says_yes_and_drops_in_silence(
    sandbox: Running, observations: list[str], kept: list[str], why: list[str]
) -> None:
    assert code(sandbox, message(*observations)) == "AA"
    assert sorted(sandbox.control.notes("ap.116")) == sorted(kept)
    [line] = sandbox.control.note_journal()
    assert [dropped["why"] for dropped in line["dropped"]] == why


def test_each_location_has_its_own_template(sandbox: Running) -> None:
    sandbox.control.note_template("Location/l.2", ["CC", "HPI", "PE", "PLAN"])
    second = message(obx(1, "CC"), obx(2, "ROS"), PV1=PV1.replace("l.1", "l.2"))
    assert code(sandbox, second) == "AA"
    assert list(sandbox.control.notes("ap.116")) == ["CC"]
    sandbox.control.note_template("Location/l.2", ["ROS", "CC"])
    again = message(obx(1, "ROS"), obx(2, "CC"), id="m-2", PV1=PV1.replace("l.1", "l.2"))
    assert code(sandbox, again) == "AA"
    assert sorted(sandbox.control.notes("ap.116")) == ["CC", "ROS"]


def test_a_later_note_replaces_only_its_own_sections(sandbox: Running) -> None:
    first, second = (
        message(obx(1, "CC", "a"), obx(2, "PLAN", "b")),
        message(obx(1, "CC", "c"), id="2"),
    )
    assert [a[0] for a in exchange(sandbox, first, second)] == ["MSA|AA|m-1", "MSA|AA|2"]
    found = sandbox.control.notes("ap.116")
    assert {c: (s["text"], s["message"]) for c, s in found.items()} == {
        "CC": ("c", "2"), "PLAN": ("b", "m-1"),
    }  # fmt: skip


def test_escapes_are_text_again(sandbox: Running) -> None:
    sent = obx(1, "PLAN", r"a\F\b\S\c\T\d\R\e\E\f\.br\g\X0B\h")
    assert code(sandbox, message(sent)) == "AA"
    assert sandbox.control.notes("ap.116")["PLAN"]["text"] == "a|b^c&d~e\\f\ng\x0bh"


def test_the_receiving_facility_names_the_practice(sandbox: Running) -> None:
    other = HEAD.replace("{id}", "m-9").replace("|ECW||", "|ECW|FEIGD2|")
    assert code(sandbox, message(MSH=other)) == "AE 204", "another practice's patients"


def test_a_note_outlives_a_restart(tmp_path) -> None:  # type: ignore[no-untyped-def]
    kept = tmp_path / "state.json"
    for answer in ("m-1", "m-1"):
        with running(mllp_port=0, state=kept) as sandbox:
            assert exchange(sandbox, message())[0][0] == f"MSA|AA|{answer}"
            assert len(sandbox.control.ledger()) == 1


def test_without_a_port_nobody_listens() -> None:
    with running() as sandbox:
        assert sandbox.control.call("GET", "hl7")["port"] is None


def test_a_fault_of_the_interface_is_not_one_of_http(sandbox: Running) -> None:
    with pytest.raises(RuntimeError, match="one of these kinds: outage, reset, latency"):
        sandbox.control.fault("healow", "foreign_ack")
    with pytest.raises(RuntimeError, match="foreign_ack"):
        sandbox.control.fault("hl7", "html")
