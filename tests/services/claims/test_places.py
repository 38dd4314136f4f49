"""Providers and places of claims by name: the EHR's own, else the claim's; the NPI where nobody said one."""

from db.denials import DenialState
from db.npi_names import NpiNames
from services import chart_sync
from services.claims import places
from services.desk import Actor, working
from services.ehr.ports import Place
from services.workflows.denials import listing
from services.workflows.denials.totals import By, revenue
from tests.services.claims.conftest import Billing
from tests.services.claims.large_files import bill
from tests.services.claims.test_revenue import denial

NPI = "1234567893"


class Directory:
    """What the practice's EHR says of itself."""

    def places(self) -> list[Place]:
        """One location, with its NPI."""
        return [Place("Location/l.1", "location", "Sample East Office", npi=NPI)]


def named(billing: Billing) -> dict[str, str]:
    with working(billing.container, billing.actor) as desk:
        return places.names(desk)


def test_a_claim_names_its_provider_until_the_ehr_does(billing: Billing) -> None:
    billing.drop(bill(1), "claims.837")
    billing.post()
    assert named(billing)[f"npi/{NPI}"] == "A PRACTICE"
    chart_sync.sync_places(billing.container, billing.practice, Directory())
    assert named(billing)[f"npi/{NPI}"] == "Sample East Office"
    billing.drop(bill(1, control=2), "again.837")
    billing.post()
    assert named(billing)[f"npi/{NPI}"] == "Sample East Office"


def test_denials_and_totals_say_the_name_and_the_npi_only_without_one(
    billing: Billing, manager: Actor
) -> None:
    with working(billing.container, billing.actor) as desk:
        desk.open(NpiNames).tell({NPI: "Sample East Office", "": "nobody", "1": " "})
        for ref in (f"npi/{NPI}", "npi/1000000004", ""):
            desk.session.add(denial(billing.practice.id, DenialState.OPEN, 100, location=ref))
    offered = listing.choices(billing.container, manager).locations
    assert dict(offered) == {f"npi/{NPI}": "Sample East Office", "npi/1000000004": "NPI 1000000004"}
    told = revenue(billing.container, manager).names[By.LOCATION]
    assert set(told.values()) == {"Sample East Office", "NPI 1000000004", ""}


def test_the_demo_practice_calls_every_place_of_its_claims_by_name(billing: Billing) -> None:
    billing.skip_the_past()
    told = billing.script(payer="SMR01", procedures=["99213"])
    billing.fetch()
    billing.post()
    claim = billing.claim(told["claim_id"])
    known = named(billing)
    assert "(synthetic)" in places.name_of(known, claim.location)
    assert "NPI" not in places.name_of(known, claim.provider)
