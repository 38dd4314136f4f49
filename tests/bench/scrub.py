"""Claims scrubbed a second by every rule, and with reading their file, beside the reading alone."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from services.ehr.x12.claim import Claim
from services.ehr.x12.claim_writer import write_claims
from services.ehr.x12.writing import Submission
from services.scrub import scrub
from services.scrub.files import professional_claims, scrub_files
from tests.bench.figures import A_SECOND, Figure, Scale, cpu
from tests.services.scrub.builder import KNOWN, SUBSCRIBER, TODAY, claim, coverage, line

SUBMISSION = Submission(
    "HARBOR", "CLEARING", 1, datetime(2021, 4, 1, 8, tzinfo=UTC), "Harbor Family Medicine"
)


def measure(scale: Scale) -> Iterator[Figure]:
    """Office claims of three lines; every seventh has something that holds it."""
    claims = [_claim(n) for n in range(scale.messages)]
    scrub(claims[0], KNOWN)  # the lists are read once
    ours = len(claims) / cpu(lambda: [scrub(one, KNOWN) for one in claims], scale.rounds)
    yield Figure("scrub claims of three lines, every rule", ours, A_SECOND, target=">= 2,000 /s")
    path = scale.folder / "batch.837"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_claims(claims, SUBMISSION))
    whole = len(claims) / cpu(lambda: _scrubbed(path), scale.rounds)
    read = len(claims) / cpu(lambda: sum(1 for _ in professional_claims(path)), scale.rounds)
    yield Figure("foyer claims scrub: 837P to JSON", whole, A_SECOND, "reading it once", read)


def _scrubbed(path: Path) -> None:
    scrub_files([path], TODAY, io.StringIO(), print)


def _claim(n: int) -> Claim:
    lab = line("80053", units=Decimal(2 if n % 7 == 0 else 1))
    lines = (line("99213", pointers=(1, 2)), lab, line("36415"))
    someone = replace(SUBSCRIBER, name=replace(SUBSCRIBER.name, id=f"M{n:07}"))
    return claim(
        *lines, claim_id=f"C{n:06}", codes=("E119", "I10"), coverage=coverage(subscriber=someone)
    )
