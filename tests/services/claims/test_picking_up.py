"""Files by SFTP: only from the server we know, each whole file once, and no file in another's way."""

import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import asyncssh
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from db import reading, writing
from db.audit import AuditTrail
from db.connections import Connection, Connections
from db.practices import Practice
from db.rollout import Rollout
from db.vocabulary import Stage
from db.x12_files import FileState, X12File, X12Files
from services import wiring
from services.claims import picking_up, posting
from services.container import Container
from services.ehr.billing import LARGEST
from services.ehr.ports import Road
from services.ehr.sftp import SftpDrop
from services.ehr.sftp_account import SftpAccount, place_of
from services.errors import EhrError, NeedsAuthorization, Refused, Unreachable
from services.settings import PracticeSettings
from services.workflows.claims import WORKFLOW
from tests.services.conftest import Clock
from tests.services.sftp_server import PASSWORD, Served, serving
from tests.x12_files import interchange, payment

PATIENCE = timedelta(seconds=20)


@dataclass
class Office:
    """The practice and its folder at the clearinghouse."""

    container: Container
    practice: Practice
    clock: Clock
    served: Served
    account: SftpAccount

    def put(self, name: str, control: int = 905, size: int = 0) -> Path:
        """The clearinghouse puts a remittance into our folder, of at least *size* bytes."""
        whole = interchange("835", payment("0"), control=control)
        file = self.served.out / name
        file.write_bytes(whole + b"\n" * (size - len(whole)))
        return file

    def look(self, account: SftpAccount | None = None) -> Counter[str]:
        drop = SftpDrop(account or self.account, PATIENCE)
        return picking_up.pick_up(self.container, self.practice, drop)

    def look_twice(self) -> Counter[str]:
        """See what lies there, and take what has not changed since."""
        first = self.look()
        self.clock.wait(timedelta(minutes=1))
        return first + self.look()

    def post(self) -> Counter[str]:
        return posting.post_kept(self.container, self.practice)

    def files(self) -> list[X12File]:
        with reading(self.container.engine) as session:
            return list(X12Files(session, self.practice.id).listed(1_000))

    def refusals(self) -> list[str]:
        """Why files were refused, as the trail has it."""
        with reading(self.container.engine) as session:
            lines = AuditTrail(session, self.practice.id).in_order()
            return [line.reason for line in lines if line.verb == "claims.file_refused"]

    def road(self) -> Connection:
        with reading(self.container.engine) as session:
            return Connections(session, self.practice.id).by_road()[Road.SFTP_FILES]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "clearinghouse").mkdir()
    with serving(tmp_path / "clearinghouse") as server:
        yield server


def account_of(served: Served, folder: Path) -> SftpAccount:
    file = folder / "sftp_key"
    file.write_bytes(served.key.export_private_key())
    return SftpAccount(place_of(served.address), frozenset({served.fingerprint}), file)


@pytest.fixture
def office(
    container: Container, practice: Practice, clock: Clock, served: Served, tmp_path: Path
) -> Office:
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="claims", stage=Stage.ON))
    return Office(container, practice, clock, served, account_of(served, tmp_path))


def test_a_file_is_picked_up_with_our_key_posted_once_and_left_where_it_is(office: Office) -> None:
    file = office.put("day.835")
    assert office.look_twice() == {"kept": 1}
    assert (office.post(), office.look(), office.post()) == ({"posted": 1}, {}, {})
    [kept] = office.files()
    assert (kept.source, kept.state) == ("sftp", FileState.POSTED)
    assert file.exists()
    road = office.road()
    assert (road.state, road.last_error, road.last_ok) == ("ok", "", office.clock())


def test_the_password_alone_lets_us_in(office: Office) -> None:
    known = replace(office.account, key_file=None, password=PASSWORD)
    assert office.look(known) == {}
    assert office.served.sign_ins == 1


def test_who_shows_another_key_is_told_nothing_of_us(office: Office) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
    wrong = replace(office.account, host_keys=frozenset({stranger}), password=PASSWORD)
    office.put("day.835")
    with pytest.raises(NeedsAuthorization, match="not in sftp_host_keys") as refusal:
        office.look(wrong)
    assert office.served.fingerprint in str(refusal.value)
    assert office.served.tried == []
    assert (office.road().state, office.files()) == ("needs_authorization", [])


def test_without_any_key_named_no_server_is_the_right_one(office: Office) -> None:
    with pytest.raises(NeedsAuthorization, match="not in sftp_host_keys"):
        office.look(replace(office.account, host_keys=frozenset()))
    assert office.served.tried == []


@pytest.mark.parametrize("how", ["password", "key"])
def test_a_sign_in_that_is_refused_is_for_an_administrator(
    office: Office, tmp_path: Path, how: str
) -> None:
    other = tmp_path / "other_key"
    other.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    wrong = {"password": (None, "no such word"), "key": (other, "")}[how]
    with pytest.raises(NeedsAuthorization, match="does not let us in") as refusal:
        office.look(replace(office.account, key_file=wrong[0], password=wrong[1]))
    assert "no such word" not in str(refusal.value)
    assert office.road().last_error == str(refusal.value)


def test_a_key_file_that_is_locked_or_gone_is_named(office: Office, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.write_bytes(office.served.key.export_private_key(passphrase="a phrase"))
    for file in (locked, tmp_path / "gone", office.served.out):
        with pytest.raises(NeedsAuthorization, match="sftp_key_file"):
            office.look(replace(office.account, key_file=file))
    assert office.served.tried == []


def test_a_line_cut_in_mid_file_loses_nothing_and_posts_once(office: Office) -> None:
    for control, name in enumerate(("a.835", "b.835", "c.835"), start=1):
        os.utime(office.put(name, control, size=200_000), (control, control))
    office.look()
    office.clock.wait(timedelta(minutes=1))
    office.served.faults.cut_in.add(b"b.835")
    with pytest.raises(Unreachable, match="broke off"):
        office.look()
    assert (len(office.files()), office.road().state) == (1, "down")
    assert office.look() == {"kept": 2}
    assert office.post() == {"posted": 3}
    names = [file.remote_id for file in sorted(office.files(), key=lambda f: f.received_at)]
    assert len(set(names)) == 3


def test_a_file_that_always_cuts_the_line_waits_for_all_others(office: Office) -> None:
    for control, name in enumerate(("a.835", "b.835", "c.835"), start=1):
        os.utime(office.put(name, control, size=200_000), (control, control))
    office.look()
    office.clock.wait(timedelta(minutes=1))
    for _ in range(2):
        office.served.faults.cut_in.add(b"a.835")
        with pytest.raises(Unreachable):
            office.look()
    assert len(office.files()) == 2


def test_a_half_written_file_is_left_until_it_has_not_changed(office: Office) -> None:
    file = office.put("day.835")
    whole = file.read_bytes()
    for upto in (100, 200, len(whole)):
        file.write_bytes(whole[:upto])
        assert office.look() == {}
        office.clock.wait(timedelta(minutes=1))
    assert office.look() == {"kept": 1}
    assert office.post() == {"posted": 1}


def test_two_looks_close_together_are_one(office: Office) -> None:
    office.put("day.835")
    office.look()
    office.clock.wait(picking_up.SETTLED - timedelta(seconds=1))
    assert office.look() == {}


def test_a_file_that_grows_while_it_is_read_is_not_kept(office: Office) -> None:
    office.put("day.835")
    office.served.faults.growing.add(b"day.835")
    assert office.look_twice() == {"unfinished": 1}
    assert (office.files(), office.refusals()) == ([], [])
    office.served.faults.growing.clear()
    assert office.look_twice() == {"kept": 1}


def test_the_same_file_twice_posts_once(office: Office) -> None:
    file = office.put("day.835")
    office.put("day-copy.835")
    assert office.look_twice() == {"kept": 1, "known": 1}
    os.utime(file, (1, 1))  # put there again, with another age
    assert office.look_twice() == {"known": 1}
    assert office.post() == {"posted": 1}


def test_bad_files_beside_good_ones_are_told_once_and_hold_up_nothing(office: Office) -> None:
    out, faults = office.served.out, office.served.faults
    (out / "a-empty.835").touch()
    with (out / "b-huge.835").open("wb") as huge:
        huge.truncate(LARGEST + 1)
    office.put("c-denied.835", 2)
    faults.denied.add(b"c-denied.835")
    (out / os.fsdecode(b"d-M\xfcller.835")).write_bytes(office.put("good.835", 3).read_bytes())
    (out / "good.835").unlink()
    office.put("e-good.835", 4)
    assert office.look_twice() == {"refused": 2, "denied": 1, "kept": 2}
    assert sorted(office.refusals()) == [
        "The clearinghouse's SFTP server does not let us read or move this file.",
        "The file is empty.",
        "The file is larger than 50 MB.",
    ]
    assert office.look_twice() == {"denied": 2}
    assert len(office.refusals()) == 3
    assert b"b-huge.835" not in office.served.opened
    faults.denied.clear()
    assert office.look() == {"kept": 1}
    assert office.post() == {"posted": 3}


def test_what_is_no_finished_file_is_left_alone(office: Office) -> None:
    out = office.served.out
    (out / "archive").mkdir()
    (out / "linked.835").symlink_to(office.put(".hidden.835"))
    for name in ("day.835.tmp", "day.835.part", "day.835.FILEPART"):
        office.put(name)
    assert office.look_twice() == {}
    assert office.served.sign_ins == 2


def test_a_file_of_thirty_megabytes_comes_whole(office: Office) -> None:
    office.put("month.835", size=30_000_000)
    assert office.look_twice() == {"kept": 1}
    assert office.post() == {"posted": 1}


def test_what_was_taken_is_moved_where_the_practice_wants_that(office: Office) -> None:
    office.account = replace(office.account, moves_done=True)
    for control in (1, 2):  # the clearinghouse uses the same name every day
        office.put("day.835", control)
        assert office.look_twice() == {"kept": 1}
    assert not (office.served.out / "day.835").exists()
    assert len(list((office.served.out / "done").iterdir())) == 2
    assert office.post() == {"posted": 2}


def test_a_server_that_lets_nothing_be_moved_is_told_and_all_is_kept(office: Office) -> None:
    office.account = replace(office.account, moves_done=True)
    office.served.faults.fixed = True
    office.put("a.835", 1)
    office.put("b.835", 2)
    with pytest.raises(Refused, match="does not let us read or move"):
        office.look_twice()
    assert (len(office.files()), office.road().state) == (2, "down")
    office.served.faults.fixed = False
    assert office.look() == {}
    assert len(list((office.served.out / "done").iterdir())) == 2


def test_a_folder_that_is_not_there_is_named_by_its_setting(office: Office) -> None:
    office.served.out.rmdir()
    with pytest.raises(Refused, match="no folder as sftp_address names it"):
        office.look()


def test_a_server_with_weak_encryption_alone_is_refused(office: Office, tmp_path: Path) -> None:
    (tmp_path / "weak").mkdir()
    with serving(tmp_path / "weak", encryption_algs=["aes128-cbc"]) as weak:
        account = replace(account_of(weak, tmp_path), password=PASSWORD)
        with pytest.raises(Refused, match="strong enough"):
            office.look(account)
        assert weak.tried == []


def test_a_server_that_says_nothing_is_given_up_in_time(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = replace(office.account.place, port=silent.getsockname()[1])
        drop = SftpDrop(replace(office.account, place=place), timedelta(seconds=1))
        before = threading.active_count()
        with pytest.raises(Unreachable, match="did not answer in time"):
            picking_up.pick_up(office.container, office.practice, drop)
        assert threading.active_count() <= before + 1


def test_a_server_that_falls_silent_is_given_up_in_time(office: Office) -> None:
    office.put("day.835")
    office.look()
    office.clock.wait(timedelta(minutes=1))
    office.served.faults.mute = True
    drop = SftpDrop(office.account, timedelta(seconds=5))
    with pytest.raises(Unreachable, match="did not answer in time"):
        picking_up.pick_up(office.container, office.practice, drop)


def test_a_line_cut_while_we_sign_in_is_no_refusal(office: Office) -> None:
    office.served.faults.shut = True
    with pytest.raises(Unreachable, match="broke off"):
        office.look()
    assert office.road().state == "down"


def test_what_we_remember_of_the_folder_names_no_file(office: Office) -> None:
    office.put("sample-patient.835")
    office.look_twice()
    kept = office.road().cursor or ""
    assert "sample" not in kept
    (office.served.out / "sample-patient.835").unlink()
    office.look()
    assert office.road().cursor == "{}"


def practice_settings(office: Office, folder: Path, **changes: object) -> PracticeSettings:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "signing_key.pem").write_bytes(pem)
    given = {
        "code": "SAMPLE", "name": "Sample practice", "fhir_base": "https://ehr.example.invalid/r4",
        "client_id": "c", "key_id": "k", "private_key_file": folder / "signing_key.pem",
        "sftp_address": office.served.address, "sftp_host_keys": (office.served.fingerprint,),
        "sftp_key_file": str(office.account.key_file), "claims_folder": str(folder / "watched"),
    }  # fmt: skip
    return PracticeSettings(**(given | changes))


@pytest.mark.parametrize("is_away", [False, True])
def test_a_server_that_is_away_keeps_no_other_source_waiting(
    office: Office, tmp_path: Path, is_away: bool
) -> None:
    watched = tmp_path / "watched"
    watched.mkdir()
    file = watched / "dropped.835"
    file.write_bytes(interchange("835", payment("0"), control=77))
    os.utime(file, (1, 1))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    away = {"sftp_address": f"sftp://sample@127.0.0.1:{port}/out"} if is_away else {}
    mine = practice_settings(office, tmp_path, **away)
    settings = office.container.settings.model_copy(update={"practice": (mine,)})
    container = replace(office.container, settings=settings)
    lines = wiring.lines(container, office.practice, mine)
    if is_away:
        with pytest.raises(EhrError, match="refuses connections"):
            WORKFLOW.poll(lines)
    else:
        WORKFLOW.poll(lines)
    assert [(f.source, f.state) for f in office.files()] == [("folder", FileState.POSTED)]
    assert office.road().state == ("down" if is_away else "ok")
