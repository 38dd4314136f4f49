"""The synthetic staff who can sign in at the sandbox's identity provider, one for each role."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Person:
    """One member of staff; ``groups`` is what the identity provider says of them."""

    subject: str
    name: str
    email: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class SignIn:
    """A person who signed in, waiting for the app to fetch the token, once."""

    person: Person
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    expires: datetime


PEOPLE = {
    f"demo-{role}": Person(f"demo-{role}", name, f"{role}@demo.invalid", (role,))
    for role, name in {
        "front_desk": "Demo Front Desk",
        "nurse": "Demo Nurse",
        "provider": "Demo Provider",
        "biller": "Demo Biller",
        "manager": "Demo Manager",
        "admin": "Demo Admin",
        "compliance": "Demo Compliance",
    }.items()
}
