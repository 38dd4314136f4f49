"""Several interchanges in one file: each is posted once, whatever file it came in before."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from db.claim_payments import ClaimPayments
from db.keyring import Keyring, save_keyring
from db.x12_files import FileState, X12File, X12Files
from db.x12_interchanges import X12Interchanges
from services.claims import interchanges, posting
from services.claims.interchanges import Known
from services.desk import working
from services.workflows.claims import filing
from tests.db.processes import killed_after
from tests.services.claims import killing
from tests.services.claims.conftest import Billing
from tests.services.claims.large_files import bill, numbers, remittance
from tests.services.conftest import Clock

ALL = numbers(9)
FIRST, SECOND, THIRD = (
    remittance(ALL[at : at + 3], control=901 + at // 3) for at in (0, 3, 6)
)  # fmt: skip


def file(billing: Billing, id: UUID) -> X12File:
    return next(one for one in billing.files() if one.id == id)


def came(billing: Billing, data: bytes, name: str = "file.x12") -> X12File:
    """The file was dropped and posted; how it stands now."""
    kept = billing.drop(data, name)
    assert kept is not None
    billing.post()
    return file(billing, kept.id)


def accept(billing: Billing, id: UUID) -> X12File:
    with working(billing.container, billing.actor) as desk:
        held = desk.open(X12Files).get(id)
        held.state, held.last_verb = FileState.RECEIVED, posting.ACCEPTED
    billing.post()
    return file(billing, id)


def answered(billing: Billing) -> list[int]:
    """How often each of the nine claims was answered."""
    with working(billing.container, billing.actor) as desk:
        wanted = [interchanges.names.number_digest(desk, number) for number in ALL]
    found = [one.number_digest for one in billing.all(ClaimPayments)]
    return [found.count(digest) for digest in wanted]


def test_what_was_posted_before_is_skipped_and_the_rest_of_the_file_is_posted(
    billing: Billing,
) -> None:
    came(billing, FIRST + SECOND)
    mixed = came(billing, SECOND + THIRD + FIRST)
    assert mixed.state is FileState.POSTED
    assert mixed.reason == "2 of 3 interchanges were posted before."
    assert answered(billing) == [1] * 9
    # Its totals are those of what it brought, so that all files together add up to the books.
    paid = sum(one.paid_cents for one in billing.all(ClaimPayments))
    assert (mixed.claims, sum(one.paid_cents for one in billing.files())) == (3, paid)


def test_a_file_of_nothing_new_is_a_duplicate_and_says_of_which_file(billing: Billing) -> None:
    came(billing, FIRST, "monday.835")
    came(billing, SECOND + THIRD, "tuesday.835")
    again = came(billing, THIRD + FIRST)
    assert again.state is FileState.DUPLICATE
    assert again.reason == "2 of 2 interchanges were posted before."
    assert answered(billing) == [1] * 9
    with working(billing.container, billing.actor) as desk:
        assert filing._duplicate_of(desk, again) in ("monday.835", "tuesday.835")


def test_an_interchange_that_a_file_holds_twice_is_posted_once(billing: Billing) -> None:
    twice = came(billing, FIRST + b"\r\n" + FIRST + SECOND)
    assert (twice.state, twice.claims) == (FileState.POSTED, 6)
    assert twice.reason == "1 of 3 interchanges was posted before."
    assert answered(billing) == [1] * 6 + [0] * 3


def test_the_same_number_with_other_content_waits_for_a_person(billing: Billing) -> None:
    came(billing, FIRST)
    other = remittance(ALL[3:6], control=901)
    held = came(billing, THIRD + other)
    assert held.state is FileState.QUARANTINED
    assert held.reason.startswith("Interchange 2 of the file has a control number")
    assert answered(billing) == [1] * 3 + [0] * 6  # nothing of it counts, not even what is new
    assert accept(billing, held.id).state is FileState.POSTED
    assert answered(billing) == [1] * 9


def test_letting_in_a_clash_does_not_post_again_what_was_posted_before(billing: Billing) -> None:
    came(billing, FIRST + THIRD)
    held = came(billing, THIRD + remittance(ALL[3:6], control=901))
    assert held.state is FileState.QUARANTINED
    let_in = accept(billing, held.id)
    assert (let_in.state, let_in.claims) == (FileState.POSTED, 3)
    assert answered(billing) == [1] * 9


def test_a_duplicate_that_a_person_lets_in_counts_again(billing: Billing) -> None:
    came(billing, FIRST)
    again = came(billing, FIRST + b"\n")
    assert again.state is FileState.DUPLICATE
    let_in = accept(billing, again.id)
    assert (let_in.state, let_in.reason) == (FileState.POSTED, "")
    assert answered(billing)[:3] == [2] * 3


def test_one_whose_content_was_never_summed_up_waits_for_a_person(billing: Billing) -> None:
    """As files of an older version are known: by their names alone."""
    came(billing, FIRST)
    with working(billing.container, billing.actor) as desk:
        rows = desk.open(X12Interchanges)
        for row in rows.all(rows.rows()):
            row.content = ""
    assert came(billing, FIRST + b"\n").state is FileState.QUARANTINED
    assert answered(billing)[:3] == [1] * 3


def test_other_line_ends_and_another_place_in_a_file_make_no_other_content(
    billing: Billing,
) -> None:
    many = numbers(300)  # longer than what is read at a time
    came(billing, remittance(many, control=950))
    wrapped = remittance(many, control=950).replace(b"~", b"~\r\n")
    assert came(billing, FIRST + wrapped).reason == "1 of 2 interchanges was posted before."
    assert len(billing.all(ClaimPayments)) == 303


def test_without_looking_the_same_interchanges_would_count_twice(
    billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interchanges, "look_up", lambda desk, file, parts: Known(len(parts)))
    came(billing, FIRST + SECOND)
    came(billing, SECOND + THIRD)
    assert answered(billing) == [1] * 3 + [2] * 3 + [1] * 3


def test_a_poster_killed_in_the_middle_skips_the_same_ones_when_it_goes_on(
    billing: Billing, keyring: Keyring, clock: Clock, tmp_path: Path
) -> None:
    many = [remittance(numbers(n + 200)[n:], control=960 + n // 200) for n in range(0, 800, 200)]
    billing.drop(bill(3))
    came(billing, many[0] + many[2])
    kept = billing.drop(many[3] + many[0] + many[1] + many[2] + many[3])
    assert kept is not None
    path = tmp_path / "keyring.json"
    save_keyring(path, keyring)
    url = billing.container.settings.database_url
    for steps in (5, 9, 14, 1_000):
        clock.wait(posting.LEASE + timedelta(minutes=1))
        killed_after(
            steps, 0, killing.post, url, path, billing.practice.id, clock().isoformat(), False
        )
    done = file(billing, kept.id)
    assert (done.state, done.claims) == (FileState.POSTED, 400)
    assert done.reason == "3 of 5 interchanges were posted before."
    found = [one.number_digest for one in billing.all(ClaimPayments)]
    assert len(found) == len(set(found)) == 800
