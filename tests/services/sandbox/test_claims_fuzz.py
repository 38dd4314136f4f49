"""Whatever is sent to the clearinghouse, it answers in good X12 and never stumbles."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.sandbox.clearing.house import House, new_house
from services.sandbox.clearing.realtime import answered
from services.sandbox.clearing.submitting import submit
from services.sandbox.pace import ClaimsPace
from services.sandbox.population import first_practice
from tests.services.sandbox import x12_check
from tests.services.sandbox.biller import interchange

DAY = date(2026, 11, 30)
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)


def account() -> House:
    return new_house("FEIGDM", 0, DAY, 7, ClaimsPace())


DRAFT = next(f.raw for f in account().cabinet.files if f.kind == "837-draft")
INNER = x12_check.transactions(DRAFT)[0][1:45]


def answers_to(raw: bytes) -> list[bytes]:
    """What comes back for a file, whatever it is."""
    house = account()
    before = len(house.cabinet.files)
    submit(house, "k", raw, "f", AT, {})
    house.run(AT + timedelta(minutes=5))
    return [f.raw for f in house.cabinet.files[before + 1 :]]


def in_order(raw: bytes) -> bool:
    found = x12_check.segments(raw)
    if any(s[0] == "TA1" for s in found):
        return found[-1][:2] == ["IEA", "0"]
    return bool(x12_check.transactions(raw))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(DRAFT) - 1), st.binary(max_size=3)), max_size=6))
def test_a_file_with_bytes_changed(changes: list[tuple[int, bytes]]) -> None:
    raw = DRAFT
    for at, put in changes:
        raw = raw[:at] + put + raw[at + 1 :]
    answers = answers_to(raw)
    assert answers
    assert all(in_order(answer) for answer in answers)


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(range(len(INNER))), st.integers(0, len(INNER)), st.text("A19:^ -.", max_size=3)
)
def test_a_file_with_segments_out_of_order_under_right_counts(
    order: list[int], kept: int, put: str
) -> None:
    """Such a file passes the envelope's check, so the claims in it are read and judged."""
    mixed = [[*INNER[n][:-1], INNER[n][-1] + put] for n in order[:kept]]
    answers = answers_to(interchange([*INNER, *mixed], DRAFT))
    assert all(in_order(answer) for answer in answers)


def test_other_separators_are_understood() -> None:
    swapped = DRAFT.translate(bytes.maketrans(b"*:~", b"|>'")).replace(b"\n", b"")
    good = [x12_check.statuses(a) for a in answers_to(DRAFT) if b"X214" in a]
    assert good == [x12_check.statuses(a) for a in answers_to(swapped) if b"X214" in a]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_real_time_answers_or_refuses(noise: bytes) -> None:
    chart = first_practice(DAY)
    head = DRAFT[:106].replace(b"ISA*00", b"ISA*00") + b"\nGS*HS*A*B*1*1*1*X*005010X279A1~\n"
    for raw in (noise, head + b"ST*270*0001~" + noise + b"~SE*3*0001~GE*1*1~IEA*1*000000001~"):
        back = answered(account(), chart, raw, AT)
        assert back is None or x12_check.transactions(back)
