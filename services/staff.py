"""The people of a practice: who may come in, as what, and who no longer may."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.practices import Practices
from db.staff import Staff, StaffList
from db.vocabulary import Role
from services import accounts
from services.accounts import NewAccount
from services.desk import Desk
from services.errors import Invalid, Stale
from services.management import Deed, managed

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
GROUPS, LETTERS = 4, 4  # 16 of 31 letters: 79 bits


def temporary_password() -> str:
    """A password to hand over once, such as ``k3fm-w9tx-b2hd-q7rc``."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
    return "-".join(groups)


def people(desk: Desk) -> Sequence[Staff]:
    """Everyone who ever worked here, by name. Raises ``NotAllowed``."""
    desk.require("staff.read", "see the people and their roles")
    everyone = desk.open(StaffList)
    return sorted(everyone.all(everyone.rows()), key=lambda person: person.name.casefold())


@dataclass(frozen=True)
class GroupRole:
    """One group of the identity provider and the role it brings; none for a word that is no role."""

    group: str
    role: Role | None


def groups(desk: Desk) -> Sequence[GroupRole]:
    """The groups of the identity provider that bring a role, the first one counting first.

    Empty where people sign in by local accounts alone, and for a practice that the provider
    brings nobody to. Raises ``NotAllowed``.
    """
    desk.require("staff.read", "see the people and their roles")
    settings = desk.container.settings
    code = Practices(desk.session).get(desk.practice_id).code
    if not settings.oidc_issuer or settings.oidc_practice != code:
        return ()
    known = set(Role)
    return tuple(
        GroupRole(group, Role(role) if role in known else None)
        for group, role in settings.oidc_roles.items()
    )


@managed("staff.add", "Add a person")
def add(desk: Desk, new: NewAccount) -> Deed[Staff]:
    """Let somebody in from now on. Raises ``Invalid`` when the e-mail address cannot be used."""
    if not new.name.strip():
        raise Invalid("Please enter the person's name.")
    person = accounts.create_account(desk, new)
    return Deed(person.ref, f"added as {new.role}", person)


@managed("staff.change_role", "Change role")
def change_role(desk: Desk, staff_id: UUID, role: Role, licensed: bool, seen: Role) -> Deed[Staff]:
    """Give somebody another role, from their next click on.

    *seen* is the role on the screen. Raises ``Stale`` when it is another by now and
    ``Invalid`` for one's own role, so that a practice cannot lock itself out.
    """
    person = _somebody_else(desk, staff_id)
    if person.role is not seen:
        raise Stale("Somebody changed this person's role since you opened the page.")
    before, person.role, person.licensed = person.role, role, licensed
    return Deed(person.ref, f"{before} -> {role}{', licensed' * licensed}", person)


@managed("staff.set_password", "New temporary password")
def set_password(desk: Desk, staff_id: UUID, password_hash: str) -> Deed[None]:
    """Replace a forgotten password, end the person's sessions and open a closed account again.

    *password_hash* comes from ``accounts.hashed``.
    """
    person = desk.open(StaffList).get(staff_id)
    accounts.set_password(desk, staff_id, password_hash)
    return Deed(person.ref, "new temporary password", None)


@managed("staff.disable", "Disable")
def disable(desk: Desk, staff_id: UUID) -> Deed[Staff]:
    """Keep somebody out from now on and end their sessions. Raises ``Invalid`` for oneself."""
    person = _somebody_else(desk, staff_id)
    if not person.is_active:
        raise Stale("This person is disabled already.")
    accounts.disable(desk, staff_id)
    return Deed(person.ref, f"{person.role}, active -> disabled", person)


def _somebody_else(desk: Desk, staff_id: UUID) -> Staff:
    if staff_id == desk.actor.staff_id:
        raise Invalid("You cannot do this to yourself. Please ask another administrator.")
    return desk.open(StaffList).get(staff_id)
