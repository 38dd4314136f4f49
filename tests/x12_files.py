"""X12 files for tests: samples that others wrote, and whole files made of a few segments."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.ehr.x12 import rows

SAMPLES = Path(__file__).with_name("data") / "x12"


def sample(name: str) -> bytes:
    """A file of ``tests/data/x12``."""
    return (SAMPLES / name).read_bytes()


def isa(
    control: int = 905, *, component: str = ":", repetition: str = "^", version: str = "00501"
) -> str:
    """An ISA without its terminator: 105 characters."""
    return (
        f"ISA*00*          *00*          *ZZ*PAYER          *ZZ*PRACTICE       "
        f"*260302*0900*{repetition}*{version}*{control:09}*0*P*{component}"
    )  # fmt: skip


def transaction(type: str, *body: str, control: str = "0001") -> list[str]:
    """*body* between ST and SE."""
    return [f"ST*{type}*{control}", *body, f"SE*{len(body) + 2}*{control}"]


def interchange(
    type: str, *bodies: Iterable[str], guide: str = "005010X221A1", terminator: str = "~",
    padding: str = "", control: int = 905,
) -> bytes:  # fmt: skip
    """A whole file: each of *bodies* is a transaction of *type*."""
    inside = [
        segment
        for number, body in enumerate(bodies, start=1)
        for segment in transaction(type, *body, control=f"{number:04}")
    ]
    segments = [
        isa(control), f"GS*HP*PAYER*PRACTICE*20260302*0900*7*X*{guide}", *inside,
        f"GE*{len(bodies)}*7", f"IEA*1*{control:09}",
    ]  # fmt: skip
    return "".join(segment + terminator + padding for segment in segments).encode()


def payment(amount: str = "80", *claims: str) -> list[str]:
    """The body of an 835 that pays *amount*."""
    return [
        f"BPR*I*{amount}*C*ACH*CCP*01*1*DA*2*1512345678**01*3*DA*4*20260305",
        "TRN*1*TRACE77*1512345678", "REF*EV*X", "DTM*405*20260302",
        "N1*PR*A PAYER*XV*12345", "REF*2U*12345",
        "N1*PE*A PRACTICE*XX*1234567893", "REF*TJ*123456789", "LX*1", *claims,
    ]  # fmt: skip


def claim(**changes: str) -> list[str]:
    """The segments of one paid claim of 100.00: 80.00 paid, 20.00 by contract."""
    parts = {
        "CLP": "CLP*C1*1*100*80**12*P1*11*1", "NM1": "NM1*QC*1*BENNETT*RUTH****MI*M1",
        "SVC": "SVC*HC:99213:25*100*80**1", "DTM": "DTM*472*20260201", "CAS": "CAS*CO*45*20",
    }  # fmt: skip
    return [segment for segment in (parts | changes).values() if segment]


def read(data: bytes, *, bare: bool = False) -> list[Any]:
    """Every row of *data*."""
    return [row for _, row in rows(io.BytesIO(data), bare=bare) if row is not None]


class Dripping(io.BytesIO):
    """A file that gives a few bytes at a time, whatever is asked for."""

    def __init__(self, data: bytes, drop: int) -> None:
        super().__init__(data)
        self.drop = drop

    def read(self, size: int | None = -1, /) -> bytes:
        """At most ``drop`` bytes."""
        return super().read(self.drop)
