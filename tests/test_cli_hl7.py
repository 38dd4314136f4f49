"""What an operator does with notes by HL7: build one, check it, send it, and be told what became of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import CliRunner, Result

from cli import main
from services.ehr.hl7 import load_profile, observations, parse, read
from services.sandbox import Running, running
from tests.services.ehr.hl7.notes import TEMPLATE
from tests.services.ehr.servers import free_port

NOTE: dict[str, Any] = {
    "patient": {"mrn": "100116", "family": "Synthetic", "given": "Sam", "dob": "1980-02-03",
                "sex": "female"},
    "encounter_id": "ap.116",
    "provider": {"npi": "1234567893", "family": "Synthetic", "given": "Pat"},
    "sections": [
        {"key": "plan", "text": "Rest | fluids.\r\nBack in a week ☺"},
        {"key": "ros", "text": " "},
        {"key": "cc", "text": "Cough."},
    ],
}  # fmt: skip


def foyer(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["hl7", *map(str, arguments)])


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "P.toml"
    path.write_text(TEMPLATE)
    return path


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write a note with changes as a file."""

    def to_file(**changes: Any) -> Path:
        path = tmp_path / "N.json"
        path.write_text(json.dumps({**NOTE, **changes}))
        return path

    return to_file


@pytest.fixture
def message(profile: Path, write: Any, tmp_path: Path) -> Path:
    path = tmp_path / "note.hl7"
    path.write_bytes(foyer("build", "--profile", profile, "--note", write()).stdout_bytes)
    return path


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running(mllp_port=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Running) -> Running:
    served.control.reset()
    return served


def test_the_raw_message_on_standard_output(profile: Path, write: Any) -> None:
    command = [sys.executable, "cli.py", "hl7", "build", "--profile", profile, "--note", write()]
    run = subprocess.run(command, capture_output=True, check=True)
    assert (run.stderr, run.stdout[:9], run.stdout[-1:]) == (b"", b"MSH|^~\\&|", b"\r")
    assert b"\n" not in run.stdout
    found = observations(read(run.stdout))
    assert [(o.code, o.value) for o in found] == [
        ("CC", "Cough."), ("PLAN", "Rest | fluids.\nBack in a week ☺"),
    ]  # fmt: skip
    assert parse(run.stdout, load_profile(TEMPLATE)).patient.mrn == "100116"


def test_built_again_it_is_the_same_bytes(profile: Path, write: Any) -> None:
    arguments = ("build", "--profile", profile, "--note", write())
    first = foyer(*arguments).stdout_bytes
    assert foyer(*arguments).stdout_bytes == first
    assert foyer(*arguments, "--delivery", "d-1").stdout_bytes != first
    stamped = foyer(*arguments, "--at", "2026-03-02 09:30:00").stdout_bytes
    assert b"|20260302093000+0000||ORU" in stamped
    assert read(stamped).control == read(first).control


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sections": [{"key": "vitals", "text": "BP"}]}, "no section vitals"),
        ({"sections": [{"key": "cc", "text": "a"}, {"key": "cc", "text": "b"}]}, "cc twice"),
        ({"sections": [{"key": "cc", "text": "a\ud800"}]}, "half a character at position 2"),
        ({"sections": []}, "no text in any section"),
        ({"sections": "cc"}, "sections are not a list"),
        ({"sections": [{"key": "cc"}]}, "text is missing"),
        ({"patient": None}, "patient is missing"),
        ({"patient": {**NOTE["patient"], "dob": "3 Feb"}}, "dob is not a date"),
        ({"patient": {**NOTE["patient"], "sex": "?"}}, "sex is not"),
        ({"provider": {**NOTE["provider"], "npi": "1"}}, "ten digits"),
        ({"encounter_id": None}, "encounter_id is missing"),
        ({"document": "%"}, "document is not Base64"),
        ({"document": "JVBERi0="}, "takes no document"),
    ],
)
def test_a_note_that_cannot_go_exits_2_with_one_sentence(
    profile: Path, write: Any, changes: dict[str, Any], words: str
) -> None:
    result = foyer("build", "--profile", profile, "--note", write(**changes))
    assert (result.exit_code, result.stdout_bytes) == (2, b"")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Sam" not in result.stderr


def test_files_that_are_not_there_or_not_what_they_should_be(
    profile: Path, write: Any, tmp_path: Path
) -> None:
    odd = tmp_path / "odd"
    odd.write_bytes(b"\xff")
    for arguments, words in (
        (("--profile", tmp_path / "no.toml", "--note", write()), "no.toml cannot be opened"),
        (("--profile", profile, "--note", odd), "odd is not UTF-8"),
        (("--profile", profile, "--note", profile), "The note is not JSON"),
        (("--profile", write(), "--note", write()), "The profile is not TOML"),
    ):
        result = foyer("build", *arguments)
        assert result.exit_code == 2
        assert words in result.stderr


def test_checking_a_good_message(message: Path, profile: Path) -> None:
    result = foyer("check", "--profile", profile, message)
    assert (result.exit_code, result.stderr) == (0, "")
    shown = json.loads(result.stdout)
    assert (shown["type"], shown["version"], shown["ok"]) == ("ORU^R01", "2.5.1", True)
    assert [s["code"] for s in shown["sections"]] == ["CC", "PLAN"]
    assert "Sam" not in result.stdout
    assert "fluids" not in result.stdout


@pytest.mark.parametrize("change", [lambda d: d.replace(b"\r", b"\r\n"),
                                    lambda d: d.replace(b"\r", b"\n"),
                                    lambda d: b"\x0b" + d + b"\x1c\r"])  # fmt: skip
def test_editors_and_frames_do_not_matter(message: Path, change: Any) -> None:
    message.write_bytes(change(message.read_bytes()))
    assert foyer("check", message).exit_code == 0


def test_checking_bad_ones_names_each_fault(message: Path, profile: Path, tmp_path: Path) -> None:
    data = message.read_bytes()
    message.write_bytes(data.replace(b"OBX|2|", b"OBX|7|").replace(b"|PROG^", b"|CBC^"))
    other = tmp_path / "other.hl7"
    other.write_bytes(b"PID|1\r")
    result = foyer("check", "--profile", profile, message, other)
    assert result.exit_code == 2
    assert "note.hl7: OBX 2 does not carry its number" in result.stderr
    assert "PROG" in result.stderr
    assert "other.hl7: The message does not begin with MSH" in result.stderr
    assert foyer("check", tmp_path / "none.hl7").exit_code == 2


def test_sending_says_that_it_was_taken(message: Path, sandbox: Running) -> None:
    result = foyer("send", "--to", f"127.0.0.1:{sandbox.mllp_port}", message)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("TAKEN ")
    assert read(message.read_bytes()).control in result.stdout
    assert sandbox.control.notes("ap.116")["PLAN"]["text"] == "Rest | fluids.\nBack in a week ☺"


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("says", {"code": "AE", "error": "303"}, "REFUSED   127.0.0.1:{port} did not take the note: "
         "the encounter belongs to another patient (code 303)"),
        ("says", {"code": "AR"}, "NOT TAKEN 127.0.0.1:{port} cannot take notes at the moment"),
        ("no_ack", {}, "IN DOUBT  127.0.0.1:{port} broke off"),
        ("foreign_ack", {}, "IN DOUBT  127.0.0.1:{port} answered for another message"),
    ],
)  # fmt: skip
def test_sending_says_what_else_the_answer_means(
    message: Path, sandbox: Running, kind: str, options: dict[str, Any], words: str
) -> None:
    sandbox.control.fault("hl7", kind, times=1, **options)
    port = sandbox.mllp_port
    result = foyer("send", "--to", f"127.0.0.1:{port}", "--seconds", "5", message)
    assert result.exit_code == 2
    assert words.format(port=port) in result.stdout


def test_nobody_listens(message: Path) -> None:
    result = foyer("send", "--to", f"localhost:{free_port()}", message)
    assert (result.exit_code, "refuses connections" in result.stdout) == (2, True)


@pytest.mark.parametrize("target", ["127.0.0.1", "127.0.0.1:x", ":2575", "127.0.0.1:0"])
def test_an_address_that_is_none(message: Path, target: str) -> None:
    result = foyer("send", "--to", target, message)
    assert (result.exit_code, "a host and a port" in result.stderr) == (2, True)


def test_a_note_goes_only_where_an_administrator_has_said(
    message: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FOYER_CONFIG", str(tmp_path / "none.toml"))
    far = "interface.invalid:2575"
    refused = foyer("send", "--to", far, message)
    assert (refused.exit_code, "hl7_interfaces" in refused.stderr) == (2, True)
    monkeypatch.setenv("FOYER_HL7_INTERFACES", json.dumps([far]))
    assert "hl7_interfaces" not in foyer("send", "--to", far, "--seconds", "2", message).output


def test_under_tls_with_the_practices_own_authority(message: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    certificate = authority.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(str(chain))
    certificate.private_key_pem.write_to_path(str(key))
    with running(mllp_port=0, mllp_tls=(chain, key)) as sandbox:
        to = ("send", "--to", f"127.0.0.1:{sandbox.mllp_port}")
        stranger = foyer(*to, "--tls", message)
        assert (stranger.exit_code, "is not valid" in stranger.stdout) == (2, True)
        assert foyer(*to, "--ca", tmp_path / "ca.pem", message).exit_code == 0
        assert len(sandbox.control.note_journal()) == 1


def test_the_sandbox_command_listens(message: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "cli.py", "sandbox", "--port", "0", "--inbox", "0", "--per-hour", "0",
               "--forms", "0", "--mllp-port", str(port)]  # fmt: skip
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        try:
            assert "Sandbox" in process.stdout.readline()
            assert foyer("send", "--to", f"127.0.0.1:{port}", message).exit_code == 0
        finally:
            process.terminate()
