"""Made-up values for round trips: whatever X12 can carry, and nothing else."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace

from services.ehr.x12.claim import (
    INSTITUTIONAL,
    PROFESSIONAL,
    BilledLine,
    Claim,
    Coverage,
    Diagnosis,
    Drug,
    Note,
    Party,
)
from services.ehr.x12.enquiry import EligibilityEnquiry, Person, StatusEnquiry
from services.ehr.x12.rows import Address, Amount, Dated, Named, Reference
from services.ehr.x12.writing import Submission

PLAIN = "".join(chr(c) for c in range(33, 126) if chr(c) not in "*:~^")
ids = st.text(PLAIN, min_size=1, max_size=20)
codes = st.text("ABCXYZ0123456789", min_size=2, max_size=3)
texts = st.lists(st.text(PLAIN, min_size=1, max_size=8), max_size=4).map(" ".join)
cents = st.integers(-(10**9), 10**9)
charges = st.integers(0, 10**9)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
units = st.integers(0, 10**6).map(lambda n: Decimal(n) / 1000)
dated = st.builds(Dated, codes, days, st.none() | days)
references = st.lists(st.builds(Reference, codes, ids), max_size=3).map(tuple)
addresses = st.builds(Address, texts.filter(bool), texts.filter(bool), codes, ids, texts, codes)


def named(*roles: str) -> st.SearchStrategy[Named]:
    return st.builds(
        Named, st.sampled_from(roles), st.sampled_from("12"), texts, texts, texts, texts,
        st.sampled_from(["XX", "MI", "PI"]), ids,
    )  # fmt: skip


def parties(*roles: str) -> st.SearchStrategy[Party]:
    return st.builds(
        Party, named(*roles), st.just("") if roles[0] in ("IL", "PR", "QC", "87") else ids,
        st.none() | addresses, st.none() | days, st.just(""), references,
    )  # fmt: skip


billing = st.builds(
    Party,
    st.builds(Named, st.just("85"), st.just("2"), texts, qualifier=st.just("XX"), id=ids),
    st.just("") | ids,
    addresses,
    references=references,
)
coverages = st.builds(
    Coverage, st.sampled_from("PST"), codes, ids, texts, codes, parties("IL"), parties("PR")
)
others = st.builds(
    Coverage, st.sampled_from("ST"), codes, ids, texts, codes, parties("IL"), parties("PR"),
    st.lists(st.builds(Amount, codes, cents), max_size=2).map(tuple),
    st.tuples(st.sampled_from("YN"), st.sampled_from("YI")),
)  # fmt: skip
diagnoses = st.lists(
    st.builds(Diagnosis, st.sampled_from(["ABK", "ABF", "BK"]), ids), min_size=1, max_size=12
).map(tuple)
lines = st.builds(
    BilledLine, codes, ids, st.lists(codes, max_size=4).map(tuple), charges,
    st.sampled_from(["UN", "MJ"]), st.none() | units, codes, st.just((1,)),
    dates=st.lists(dated, max_size=2).map(tuple), references=references,
    drug=st.none() | st.builds(Drug, ids, units, codes, references),
    parties=st.lists(parties("DK", "82"), max_size=2).map(tuple),
)  # fmt: skip


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """A claim whose lines add up to its charge."""
    billed = tuple(draw(st.lists(lines, min_size=1, max_size=4)))
    patient = draw(st.none() | parties("QC"))
    return Claim(
        PROFESSIONAL, draw(ids), sum(line.charge for line in billed), draw(codes), "B",
        draw(st.sampled_from("178")), ("Y", "A", "Y", draw(st.sampled_from("IY"))), draw(billing),
        draw(coverages), patient, draw(codes) if patient else "",
        tuple(draw(st.lists(others, max_size=2))), draw(diagnoses),
        tuple(draw(st.lists(dated, max_size=2))),
        tuple(draw(st.lists(st.builds(Amount, codes, cents), max_size=1))), draw(references),
        tuple(draw(st.lists(parties("82", "DN", "77"), max_size=3))), billed,
        draw(st.sampled_from(["", "P"])), draw(st.none() | parties("87")),
        tuple(draw(st.lists(codes, max_size=2))),
        tuple(draw(st.lists(st.builds(Note, codes, texts.filter(bool)), max_size=2))),
    )  # fmt: skip


institutional_codes = st.lists(
    st.builds(
        Diagnosis, st.sampled_from(["ABF", "ABJ", "BE", "BH"]), ids,
        st.lists(st.just("") | codes, max_size=7).filter(lambda d: not d or d[-1] != "").map(tuple),
    ), max_size=20,
)  # fmt: skip
institutional_lines = st.builds(
    BilledLine, codes, ids, st.lists(codes, max_size=4).map(tuple), charges,
    st.sampled_from(["UN", "DA"]), units, revenue_code=st.sampled_from(["0300", "0450"]),
    dates=st.lists(dated, max_size=2).map(tuple),
)  # fmt: skip
hours = st.builds(Dated, codes, days, time=st.sampled_from(["0000", "2359"]))


@st.composite
def institutional_claims(draw: st.DrawFn) -> Claim:
    """An institution's claim: type of bill, admission, principal and other codes, revenue codes."""
    billed = tuple(draw(st.lists(institutional_lines, min_size=1, max_size=4)))
    codes = (Diagnosis("ABK", draw(ids)), *draw(institutional_codes))
    dates = tuple(draw(st.lists(dated | hours, max_size=2)))
    return replace(
        draw(claims()), kind=INSTITUTIONAL, facility_qualifier="A", lines=billed,
        charge=sum(line.charge for line in billed), diagnoses=codes, dates=dates,
        parties=tuple(draw(st.lists(parties("71", "72"), max_size=2))),
        admission=draw(st.sampled_from([(), ("3", "7", "01"), ("1", "", "30")])),
        discharge_hour=draw(st.sampled_from(["", "1130"])),
    )  # fmt: skip


submissions = st.builds(
    Submission, st.text(PLAIN, min_size=1, max_size=15), st.text(PLAIN, min_size=1, max_size=15),
    st.integers(1, 999_999_999), st.integers(0, 2**31).map(lambda s: datetime.fromtimestamp(s, UTC)),
    texts, texts, texts, ids, is_test=st.booleans(),
)  # fmt: skip
# Only whom the question is about has a birth date, so that it says whose it is.
people = st.builds(Person, named("IL"))
dependents = st.builds(Person, named("QC"), st.none() | days)
status_enquiries = st.builds(
    StatusEnquiry, named("PR"), named("1P"), people, ids, ids, charges, st.builds(
        Dated, st.just("472"), days, st.none() | days), st.just("") | ids, dependents,
)  # fmt: skip
eligibility_enquiries = st.builds(
    EligibilityEnquiry, named("PR"), named("1P"), people, ids, days,
    st.lists(codes, min_size=1, max_size=3).map(tuple),
    st.none() | st.builds(Person, named("03"), st.none() | days),
)  # fmt: skip
