"""The billing world as it is on the first day: a year of files and claims, made once a day and seed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from services.sandbox.charts import Chart
from services.sandbox.clearing.billing import claims_837
from services.sandbox.clearing.book import Book
from services.sandbox.clearing.cabinet import Cabinet, File
from services.sandbox.clearing.chronicle import OUT, Chain, Chronicle
from services.sandbox.clearing.drafting import Draft, drafts
from services.sandbox.clearing.insured import insurances
from services.sandbox.clearing.model import Levy
from services.sandbox.clearing.planning import FIRST_ID, planned_year
from services.sandbox.clearing.records import Record
from services.sandbox.clearing.x12 import interchange
from services.sandbox.population import first_practice, second_practice

BEGINS_BEFORE = timedelta(372)
TWICE_PAYER = "SBP01"


@dataclass(frozen=True)
class Past:
    """What the first day finds. Nobody changes it: take copies."""

    born: date
    files: tuple[File, ...]
    records: Mapping[str, Record]
    book: Book
    coming: Mapping[tuple[date, str, str], list[Chain]]
    next_id: int
    twice: tuple[str, str]
    carried: Mapping[str, Levy]


@cache
def past_of(code: str, number: int, born: date, seed: int) -> Past:
    """The past of the first practice (*number* 0) or a further one, as of *born*."""
    chart = first_practice(born) if number == 0 else second_practice(born)
    told = _told(chart, code, born, f"{seed}:{code}")
    twice = _deliver_twice(told.cabinet, born)
    next_id = max((int(i[2:]) for i in told.records), default=FIRST_ID) + 1
    waiting = _draft_batch(told, chart, born, next_id, f"{seed}:{code}")
    files = tuple(told.cabinet.files)
    coming = {key: chains for key, chains in sorted(told.coming.items()) if key[0] >= born}
    following = next_id + len(waiting)
    return Past(born, files, told.records, told.book, coming, following, twice, told.carried)


def _told(chart: Chart, code: str, born: date, seed: str) -> Chronicle:
    insured = insurances(chart)
    book = Book()
    for one in (one for ones in insured.values() for one in ones):
        book.members[one.member] = one.payer
        book.ends[one.payer, one.member] = one.end
    draws = random.Random(f"{seed}:chronicle")  # noqa: S311 - a rehearsal must repeat
    told = Chronicle(Cabinet(code), book, insured, draws)
    told.tell(planned_year(chart, born, seed), born - BEGINS_BEFORE, born)
    return told


def _deliver_twice(cabinet: Cabinet, born: date) -> tuple[str, str]:
    """The newest remittance of one payer comes again, byte for byte: its id, and the copy's."""
    known = [f for f in cabinet.files if f.kind == "835"]
    ours = [f for f in known if f"REF*2U*{TWICE_PAYER}~".encode() in f.raw] or known
    if not ours:
        return "", ""
    at = _evening(born, 20)
    again = cabinet.keep(ours[-1].name.replace(".x12", "_again.x12"), "835", at, ours[-1].raw)
    return ours[-1].id, again.id


def _draft_batch(told: Chronicle, chart: Chart, born: date, next_id: int, seed: str) -> list[Draft]:
    at = _evening(born, 22)
    before = [r.claim for r in told.records.values() if r.state == "paid"]
    waiting = drafts(chart, born, next_id, before, seed)
    claims = [d.claim for d in waiting]
    for draft in waiting:
        told.records[draft.claim.id] = Record(draft.claim, draft=draft.reasons)

    def build(control: int) -> bytes:
        return interchange("837", [claims_837(claims, f"D{control:06}", at)], OUT, at, control)

    told.cabinet.file("837-draft", at, build)
    return waiting


def _evening(born: date, hour: int) -> datetime:
    return datetime.combine(born - timedelta(1), time(hour), UTC)
