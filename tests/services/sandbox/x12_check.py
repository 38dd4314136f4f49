"""An X12 reader of the tests' own: separators from the ISA, counts, and amounts as decimals."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

Segments = list[list[str]]
REQUIRED = {
    "837": {"BHT", "NM1", "PER", "HL", "SBR", "CLM", "HI", "LX", "SV1", "DTP"},
    "835": {"BPR", "TRN", "DTM", "N1", "PER", "LX", "CLP", "NM1"},
    "999": {"AK1", "AK9"},
    "277": {"BHT", "HL", "NM1", "TRN", "STC"},
    "271": {"BHT", "HL", "NM1"},
}


def segments(raw: bytes) -> Segments:
    text = raw.decode("ascii")
    assert text.startswith("ISA")
    element, end = text[3], text[105]
    return [s.strip("\n").split(element) for s in text.split(end) if s.strip("\n")]


def transactions(raw: bytes) -> list[Segments]:
    """What lies between ST and SE, every count and control number of the envelope checked."""
    found = segments(raw)
    assert (found[0][0], found[-1][0]) == ("ISA", "IEA")
    assert len("*".join(found[0])) == 105, "the ISA has fixed lengths"
    assert found[0][13] == found[-1][2]
    groups = [s for s in found if s[0] == "GS"]
    assert int(found[-1][1]) == len(groups)
    ends = [s for s in found if s[0] == "GE"]
    assert [g[6] for g in groups] == [e[2] for e in ends]
    starts = [n for n, s in enumerate(found) if s[0] == "ST"]
    stops = [n for n, s in enumerate(found) if s[0] == "SE"]
    assert sum(int(e[1]) for e in ends) == len(starts)
    bodies = [found[a : b + 1] for a, b in zip(starts, stops, strict=True)]
    for body in bodies:
        assert int(body[-1][1]) == len(body)
        assert body[-1][2] == body[0][2]
        assert REQUIRED[body[0][1]] <= {s[0] for s in body}
    return bodies


@dataclass
class Clp:
    """One claim of an 835, as the file has it."""

    id: str
    status: str
    charge: Decimal
    paid: Decimal
    number: str
    claim_level: list[tuple[str, str, Decimal]] = field(default_factory=list)
    services: list[list[Decimal]] = field(default_factory=list)
    line_level: list[tuple[str, str, Decimal]] = field(default_factory=list)
    per_line: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    owed: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def adjustments(self) -> list[tuple[str, str, Decimal]]:
        return self.claim_level + self.line_level

    def off(self) -> Decimal:
        """By how much the claim does not balance, its lines too."""
        wrong = self.charge - sum(a for _, _, a in self.adjustments) - self.paid
        for number, (charge, paid) in enumerate(self.services):
            wrong += abs(charge - self.per_line[number] - paid)
        if self.services:
            wrong += abs(sum(paid for _, paid in self.services) - self.paid)
            wrong += abs(sum(charge for charge, _ in self.services) - self.charge)
        return wrong


@dataclass
class Era:
    """One 835: its claims, and what is wrong with BPR02."""

    claims: list[Clp]
    off: Decimal
    payer: str
    trace: str
    levies: list[tuple[str, Decimal]]


def era(raw: bytes) -> Era:
    [body] = transactions(raw)
    claims: list[Clp] = []
    levies: list[tuple[str, Decimal]] = []
    for s in body:
        match s[0]:
            case "CLP":
                claims.append(Clp(s[1], s[2], Decimal(s[3]), Decimal(s[4]), s[7], owed=s[5]))
            case "SVC":
                claims[-1].services.append([Decimal(s[2]), Decimal(s[3])])
            case "CAS":
                take(claims[-1], s)
            case "LQ":
                claims[-1].remarks.append(s[2])
            case "MOA":
                claims[-1].remarks += [r for r in s[3:] if r]
            case "PLB":
                levies += [(r[:2], Decimal(a)) for r, a in zip(s[3::2], s[4::2], strict=True)]
    paid = sum((c.paid for c in claims), Decimal()) - sum((a for _, a in levies), Decimal())
    payer = next(s[2] for s in body if s[0] == "REF" and s[1] == "2U")
    return Era(claims, Decimal(body[1][2]) - paid, payer, body[2][2], levies)


def take(claim: Clp, s: list[str]) -> None:
    triplets = [(s[1], code, Decimal(a)) for code, a in zip(s[2::3], s[3::3], strict=True)]
    if claim.services:
        claim.line_level += triplets
        claim.per_line[len(claim.services) - 1] += sum(a for _, _, a in triplets)
    else:
        claim.claim_level += triplets


def billed(raw: bytes) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Claim id, CLM02 and the sum of its lines, for each claim of an 837."""
    for body in transactions(raw):
        now, charge, lines = "", Decimal(), Decimal()
        for s in [*body, ["CLM", "", "0"]]:
            if s[0] == "CLM":
                if now:
                    yield now, charge, lines
                now, charge, lines = s[1], Decimal(s[2]), Decimal()
            elif s[0] == "SV1":
                lines += Decimal(s[2])


def statuses(raw: bytes) -> dict[str, str]:
    """Claim id to the first status composite, of a 277CA or a 277."""
    [body] = transactions(raw)
    found: dict[str, str] = {}
    level, trace = "", ""
    for s in body:
        match s[0]:
            case "HL":
                level = s[3]
            case "TRN":
                trace = s[2]
            case "STC" if level in ("PT", "22"):
                found.setdefault(trace, s[1])
    return found
