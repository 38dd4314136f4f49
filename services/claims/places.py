"""What staff call the providers and places of claims; the NPI only where nobody said a name."""

from collections.abc import Iterable, Mapping

from db.npi_names import PREFIX, NpiNames
from db.places import Places
from services.desk import Desk
from services.ehr.x12 import claim as x12
from services.ehr.x12 import remittance
from services.ehr.x12.rows import Named

NAMED_BY_NPI = ("82", "77")  # NM101 of the rendering provider and of the service facility


def names(desk: Desk) -> dict[str, str]:
    """Every known name, by the reference that a claim or a denial keeps."""
    by_ehr = {ref: place.name for ref, place in desk.open(Places).by_ref().items()}
    return desk.open(NpiNames).by_ref() | by_ehr


def name_of(known: Mapping[str, str], ref: str) -> str:
    """What staff call *ref*: its name, else ``NPI 1234567893``; empty where there is none."""
    named = known.get(ref, ref)
    return named.replace(PREFIX, "NPI ", 1) if named.startswith(PREFIX) else named


def learn(desk: Desk, claims: Iterable[x12.Claim]) -> None:
    """Keep the names that *claims* themselves give their providers and places."""
    parties = [c.party(role) for c in claims for role in NAMED_BY_NPI]
    parties += [c.billing for c in claims]
    heard: dict[str, str] = {}
    for party in parties:
        if party is not None and party.name.npi:
            heard.setdefault(party.name.npi, spoken(party.name))
    desk.open(NpiNames).tell(heard)


def learn_answered(desk: Desk, answers: Iterable[remittance.ClaimPayment]) -> None:
    """Keep the names that payers' *answers* give those who rendered a service."""
    rendering = [one for answer in answers if (one := answer.named("82"))]
    desk.open(NpiNames).tell({one.npi: spoken(one) for one in rendering})


def spoken(name: Named) -> str:
    """A party as staff say it: ``Alva Sample``, or the name of an organisation."""
    return " ".join(part for part in (name.first, name.last) if part)
