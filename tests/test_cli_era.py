"""What an operator sees of files from payers: claims as JSON, whether they balance, or why not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.bench.payments import write_remittance
from tests.x12_files import SAMPLES, claim, interchange, payment, sample, transaction

PEER = SAMPLES / "edi_835_parser"
FIELDS = [
    "file", "st", "claim_id", "payer_claim_id", "status", "charge", "paid",
    "patient_responsibility", "adjustments", "remarks", "lines", "denied", "reversal",
]  # fmt: skip


def parse(*files: object) -> Result:
    return CliRunner().invoke(main, ["era", "parse", *map(str, files)])


def printed(result: Result) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The claims and the summaries."""
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    return [o for o in objects if "summary" not in o], [o for o in objects if "summary" in o]


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write bytes as a file."""

    def to_file(data: bytes, name: str = "remit.edi") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return to_file


def test_every_file_of_the_other_parser_is_read() -> None:
    files = sorted(PEER.glob("*.txt"))
    result = parse(*files)
    claims, summaries = printed(result)
    assert (result.exit_code, result.stderr, len(files)) == (0, "", 3)
    assert [summary["claims"] for summary in summaries] == [1, 3, 2]
    assert all(summary["balanced"] for summary in summaries)
    assert all(list(claim) == FIELDS for claim in claims)


def test_a_denied_claim_in_full() -> None:
    denied = printed(parse(PEER / "emedny_sample.txt"))[0][1]
    assert denied | {"lines": len(denied["lines"])} == {
        "file": str(PEER / "emedny_sample.txt"), "st": "1740",
        "claim_id": "PATIENT ACCOUNT NUMBER", "payer_claim_id": "1000220000000020",
        "status": "2", "charge": "34.00", "paid": "0.00", "patient_responsibility": "0.00",
        "adjustments": [
            {"level": "line", "group": "CO", "code": "29", "amount": "12.00"},
            {"level": "line", "group": "CO", "code": "29", "amount": "22.00"},
        ],
        "remarks": [], "lines": 2, "denied": True, "reversal": False,
    }  # fmt: skip


def test_a_reversal_and_an_adjustment_of_the_claim() -> None:
    claims, [summary] = printed(parse(SAMPLES / "herophilus/835_reversals.txt"))
    assert [(c["reversal"], c["denied"], c["paid"]) for c in claims] == [
        (True, False, "-7151.17"), (False, False, "7131.01"),
    ]  # fmt: skip
    assert claims[1]["adjustments"] == [
        {"level": "claim", "group": "CO", "code": "45", "amount": "20.16"}
    ]
    assert claims[0]["remarks"] == ["N689"]
    [result] = summary["transactions"]
    assert (result["provider_adjustments"], result["payment"]) == ("-20.16", "0.00")


def test_rejections_of_a_277ca() -> None:
    claims, [summary] = printed(parse(SAMPLES / "x12_types/277_00_277.edi"))
    assert [(c["claim_id"], c["category"], c["status"], c["rejected"]) for c in claims] == [
        ("PATIENT22222", "A2", "20", False), ("PATIENT33333", "A3", "21", True),
        ("JONES44444", "A7", "21", True), ("JOHNSON55555", "A2", "20", False),
        ("MILLS66666", "A2", "20", False),
    ]  # fmt: skip
    [result] = summary["transactions"]
    assert (result["claims"], result["rejected"]) == (5, 2)
    assert [(b["level"], b["rejected"]) for b in result["batches"]] == [("21", False)]


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("herophilus/999_rejected.txt", "result", "rejected"),
        ("linuxforhealth/demo.271", "active", True),
        ("linuxforhealth/demo.example2.837", "charge", "100.00"),
        ("linuxforhealth/demo.277", "category", "P3"),
    ],
)
def test_other_answers(name: str, field: str, value: object) -> None:
    result = parse(SAMPLES / name)
    assert result.exit_code == 0
    assert printed(result)[0][0][field] == value


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "does not begin with ISA"),
        (b"\x89PNG\r\n", "does not begin with ISA"),
        (interchange("835", [*payment("80.01", *claim())]), "payment 80.01 against claims 80.00"),
        (interchange("835", [*payment("80", *claim(SVC="SVC*HC:99213*100.07*80"))]),
         "the line at segment 15 by 0.07"),
        (interchange("835", [*payment("80", *claim(CLP="CLP*C1*1*99.99*80"))]),
         "the claim at segment 13 by -0.01"),
        (interchange("835", payment("0")).replace(b"IEA*1*000000905", b"IEA*1*000000906"),
         "IEA02 says 000000906"),
        (interchange("835", payment("0")).replace(b"SE*11*", b"SE*12*"), "SE01 says 12"),
        (interchange("820", []), "type 820"),
        (interchange("837", [], guide="005010X224A2"), "guide"),
    ],
)  # fmt: skip
def test_a_refused_file_ends_in_one_sentence_and_no_claim(
    write: Any, data: bytes, said: str
) -> None:
    result = parse(write(data))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert said in result.stderr
    assert printed(result)[0] == []


def test_a_file_that_breaks_after_its_last_claim_prints_none_of_them(write: Any) -> None:
    good = interchange("835", [*payment("80", *claim())])
    assert len(printed(parse(write(good)))[0]) == 1
    assert parse(write(good.replace(b"GE*1*7", b"GE*2*7"))).stdout == ""


def test_a_sample_out_by_a_cent_prints_its_summary() -> None:
    result = parse(SAMPLES / "moov/835_out_by_a_cent.txt")
    claims, [summary] = printed(result)
    assert (result.exit_code, claims, summary["balanced"]) == (2, [], False)
    assert [t["balanced"] for t in summary["transactions"]] == [False, True]
    assert summary["transactions"][0]["claims_out_of_balance"] == [
        {"segment": 18, "difference": "0.01"}
    ]


def test_one_bad_file_does_not_hide_the_others(write: Any) -> None:
    result = parse(write(b"no", "bad.edi"), PEER / "emedny_sample.txt")
    assert (result.exit_code, len(printed(result)[0])) == (2, 3)
    assert "bad.edi: The file does not begin with ISA" in result.stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = parse(tmp_path / "no.edi")
    assert (result.exit_code, "cannot be opened" in result.stderr) == (2, True)


def test_a_transaction_that_was_cut_out_of_its_file_says_so(write: Any) -> None:
    alone = "~".join(transaction("835", *payment("80", *claim()))).encode() + b"~"
    _, [summary] = printed(parse(write(alone)))
    assert summary["findings"] == ["Segment 16: The transaction stands without ISA and GS."]


def test_names_of_patients_are_neither_printed_nor_said(write: Any) -> None:
    data = sample("x12_types/277_00_277.edi")
    good, bad = parse(write(data)), parse(write(data.replace(b"SE*", b"HARRIETT*")))
    assert b"HARRIETT" in data
    assert good.exit_code == 0
    assert bad.exit_code == 2
    assert "HARRIETT" not in good.output + bad.output


MEMORY = """
import io, sys
from pathlib import Path
from services.era_files import parse_files
class Nowhere(io.TextIOBase):
    def write(self, text): return len(text)
assert parse_files([Path(sys.argv[1])], Nowhere(), print) == 0
[line] = [l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM")]
print(line.split()[1])
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """All claims lie in one transaction, the hardest case."""
    peaks = {}
    for claims in (200, 6_000):
        path = tmp_path / f"{claims}.edi"
        write_remittance(path, claims, transactions=1)
        run = [sys.executable, "-c", MEMORY, str(path)]
        peaks[claims] = int(subprocess.run(run, capture_output=True, check=True).stdout)
    assert peaks[6_000] < 80_000
    assert peaks[6_000] - peaks[200] < 4_000, "kilobytes; the larger file has 2,700"
