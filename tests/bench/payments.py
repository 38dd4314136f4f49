"""Remittances as large as a payer's year: 835 files made up for the bench, balanced to the cent."""

import random
from collections.abc import Iterator
from pathlib import Path

ISA = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PRACTICE       "
    "*260302*0900*^*00501*000000001*0*P*:"
)
PROCEDURES = ("99213", "99214", "99203", "36415", "80053", "93000", "90471", "J3301")
REASONS = (("CO", "45"), ("PR", "1"), ("PR", "2"), ("PR", "3"), ("CO", "97"), ("CO", "253"))


def write_remittance(path: Path, claims: int, transactions: int, seed: int = 7) -> int:
    """A file of *claims* in as many *transactions*; how many segments it has."""
    count = 0
    with path.open("w", encoding="ascii") as file:
        for segment in _segments(claims, transactions, random.Random(seed)):
            file.write(segment + "~")
            count += 1
    return count


def _segments(claims: int, transactions: int, dice: random.Random) -> Iterator[str]:
    yield ISA
    yield "GS*HP*PAYER*PRACTICE*20260302*0900*1*X*005010X221A1"
    each = claims // transactions
    for number in range(1, transactions + 1):
        yield from _transaction(number, each, dice)
    yield f"GE*{transactions}*1"
    yield "IEA*1*000000001"


def _transaction(number: int, claims: int, dice: random.Random) -> list[str]:
    body: list[str] = []
    total = sum(_claim(body, f"{number}-{n}", dice) for n in range(claims))
    head = [
        f"ST*835*{number:04}", f"BPR*I*{_money(total)}*C*ACH*CCP*01*1*DA*2*1512345678**01*3*DA*4*20260305",
        f"TRN*1*{number:09}*1512345678", "DTM*405*20260302", "N1*PR*BENCH PAYER*XV*12345",
        "N3*1 BENCH STREET", "N4*SPRINGFIELD*IL*62701", "PER*BL*SERVICE*TE*8005550100",
        "N1*PE*BENCH PRACTICE*XX*1234567893", "REF*TJ*123456789", "LX*1",
    ]  # fmt: skip
    return [*head, *body, f"SE*{len(head) + len(body) + 1}*{number:04}"]


def _claim(body: list[str], id: str, dice: random.Random) -> int:
    lines: list[str] = []
    charge = paid = share = 0
    for number in range(dice.choice((1, 2, 3, 3, 4, 5))):
        billed, taken = dice.randrange(2_000, 60_000), 0
        cas = []
        for group, reason in dice.sample(REASONS, dice.choice((1, 1, 2, 3))):
            amount = dice.randrange(1, billed // 4)
            taken += amount
            share += amount if group == "PR" else 0
            cas.append(f"CAS*{group}*{reason}*{_money(amount)}")
        charge, paid = charge + billed, paid + billed - taken
        lines += [
            f"SVC*HC:{dice.choice(PROCEDURES)}*{_money(billed)}*{_money(billed - taken)}**1",
            f"DTM*472*202602{dice.randrange(1, 29):02}", *cas, f"REF*6R*{number + 1}",
            f"AMT*B6*{_money(billed - taken)}",
        ]  # fmt: skip
    body += [
        f"CLP*{id}*1*{_money(charge)}*{_money(paid)}*{_money(share)}*12*P{id}*11*1",
        "NM1*QC*1*BENCH*PATIENT****MI*M123456", "NM1*82*1*BENCH*DOCTOR****XX*1234567893",
        "REF*EA*12345", "DTM*232*20260201", "DTM*050*20260220", *lines,
    ]  # fmt: skip
    return paid


def _money(cents: int) -> str:
    """As payers write it: no zeros that say nothing."""
    return f"{cents // 100}.{cents % 100:02}".rstrip("0").rstrip(".")


def write_statuses(path: Path, claims: int) -> None:
    """A 277 of *claims*, each with one line."""
    body = ["BHT*0010*08*1*20260302*0900*DG", "HL*1**20*1", "NM1*PR*2*BENCH PAYER*****PI*12345"]
    for n in range(claims):
        body += [
            f"HL*{n + 2}*1*22*0", "NM1*IL*1*BENCH*PATIENT****MI*M123456", f"TRN*2*C{n}",
            f"STC*F1:65*20260302**{100 + n}*{50 + n}.25", f"REF*1K*P{n}", "REF*EJ*A1",
            "DTP*472*D8*20260201", f"SVC*HC:99213*{100 + n}*{50 + n}.25****1",
            f"STC*F1:65*20260302**{100 + n}*{50 + n}.25", "DTP*472*D8*20260201",
        ]  # fmt: skip
    head = [ISA, "GS*HN*PAYER*PRACTICE*20260302*0900*1*X*005010X212", "ST*277*0001*005010X212"]
    tail = [f"SE*{len(body) + 2}*0001", "GE*1*1", "IEA*1*000000001"]
    path.write_text("".join(segment + "~" for segment in (*head, *body, *tail)))
