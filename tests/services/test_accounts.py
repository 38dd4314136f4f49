"""Local accounts: which passwords will do, and what guessing side by side gains."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from db import reading
from db.audit import AuditTrail
from db.practices import Practice
from db.staff import SignIns, Staff
from db.vocabulary import Role
from services import accounts
from services.container import Container
from services.desk import Actor, working
from services.errors import Invalid

GOOD = "correct horse battery"


@pytest.fixture
def person(container: Container, practice: Practice) -> Staff:
    """Somebody with the password GOOD, hashed quickly because this is a test."""
    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    new = accounts.NewAccount("Sam.Sample@practice.invalid", "Sam Sample", Role.NURSE, False, kept)
    with working(container, Actor.job(practice.id, "setup")) as desk:
        return accounts.create_account(desk, new)


def guess(container: Container, password: str) -> bool:
    try:
        accounts.sign_in(container, "sam.sample@practice.invalid", password)
    except Invalid:
        return False
    return True


def test_a_stored_password_is_argon2id_with_64_mebibytes(person: Staff) -> None:
    kept = accounts.hashed(GOOD, person.email, person.name)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,")


@pytest.mark.parametrize(
    "password", ["short", "x" * 129, "aaaaaaaaaaaaaaaa", "my name is Sample!", "sam.sample 2026"]
)
def test_a_password_that_is_easy_to_guess_is_refused(person: Staff, password: str) -> None:
    with pytest.raises(Invalid):
        accounts.hashed(password, person.email, person.name)


def test_an_address_belongs_to_one_account(container: Container, person: Staff) -> None:
    again = accounts.NewAccount(person.email.upper(), "Somebody else", Role.ADMIN)
    with (
        pytest.raises(Invalid),
        working(container, Actor.job(person.practice_id, "setup")) as desk,
    ):
        accounts.create_account(desk, again)


def test_success_starts_the_count_again(container: Container, person: Staff) -> None:
    for _ in range(3):
        assert not any(guess(container, f"wrong {n}") for n in range(4))
        assert guess(container, GOOD)


def test_z08_guessing_side_by_side_is_counted_one_by_one(
    container: Container, practice: Practice, person: Staff
) -> None:
    """Twelve at once: none is checked without having been counted, so the seventh is not checked."""
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: guess(container, f"wrong guess {n}"), range(12)))
    assert answers == [False] * 12
    with reading(container.engine) as session:
        kept = SignIns(session).by_email(person.email)
        lines = AuditTrail(session, practice.id).search(verb="accounts.sign_in_failed")
    assert kept is not None
    assert kept.failed_attempts == accounts.FREE_FAILURES
    assert sorted(line.reason for line in lines) == ["password"] * 5 + ["waiting"] * 7
    assert not guess(container, GOOD)


def test_an_account_of_the_identity_provider_has_no_password_to_guess(
    container: Container, practice: Practice
) -> None:
    new = accounts.NewAccount("sam.sample@practice.invalid", "Sam", Role.NURSE)
    with working(container, Actor.job(practice.id, "setup")) as desk:
        accounts.create_account(desk, new)
    assert not guess(container, "")
