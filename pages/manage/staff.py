"""Staff: who may sign in and as what; people are added, given another role, or kept out."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.staff import Staff
from db.vocabulary import Role
from pages.parts.desk import open_building
from pages.parts.manage import may_do, open_room, said_plainly
from pages.parts.rollout.reasons import reasons
from services import accounts, staff
from services.accounts import NewAccount
from services.desk import Actor, looking
from services.staff import GroupRole

ROLES = {
    Role.FRONT_DESK: "Front desk",
    Role.NURSE: "Nurse",
    Role.PROVIDER: "Provider",
    Role.BILLER: "Biller",
    Role.MANAGER: "Practice manager",
    Role.ADMIN: "Administrator",
    Role.COMPLIANCE: "Compliance officer",
}
LICENSED = "Licensed or certified health care provider"
LICENSED_HELP = "Their review of a clinical AI draft counts as a provider's (California AB 3030)."


def _shown(people: Sequence[Staff]) -> Staff | None:
    """Everybody in a table; the person whose row is chosen."""
    rows = [
        {
            "Name": person.name,
            "E-mail": person.email,
            "Role": ROLES[person.role],
            "Licensed": person.licensed,
            "Signs in by": _way_in(person),
            "May sign in": person.is_active,
        }
        for person in people
    ]
    table = st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", key="staff/table",
        on_select="rerun", selection_mode="single-row",
    )  # fmt: skip
    return people[table.selection.rows[0]] if table.selection.rows else None


def _why(actor: Actor, person: Staff | None) -> None:
    """Why each workflow is on or off for the person whose row is chosen."""
    if person is None:
        st.caption("Choose a row to see why each workflow is on or off for that person.")
        return
    st.subheader(f"What {person.name} has, and why")
    reasons(actor, person.id)


def _groups(found: Sequence[GroupRole]) -> None:
    """Which groups of the identity provider bring which role; the installation decides it."""
    if not found:
        return
    with st.expander("Roles from the identity provider", icon=":material/badge:"):
        st.caption(
            "Whoever signs in there gets the role of the first of these groups that they are in, "
            "at every sign-in, and without one stays outside. Set by oidc_roles in the "
            "installation's settings."
        )
        rows = [
            {"Group": one.group, "Role": ROLES[one.role] if one.role else "no such role here"}
            for one in found
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _way_in(person: Staff) -> str:
    if person.subject:
        return "identity provider"
    return "password" if person.password_hash else "not set up yet"


def _add(actor: Actor) -> None:
    with st.form("staff/add", clear_on_submit=True, border=False):
        name = st.text_input("Name")
        email = st.text_input("E-mail address")
        role = st.selectbox("Role", list(ROLES), format_func=ROLES.__getitem__)
        licensed = st.checkbox(LICENSED, help=LICENSED_HELP)
        if st.form_submit_button(staff.add.label, icon=":material/person_add:", type="primary"):
            with said_plainly():
                _added(actor, NewAccount(email, name.strip(), role, licensed))


def _added(actor: Actor, new: NewAccount) -> None:
    password = staff.temporary_password() if open_building().settings.local_accounts else ""
    kept = accounts.hashed(password, new.email, new.name) if password else ""
    account = NewAccount(new.email, new.name, new.role, new.licensed, kept)
    person = staff.add(open_building(), actor, account)
    st.success(f"{person.name} can sign in from now on.", icon=":material/check:")
    if password:
        _password_once(password)


def _password_once(password: str) -> None:
    st.write("Temporary password, shown only now. Hand it over in person or by telephone:")
    st.code(password, language=None)


def _change(actor: Actor, person: Staff) -> None:
    role = st.selectbox(
        "Role", list(ROLES), list(ROLES).index(person.role), format_func=ROLES.__getitem__,
        key=f"staff/role/{person.id}/{person.role}",
    )  # fmt: skip
    licensed = st.checkbox(
        LICENSED, person.licensed, help=LICENSED_HELP, key=f"staff/licensed/{person.id}"
    )
    unchanged = (role, licensed) == (person.role, person.licensed)
    if st.button(
        staff.change_role.label, help=staff.change_role.help, disabled=unchanged,
        key=f"staff/change/{person.id}",
    ):  # fmt: skip
        with said_plainly():
            staff.change_role(open_building(), actor, person.id, role, licensed, seen=person.role)
            st.toast(f"{person.name} is {ROLES[role].lower()} from their next click on.")
            st.rerun()


def _new_password(actor: Actor, person: Staff) -> None:
    if st.button(
        staff.set_password.label, help=staff.set_password.help, key=f"staff/password/{person.id}"
    ):
        with said_plainly():
            password = staff.temporary_password()
            kept = accounts.hashed(password, person.email, person.name)
            staff.set_password(open_building(), actor, person.id, kept)
            _password_once(password)


def _disable(actor: Actor, person: Staff) -> None:
    with st.popover("Disable this account", icon=":material/person_off:"):
        st.text(
            f"{person.name} is signed out everywhere at once and cannot sign in again. "
            "What they did stays on record; conversations they hold stay assigned to them."
        )
        if st.button(
            staff.disable.label, type="primary", help=staff.disable.help,
            key=f"staff/disable/{person.id}",
        ):  # fmt: skip
            with said_plainly():
                staff.disable(open_building(), actor, person.id)
                st.rerun()


def _somebody(actor: Actor, people: Sequence[Staff]) -> None:
    others = [person for person in people if person.is_active and person.id != actor.staff_id]
    person = st.selectbox(
        "Person", others, format_func=lambda p: f"{p.name}, {ROLES[p.role].lower()}", index=None,
        placeholder="Choose somebody", key="staff/person",
    )  # fmt: skip
    if person is None:
        return
    _change(actor, person)
    if person.password_hash and may_do(actor, staff.set_password.verb):
        _new_password(actor, person)
    _disable(actor, person)


actor = open_room("staff.read", "see the people")
st.title("Staff")
with looking(open_building(), actor) as desk:
    people, groups = staff.people(desk), staff.groups(desk)
_why(actor, _shown(people))
_groups(groups)
if may_do(actor, staff.add.verb):
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Add a person")
        _add(actor)
    with right:
        st.subheader("Change a person")
        _somebody(actor, people)
else:
    st.caption("An administrator adds people and changes their roles.")
