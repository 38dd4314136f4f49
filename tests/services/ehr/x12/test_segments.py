"""X12 fault families X01 and X02: what parts a file is read from its ISA, or the file is refused."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ehr.x12 import X12Fault
from services.ehr.x12.segments import LONGEST, MOST_ELEMENTS, SegmentReader
from tests.x12_files import Dripping, claim, interchange, isa, payment, read

PAID = [*payment(), *claim()]
USUAL = interchange("835", PAID)


def segments(data: bytes) -> list[list[str]]:
    return list(SegmentReader(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("terminator", "padding"),
    [("~", ""), ("~", "\r\n"), ("~", "\n"), ("~", " \r\n"), ("\n", ""), ("\r", "\n"), ("\x1c", ""),
     ("|", "\n\n"), ("'", "")],
)  # fmt: skip
def test_any_terminator_reads_the_same(terminator: str, padding: str) -> None:
    assert read(interchange("835", PAID, terminator=terminator, padding=padding)) == read(USUAL)


@pytest.mark.parametrize(("element", "component"), [("|", ">"), ("\x1d", "\x1f"), ("+", ":")])
def test_any_separators_read_the_same(element: str, component: str) -> None:
    table = str.maketrans({"*": element, ":": component})
    assert read(USUAL.decode().translate(table).encode()) == read(USUAL)


def test_a_wrong_component_separator_does_not_read_the_same() -> None:
    """The negative control: it is the ISA that decides."""
    assert read(USUAL.replace(b"HC:", b"HC>")) != read(USUAL)


def test_each_interchange_has_its_own_separators() -> None:
    second = interchange("835", PAID, terminator="\n", control=906)
    other = second.decode().translate(str.maketrans({"*": "|", ":": ">"})).encode()
    first, again = read(USUAL), read(USUAL + b"\r\n" + other + b"\x1a")[3:]
    assert again[0] == first[0]
    assert again[1].lines == first[1].lines


def test_a_wrapped_file_reads_the_same() -> None:
    """Mainframes break records wherever 80 characters are full, but leave ISA whole."""
    head, body = USUAL[:106], USUAL[106:]
    lines = [body[at : at + 80] for at in range(0, len(body), 80)]
    assert read(head + b"\r\n".join(lines)) == read(USUAL)


def test_a_byte_order_mark_and_indented_segments_are_passed_over() -> None:
    assert read(b"\xef\xbb\xbf" + USUAL.replace(b"~", b"~\n    ")) == read(USUAL)


@pytest.mark.parametrize("drop", [1, 2, 7, 105, 106, 107])
def test_a_file_that_comes_in_drops_reads_the_same(drop: int) -> None:
    assert list(SegmentReader(Dripping(USUAL * 3, drop))) == segments(USUAL * 3)


@given(st.lists(st.text("AIEZ*09:", max_size=30), max_size=20), st.integers(1, 300))
def test_where_blocks_end_changes_nothing(bodies: list[str], drop: int) -> None:
    """Also where data looks like the end of an interchange."""
    data = interchange("999", [f"ZZ*{body}" for body in bodies])
    assert list(SegmentReader(Dripping(data, drop))) == segments(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"%PDF-1.7", id="a PDF"),
        pytest.param(USUAL[106:], id="no ISA"),
        pytest.param(USUAL[:60], id="half an ISA"),
        pytest.param(USUAL.replace(b"PAYER          ", b"PAYER", 1), id="ISA too short"),
        pytest.param(USUAL.replace(b"*ZZ*", b"*ZZZ*", 1), id="ISA too long"),
        pytest.param(
            USUAL.replace(b"ISA*00*          ", b"ISA*          *00", 1), id="wrong order"
        ),
        pytest.param(USUAL.replace(b"*P*:", b"*P*A", 1), id="a letter parts components"),
        pytest.param(USUAL.replace(b"*P*:", b"*P*~", 1), id="one character parts two things"),
        pytest.param(USUAL.replace(b"PAYER  ", b"PA*ER  ", 1), id="an element too many"),
        pytest.param(USUAL[106:] + USUAL, id="ISA last"),
        pytest.param(USUAL.replace(b"PAYER  ", b"PA~ER  ", 1), id="a terminator within ISA"),
    ],
)
def test_what_does_not_begin_as_x12_is_refused(data: bytes) -> None:
    with pytest.raises(X12Fault, match="ISA"):
        read(data)


def test_what_follows_the_last_interchange_is_refused() -> None:
    with pytest.raises(X12Fault, match="Something other than an interchange"):
        read(USUAL + b"GS*HP~")


@pytest.mark.parametrize("cut", [110, 200, 300, len(USUAL) - 15])
def test_a_file_that_was_cut_is_refused(cut: int) -> None:
    with pytest.raises(X12Fault, match=r"ends (in the middle|before)|begins with no"):
        read(USUAL[:cut])


def test_the_very_last_terminator_may_be_missing() -> None:
    assert read(USUAL.removesuffix(b"~")) == read(USUAL)


@pytest.mark.parametrize("length", [LONGEST + 1, 300_000])
def test_an_endless_segment_is_refused(length: int) -> None:
    endless = USUAL.replace(b"A PAYER", b"A" * length)
    with pytest.raises(X12Fault, match="longer than any segment"):
        read(endless)


def test_a_segment_of_too_many_elements_is_refused() -> None:
    with pytest.raises(X12Fault, match="longer than any segment"):
        read(interchange("835", [*payment(), "ZZ" + "*" * MOST_ELEMENTS]))


@pytest.mark.parametrize("name", [b"", b"n1", b"NM11", b"\xff\xfe", b"1"])
def test_a_segment_without_a_name_is_refused(name: bytes) -> None:
    with pytest.raises(X12Fault, match="Segment 5: begins with no segment name"):
        read(USUAL.replace(b"TRN*", name + b"*", 1))


def test_a_nul_is_refused() -> None:
    with pytest.raises(X12Fault, match="NUL"):
        read(USUAL.replace(b"A PAYER", b"A\0PAYER"))


@pytest.mark.parametrize("written", ["GARCÍA".encode(), "GARCÍA".encode("latin-1")])
def test_names_are_read_in_either_encoding(written: bytes) -> None:
    rows = read(USUAL.replace(b"BENNETT", written))
    assert rows[1].named("QC").last == "GARCÍA"


def test_old_versions_have_no_repetition() -> None:
    reader = SegmentReader(io.BytesIO((isa(repetition="U", version="00401") + "~").encode()))
    assert next(iter(reader))[11] == "U"
    assert reader.separators.repetition == ""


def test_no_sentence_quotes_the_file() -> None:
    for at in range(106, len(USUAL)):
        hostile = USUAL[:at] + b"~CANARY*" + USUAL[at:]
        with pytest.raises(X12Fault) as caught:
            read(hostile)
        assert "CANARY" not in str(caught.value)
