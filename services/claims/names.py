"""How claims and files are found again: keyed digests of numbers that are patients' data."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.patients import Patients
from db.vault import blind_index
from services import chart
from services.desk import Desk
from services.ehr.x12.claim import Claim, Party


def number_digest(desk: Desk, number: str) -> bytes:
    """A claim by its own number (CLM01). Payers return it in capitals and without blanks."""
    plain = "".join(number.split()).upper()
    return blind_index(desk.container.keyring, desk.practice_id, "claim", plain)


def interchange_digest(desk: Desk, interchange: str) -> bytes:
    """An interchange by its sender, receiver and control number."""
    return blind_index(desk.container.keyring, desk.practice_id, "interchange", interchange)


def patient_of(claim: Claim) -> Party | None:
    """Whom the claim is about: the patient, or the subscriber where they are the same."""
    return claim.patient or claim.coverage.subscriber


def known_patients(desk: Desk, claims: Sequence[Claim]) -> list[UUID | None]:
    """For each claim the id of the one patient with exactly this name and birth date.

    ``None`` where there is none, or more than one.
    """
    return the_ones(desk, [_facts(desk, claim) for claim in claims])


def the_ones(desk: Desk, asked: Sequence[Sequence[Sequence[bytes]]]) -> list[UUID | None]:
    """For each of *asked* the one patient of whom every fact is true, in one of its digests.

    ``None`` where there is none, or more than one.
    """
    digests = {digest for facts in asked for fact in facts for digest in fact}
    if not digests:
        return [None] * len(asked)
    known = desk.open(Patients).having(digests)
    return [_the_one(facts, known) for facts in asked]


def whom(desk: Desk, claim: Claim) -> tuple[bytes | None, bytes | None]:
    """Digests of the name and the birth date a claim is billed for, as a search asks for them."""
    party = patient_of(claim)
    if party is None:
        return None, None
    name, birth = f"{party.name.first} {party.name.last}", party.birth_date
    by_name = chart.digest(desk, "name", name) if name.strip() else None
    return by_name, chart.digest(desk, "birth_date", birth.isoformat()) if birth else None


def _facts(desk: Desk, claim: Claim) -> list[list[bytes]]:
    party = patient_of(claim)
    if party is None or party.birth_date is None:
        return []
    words = (f"{party.name.first} {party.name.last}", party.birth_date.isoformat())
    return [chart.search_digests(desk, word) for word in words]


def _the_one(facts: Sequence[Sequence[bytes]], known: Mapping[bytes, set[UUID]]) -> UUID | None:
    each = [set().union(*(known.get(digest, set()) for digest in fact)) for fact in facts]
    all_of_them = set.intersection(*each) if each else set()
    return next(iter(all_of_them)) if len(all_of_them) == 1 else None
