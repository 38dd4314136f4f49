"""Who an identity provider's claims make someone here: their role, and their row of staff."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from db import reading
from db.practices import Practices
from db.staff import SignIns, Staff
from db.vocabulary import Role
from services import accounts
from services.container import Container
from services.desk import Actor, Desk, working
from services.errors import Refused
from services.settings import Settings

NO_ROLE = "Your organisation has not given you a role in Foyer. Please ask your administrator."
CLOSED = "Your account here is closed. Please ask your administrator."
TAKEN = "A local account already uses your e-mail address. Please ask your administrator."


def practice_of(container: Container) -> UUID:
    """The practice that the provider's people work at. Raises ``Refused`` when there is none."""
    with reading(container.engine) as session:
        found = Practices(session).by_code(container.settings.oidc_practice)
    if found is None:
        raise Refused("The practice that oidc_practice names is not set up here.")
    return found.id


def admit(container: Container, claims: Mapping[str, Any]) -> Staff:
    """The person these claims describe, made or brought up to date. Raises ``Refused``."""
    role = role_of(container.settings, claims)
    if role is None:
        raise Refused(NO_ROLE, code="no role")
    with working(container, Actor.job(practice_of(container), "door")) as desk:
        known = SignIns(desk.session).by_subject(str(claims["iss"]), str(claims["sub"]))
        if known is None:
            return accounts.create_account(desk, _account(desk, claims, role))
        if not known.is_active:
            raise Refused(CLOSED, code="disabled")
        _bring_up_to_date(desk, known, role)
        return known


def role_of(settings: Settings, claims: Mapping[str, Any]) -> Role | None:
    """The role of the first group in ``oidc_roles`` that the person is in; otherwise none."""
    told = claims.get(settings.oidc_group_claim)
    groups = told if isinstance(told, list) else [told]
    for group, role in settings.oidc_roles.items():
        if group in groups and role in set(Role):
            return Role(role)
    return None


def _account(desk: Desk, claims: Mapping[str, Any], role: Role) -> accounts.NewAccount:
    email = str(claims.get("email") or "")
    if SignIns(desk.session).by_email(email):
        # Whoever can choose an address at the provider must not become someone here.
        raise Refused(TAKEN, code="e-mail taken")
    name = str(claims.get("name") or email.partition("@")[0])
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    return accounts.NewAccount(email=email, name=name, role=role, issuer=issuer, subject=subject)


def _bring_up_to_date(desk: Desk, known: Staff, role: Role) -> None:
    if known.role is not role:
        desk.record("accounts.change_role", known.ref, reason=f"{known.role} to {role}")
        known.role = role
