"""Whatever the bytes are, the reader gives rows or its one fault; the long run is ``tests.fuzz``."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import x12
from tests.x12_files import claim, interchange, isa, payment, transaction

CORPUS = x12.corpus()
TYPES = st.sampled_from(["835", "277", "837", "271", "999", "997", "834", ""])
GUIDES = st.sampled_from(["005010X221A1", "005010X214", "005010X222A1", "005010X223A2",
                          "005010X279A1", "004010X098A1", ""])  # fmt: skip
NAMES = st.sampled_from([
    "BPR", "TRN", "N1", "CLP", "CAS", "NM1", "SVC", "DTM", "LQ", "MOA", "MIA", "PLB", "AMT", "REF",
    "HL", "STC", "DTP", "CLM", "SBR", "PAT", "DMG", "HI", "LX", "SV1", "SV2", "LIN", "CTP", "NTE",
    "OI", "PRV", "N3", "N4", "EB", "AAA", "AK1", "AK2", "IK3", "IK4", "IK5", "AK9", "TA1", "ST", "GE",
])  # fmt: skip
ELEMENTS = st.sampled_from(["", "1", "20", "22", "85", "IL", "PR", "-5.5", "D8", "RD8", "20260101",
                            "20260101-20260231", "HC:1:2:3:4:5:6", "A3:1:2", "9" * 30, "é", "x"])  # fmt: skip
SEGMENTS = st.builds(
    lambda name, elements: "*".join([name, *elements]), NAMES, st.lists(ELEMENTS, max_size=14)
)
FEW = settings(max_examples=120, deadline=None)


@FEW
@given(st.binary(max_size=2_000))
def test_any_bytes(data: bytes) -> None:
    x12.target(data)


@FEW
@given(st.binary(max_size=500))
def test_any_bytes_behind_a_right_isa(data: bytes) -> None:
    x12.target(isa().encode() + b"~" + data)


@FEW
@given(TYPES, GUIDES, st.lists(SEGMENTS, max_size=25))
def test_any_segments_in_a_right_envelope(type: str, guide: str, body: list[str]) -> None:
    x12.target(interchange(type, body, guide=guide))
    x12.target("~".join(transaction(type, *body)).encode())


@FEW
@given(st.sampled_from(CORPUS), st.data())
def test_samples_with_a_few_bytes_changed(data: bytes, draw: st.DataObject) -> None:
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 5))):
        at = draw.draw(st.integers(0, len(changed) - 1))
        change = draw.draw(st.sampled_from(["set", "cut", "twice"]))
        if change == "set":
            changed[at] = draw.draw(st.sampled_from(b"~*:^>A9-.\n\x00\xff "))
        elif change == "cut":
            del changed[at : at + draw.draw(st.integers(1, 40))]
            changed = changed or bytearray(b"~")
        else:
            changed[at:at] = changed[at : at + 40]
    x12.target(bytes(changed))


def test_the_corpus_is_read() -> None:
    """A negative control: files that nobody reads would never fail."""
    assert len(CORPUS) > 20
    assert {"CLP", "STC", "CLM", "EB", "IK3"} <= set(x12.dictionary())


def test_another_exception_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a reader that lets something else out is caught."""

    def broken(text: str) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("services.ehr.x12.remittance_reader.cents", broken)
    with pytest.raises(ZeroDivisionError):
        x12.target(interchange("835", [*payment(), *claim()]))
