"""Claims that came before their patient: linked when one single patient of that very identity appears."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from db.audit import AuditTrail
from db.claims import Claims
from db.denials import Denials
from db.patients import Patient, Patients
from db.vocabulary import Role
from services import chart
from services.claims import linking
from services.desk import Actor, working
from services.ehr.ports import PatientRecord
from services.workflows.denials.reading import open_denial
from tests.services.claims.conftest import Billing
from tests.services.claims.large_files import bill, billed, numbers, remittance


def appears(billing: Billing, place: int, *, ref: str = "", **other: str) -> UUID:
    """The patient of claim number *place* is met; the record differs in what *other* says."""
    claim = list(billed(place + 1))[place]
    person = claim.coverage.subscriber
    assert person is not None
    assert person.birth_date is not None
    record = PatientRecord(
        ref or f"Patient/{place}", person.name.last, person.name.first,
        person.birth_date.isoformat(), "female", f"M-{place}",
    )  # fmt: skip
    record = replace(record, **other)
    with working(billing.container, billing.actor) as desk:
        key = desk.vault.new_key()
        desk.session.add(key)
        made = Patient(
            practice_id=desk.practice_id, ehr_ref=record.ref, key_id=key.id, synthetic=True
        )
        chart.keep_identity(desk, desk.open(Patients).add(made), record)
        return made.id


def linked(billing: Billing) -> dict[str, UUID]:
    """Which claims are linked to whom, by their own numbers."""
    with working(billing.container, billing.actor) as desk:
        mine = [c for c in desk.open(Claims).all(desk.open(Claims).rows()) if c.patient_id]
        return {desk.vault.read(c, "number").text: c.patient_id for c in mine if c.patient_id}


def run(billing: Billing) -> int:
    return linking.link(billing.container, billing.practice)["linked"]


def test_a_patient_who_appears_later_gets_the_claims_and_denials_that_wait(
    billing: Billing, hire: Callable[..., Actor]
) -> None:
    billing.drop(bill(3))
    billing.drop(remittance(numbers(3)))  # the first is denied
    billing.post()
    assert run(billing) == 0
    whom = appears(billing, 0)
    assert run(billing) == 1
    assert linked(billing) == {"CLM000000": whom}
    [denial] = billing.all(Denials)
    assert denial.patient_id == whom
    assert open_denial(billing.container, hire(Role.BILLER), denial.id).mrn == "M-0"
    with working(billing.container, billing.actor) as desk:
        trail = desk.open(AuditTrail)
        lines = [one for one in trail.all(trail.rows()) if one.verb == "claims.linked"]
    assert [one.sources for one in lines] == [f"patient/{whom}"]
    assert run(billing) == 0  # and nothing more comes of doing it again


@pytest.mark.parametrize(
    "other",
    [{"birth_date": "1990-01-01"}, {"given": "RUTHE"}, {"family": "SAMPLE00"}],
    ids=["another birthday", "another first name", "another family name"],
)
def test_whoever_is_only_like_the_patient_is_not_linked(
    billing: Billing, other: dict[str, str]
) -> None:
    billing.drop(bill(1))
    billing.post()
    appears(billing, 0, **other)
    assert run(billing) == 0
    assert linked(billing) == {}


def test_where_two_patients_have_the_same_name_and_birthday_nobody_is_guessed(
    billing: Billing,
) -> None:
    billing.drop(bill(1))
    billing.post()
    appears(billing, 0)
    appears(billing, 0, ref="Patient/twin")
    assert run(billing) == 0
    assert linked(billing) == {}


def test_the_rule_is_the_one_by_which_claims_are_linked_while_they_are_posted(
    billing: Billing,
) -> None:
    billing.drop(bill(4))
    billing.post()
    ids = {number: appears(billing, place) for place, number in enumerate(numbers(4))}
    assert run(billing) == 4
    assert linked(billing) == ids
    billing.drop(bill(4, control=2))  # posted anew with everybody known
    billing.post()
    assert linked(billing) == ids


def test_many_claims_are_linked_batch_by_batch_and_the_next_run_goes_on(
    billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "BATCH", 2)
    monkeypatch.setattr(linking, "MOST", 2)
    billing.drop(bill(7))
    billing.post()
    for place in range(7):
        appears(billing, place)
    assert [run(billing) for _ in range(3)] == [4, 3, 0]
    assert len(linked(billing)) == 7
