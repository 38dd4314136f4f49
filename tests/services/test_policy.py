"""Z01: every role, and nobody at all, against every verb there is."""

from collections.abc import Callable

import pytest

from db.practices import Practice
from db.vocabulary import Role
from services import policy, sessions
from services.container import Container
from services.desk import Actor, looking
from services.errors import NotAllowed


@pytest.mark.parametrize("role", Role)
def test_z01_a_desk_allows_exactly_what_the_table_allows(
    container: Container, hire: Callable[..., Actor], role: Role
) -> None:
    with looking(container, hire(role)) as desk:
        for verb, roles in policy.ALLOWED.items():
            if role in roles:
                desk.require(verb, "do this")
            else:
                with pytest.raises(NotAllowed):
                    desk.require(verb, "do this")


def test_z01_a_verb_that_nobody_listed_is_allowed_to_nobody() -> None:
    assert not any(policy.may(role, "inbox.delete_everything") for role in Role)


def test_z01_a_job_has_no_role_and_so_no_persons_rights(
    container: Container, practice: Practice
) -> None:
    with looking(container, Actor.job(practice.id, "poll")) as desk:
        for verb in policy.ALLOWED:
            with pytest.raises(NotAllowed):
                desk.require(verb, "do this")


@pytest.mark.parametrize("cookie", [None, "", "guessed", "x" * 5_000])
def test_z01_without_a_session_there_is_nobody_to_ask_for(
    container: Container, practice: Practice, cookie: str | None
) -> None:
    assert sessions.who(container, cookie) is None


def test_nobody_both_acts_on_patients_and_audits_it() -> None:
    auditors = {role for role in Role if policy.may(role, "audit.export")}
    assert auditors == {Role.COMPLIANCE}
    assert not any(policy.may(Role.COMPLIANCE, v) for v in policy.ALLOWED if v.startswith("inbox."))
