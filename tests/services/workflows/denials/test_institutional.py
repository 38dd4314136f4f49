"""A hospital's claim (837I) is denied, corrected here, sent in place of the first, and paid."""

from datetime import datetime
from uuid import uuid4

import pytest
from msgspec.structs import replace

from db.claim_events import EventKind
from db.claims import ClaimState
from db.deliveries import Deliveries
from db.denials import Denial, Denials, DenialState
from services.claims.billed import content_of
from services.desk import Actor, working
from services.ehr.billing import ClaimFile
from services.ehr.x12 import claim as x12
from services.ehr.x12.claim_writer import write_claims
from services.ehr.x12.writing import Submission
from services.errors import Invalid
from services.outbox import outbound_of
from services.workflows.denials.deciding import correct
from tests.services.workflows.denials.conftest import Desk
from tests.x12_files import read

NUMBER = "HOSP-1"
REFERRING = {"referring_npi": "1234567893", "referring_name": "Reed, Sample"}


def hospital_claim(desk: Desk) -> x12.Claim:
    """An X-ray in the outpatient department, for a synthetic patient of whom a claim was posted."""
    [number] = desk.billing.script(payer="SMD01", outcome="paid")["claims"]
    desk.receive()
    with working(desk.container, desk.billing.actor) as inside:
        seen = content_of(inside, desk.billing.claim(number))
    assert seen is not None
    doctor = seen.party("82")
    assert doctor is not None
    attending = replace(doctor, name=replace(doctor.name, role="71"))
    line = replace(
        seen.lines[0], procedure="71046", revenue_code="0324", place="", pointers=()
    )  # fmt: skip
    return replace(
        seen, kind=x12.INSTITUTIONAL, claim_id=NUMBER, facility="13", facility_qualifier="A",
        charge=line.charge, lines=(line,), parties=(attending,), references=(),
        diagnoses=(x12.Diagnosis("ABK", "J069"), x12.Diagnosis("BE", "80", ("", "", "3"))),
        dates=tuple(replace(d, qualifier="434", until=d.day) for d in line.dates),
        admission=("3", "7", "01"),
    )  # fmt: skip


def denied(desk: Desk) -> Denial:
    """The hospital's billing system sends the claim, and the payer wants a referring provider."""
    claim = hospital_claim(desk)
    at = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001  (local time, as X12 has it)
    data = write_claims([claim], Submission("HOSPITAL", "SANDBOXCLEAR", 7, at, "H", "C", "B", "5"))
    sent = ClaimFile("claim", "", data.decode(), "hospital.x12", (NUMBER,), str(uuid4()))
    desk.billing.clearing.submit(sent)
    desk.answered()
    [denial] = [d for d in desk.billing.all(Denials) if d.claim_id == desk.billing.claim(NUMBER).id]
    return denial


def test_an_institutional_claim_is_corrected_sent_with_frequency_7_and_paid(
    desk: Desk, biller: Actor
) -> None:
    denial = denied(desk)
    opened = desk.open(biller, denial)
    assert (denial.carc, denial.remarks, denial.path) == ("16", ["MA130", "N286"], "correct")
    paths = [field.path for field in opened.editable]
    assert paths[:2] == ["referring_npi", "referring_name"]
    assert "attending_npi" in paths
    assert not any("pointers" in path for path in paths)

    correct(desk.container, biller, opened.target, REFERRING)
    desk.deliver()
    desk.answered()
    truth = next(c for c in desk.billing.truth()["claims"] if c["claim_id"] == NUMBER)
    ended, claim = desk.now(denial), desk.billing.claim(NUMBER)
    assert truth["frequency"] == "7"
    assert (ended.state, claim.state) == (DenialState.RECOVERED, ClaimState.PAID)
    assert claim.paid_cents == truth["paid"] > 0
    assert EventKind.CORRECTED in {step.kind for step in desk.steps(denial)}


def test_the_corrected_file_names_the_payers_number_and_keeps_all_else(
    desk: Desk, biller: Actor
) -> None:
    denial = denied(desk)
    opened = desk.open(biller, denial)
    correct(desk.container, biller, opened.target, REFERRING)
    with working(desk.container, desk.billing.actor) as inside:
        before = content_of(inside, desk.billing.claim(NUMBER))
        [promised] = inside.open(Deliveries).of_claim(denial.claim_id)
        file = outbound_of(promised, inside.vault.read(promised, "payload").text)
    assert isinstance(file, ClaimFile)
    [after] = read(file.content.encode())
    assert before is not None
    assert (after.facility, after.frequency) == ("13", x12.REPLACEMENT)
    assert after.original_reference == opened.billed.payer_control
    referring = after.party("DN")
    assert referring.name.npi == REFERRING["referring_npi"]
    same = replace(
        after, frequency=before.frequency, references=before.references, segment=before.segment,
        parties=tuple(p for p in after.parties if p.name.role != "DN"),
    )  # fmt: skip
    assert same == before


def test_an_attending_provider_with_a_wrong_check_digit_does_not_leave(
    desk: Desk, biller: Actor
) -> None:
    opened = desk.open(biller, denied(desk))
    with pytest.raises(Invalid, match="check digit"):
        correct(desk.container, biller, opened.target, {"attending_npi": "1234567890"})
