"""Charges written to the sandbox: one ChargeItem a code, found by its visit, refused with eCW's codes."""

from typing import Any

import pytest

from tests.services.sandbox.caller import READ, Caller
from tests.services.sandbox.test_writes import code_of, transaction

SCOPE = f"{READ} system/ChargeItem.create system/ChargeItem.read"
Json = dict[str, Any]


def charge(visit: str, **changes: Any) -> Json:
    good = {
        "resourceType": "ChargeItem",
        "identifier": [{"system": "urn:foyer:delivery", "value": "delivery-9"}],
        "status": "billable",
        "code": {"coding": [{"code": "99213"}, {"code": "25"}]},
        "subject": {"reference": "Patient/p.103"},
        "context": {"reference": visit},
        "quantity": {"value": 1},
        "reason": [{"coding": [{"code": "I10"}]}],
    }
    return good | changes


@pytest.fixture
def visit(caller: Caller) -> str:
    caller.sign_in(SCOPE)
    return f"Encounter/{caller.sandbox.control.visit(patient='Patient/p.103')['id']}"


def test_a_charge_is_entered_and_found_by_visit_and_patient(caller: Caller, visit: str) -> None:
    assert code_of(caller, transaction(charge(visit))) == "1"
    for asked in ({"context": visit.partition("/")[2]}, {"subject": "p.103"}):
        found = caller.get("ChargeItem", **asked).json()["entry"]
        assert [e["resource"]["context"]["reference"] for e in found] == [visit]
    assert len(caller.sandbox.control.charges(visit)) == 1


def test_nothing_else_finds_one(caller: Caller, visit: str) -> None:
    for asked in ({}, {"patient": "p.103"}, {"_id": "ci.1"}):
        assert caller.get("ChargeItem", **asked).status_code == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": {"reference": "Patient/none"}}, "100"),
        ({"subject": {"reference": "Patient/p.104"}}, "123"),
        ({"context": {"reference": "Encounter/none"}}, "2"),
        ({"status": "billed"}, "110"),
        ({"code": {"coding": [{"code": "9921"}]}}, "701"),
        ({"code": "99213"}, "701"),
        ({"quantity": {"value": 0}}, "702"),
        ({"reason": []}, "703"),
        ({"reason": [{"coding": [{"code": "high blood pressure"}]}]}, "703"),
    ],
)
def test_what_does_not_fit_is_refused(caller: Caller, visit: str, changes: Json, code: str) -> None:
    assert code_of(caller, transaction(charge(visit, **changes))) == code
    assert caller.sandbox.control.charges(visit) == []


def test_without_the_contract_nothing_is_written(caller: Caller, visit: str) -> None:
    caller.sandbox.control.configure(charge_writes=False)
    assert caller.post(transaction(charge(visit))).status_code == 403
