"""The doctor tries every connection for real, and each advice is for exactly what is wrong."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from sqlalchemy import text

from db import open_database, reading, writing
from db.base import utc_now
from db.job_runs import hold
from db.keyring import load_keyring, new_keyring, save_keyring
from db.practices import Practices
from db.vocabulary import Role
from services import setup
from services.accounts import NewAccount
from services.container import Container
from services.desk import Actor, working
from services.doctor import examine
from services.doctor.outside import address
from services.sandbox import Running, running
from services.settings import PracticeSettings, Settings
from tests.services.metrics.smtp_server import serving as mail_serving
from tests.services.sftp_server import PASSWORD, serving

CODE, CLIENT = "FEIGDM", "foyer-doctor"


@pytest.fixture(scope="module")
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "doctor-1"})


@pytest.fixture(scope="module")
def served(signing_key: RSAKey) -> Iterator[Running]:
    with running() as sandbox:
        keys = {"keys": [signing_key.as_dict(private=False)]}
        sandbox.control.register(CLIENT, keys, practice=CODE)
        yield sandbox


@pytest.fixture
def sandbox(served: Running) -> Running:
    served.control.reset()
    return served


@pytest.fixture
def settings_with(
    sandbox: Running, sqlite_url: str, tmp_path: Path, signing_key: RSAKey
) -> Callable[..., Settings]:
    """An installation connected to the sandbox, with settings changed as named."""
    pem = tmp_path / "signing_key.pem"
    pem.write_text(signing_key.as_pem(private=True).decode())
    practice = PracticeSettings(
        code=CODE, name="Sample practice", fhir_base=sandbox.fhir(CODE), reply_channel=True,
        healow_base=sandbox.healow(CODE), client_id=CLIENT, private_key_file=pem,
        key_id="doctor-1", synthetic=True,
    )  # fmt: skip

    def settings_with(connection: dict[str, object] | None = None, **changes: object) -> Settings:
        usual = {
            "database_url": sqlite_url,
            "keyring": tmp_path / "keyring.json",
            "anchors": tmp_path / "anchors",
            "practice": (practice.model_copy(update=connection or {}),),
            "deadline_seconds": 30,
            "settle_seconds": 10,
        }
        return Settings(**(usual | changes))

    return settings_with


@pytest.fixture
def settings(settings_with: Callable[..., Settings]) -> Settings:
    """A healthy installation: prepared, with an administrator and a worker."""
    made = settings_with()
    container = setup.prepare(made, new_keys=True)
    setup.add_person(container, CODE, NewAccount("a@practice.invalid", "Sample admin", Role.ADMIN))
    with writing(container.engine) as session:
        hold(session, "timetable", "worker-1", utc_now(), timedelta(minutes=5))
    with working(container, _job(container)) as desk:
        desk.session.add(desk.vault.new_key())
    return made


def _job(container: Container) -> Actor:
    with reading(container.engine) as session:
        [practice] = Practices(session).all()
    return Actor.job(practice.id, "test")


def ills(settings: Settings) -> list[str]:
    return [finding.what for finding in examine(settings) if not finding.ok]


def test_a_healthy_installation_has_nothing_to_mend(settings):
    found = examine(settings)
    assert [finding.what for finding in found if not finding.ok] == []
    told = "\n".join(finding.what for finding in found)
    for said in ("keyring can be read", "present schema", "A worker is running", "eCW answers",
                 "clock and eCW's agree", "healow_replies: Open."):  # fmt: skip
        assert said in told


def test_the_mail_server_is_tried(settings, settings_with):
    with mail_serving() as box:
        given = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_security": "none"}
        asked = settings_with(**given, smtp_sender="foyer@practice.example")
        assert ills(asked) == []
    assert ills(asked) == [
        "Mail server: The mail server cannot be reached or is busy. It is tried again by itself."
    ]


def test_the_clearinghouse_is_tried_with_its_key(settings_with, sandbox):
    asked = {"clearinghouse_base": sandbox.clearinghouse(CODE), "claim_writes": ("claims",)}
    for key, said in (("sandbox-clearinghouse-key", []), ("wrong", ["clearinghouse"])):
        made = settings_with(
            asked | {"clearinghouse_key": SecretStr(key), "claim_sender": "US",
                     "claim_receiver": "THEM", "claim_phone": "5550100000"}
        )  # fmt: skip
        setup.prepare(made, new_keys=not made.keyring.exists())
        told = [what for what in ills(made) if "learinghouse" in what]
        assert len(told) == len(said), told
    unnamed = settings_with(asked | {"clearinghouse_key": SecretStr("sandbox-clearinghouse-key")})
    assert [what for what in ills(unnamed) if "claims cannot leave" in what]


def test_the_sftp_server_is_tried_with_its_key_and_ours(settings_with, tmp_path):
    (tmp_path / "clearinghouse").mkdir()
    with serving(tmp_path / "clearinghouse") as served:
        stranger = "SHA256:" + "A" * 43
        for known, password, said in (
            (served.fingerprint, PASSWORD, []),
            (stranger, PASSWORD, ["not in sftp_host_keys"]),
            (served.fingerprint, "wrong", ["does not let us in"]),
        ):
            made = settings_with(
                {"sftp_address": served.address, "sftp_host_keys": (known,),
                 "sftp_password": SecretStr(password)}
            )  # fmt: skip
            setup.prepare(made, new_keys=not made.keyring.exists())
            told = [what for what in ills(made) if "SFTP" in what]
            assert len(told) == len(said), told
            assert all(words in told[0] for words in said)


def test_every_ill_comes_with_advice(settings_with):
    assert all(finding.advice for finding in examine(settings_with()) if not finding.ok)


def test_before_the_first_migration_it_says_so(settings_with, tmp_path):
    unmade = settings_with(database_url=f"sqlite:///{tmp_path}/nothing/yet.db")
    save_keyring(unmade.keyring, new_keyring())
    assert ills(unmade) == ["The database is empty or not there."]
    assert not (tmp_path / "nothing").exists()


def test_a_database_server_that_is_away_is_one_finding(settings_with):
    away = settings_with(database_url="postgresql+psycopg://nobody@127.0.0.1:1/foyer")
    save_keyring(away.keyring, new_keyring())
    assert ills(away) == ["Database: OperationalError."]


def test_a_missing_keyring_is_found(settings):
    settings.keyring.unlink()
    assert ills(settings) == [
        "Keyring: The keyring file is missing. Restore it from your safe, or run "
        "`foyer keys create` for a new installation."
    ]


def test_a_keyring_that_does_not_open_the_database_is_found(settings):
    old = load_keyring(settings.keyring)
    save_keyring(settings.keyring, new_keyring())
    assert ills(settings) == [f"{CODE}: The key of this record is damaged."]
    save_keyring(settings.keyring, old)
    assert ills(settings) == []


def test_a_keyring_that_others_can_read_is_found(settings):
    settings.keyring.chmod(0o644)
    assert ills(settings) == ["Keyring: other people on this machine can read it."]


def test_anchors_that_cannot_be_written_are_found(settings, settings_with, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    found = ills(settings_with(anchors=Path("/proc/nowhere")))
    assert [what for what in found if what.startswith("Anchors")]


def test_without_a_worker_it_says_what_does_not_happen(settings):
    with writing(open_database(settings.database_url)) as session:
        session.connection().execute(text("DELETE FROM lease WHERE name = 'timetable'"))
    assert ills(settings) == ["No worker is running: nothing is fetched and nothing is sent."]


def test_an_address_that_is_not_the_practices_is_found(settings, settings_with, sandbox):
    wrong = settings_with({"fhir_base": sandbox.fhir("NOBODY")})
    assert f"{CODE}: eCW answers 404 at fhir_base." in ills(wrong)


def test_an_address_where_nobody_listens_is_found(settings, settings_with):
    found = ills(settings_with({"fhir_base": "http://127.0.0.1:1/fhir/r4/FEIGDM"}))
    assert f"{CODE}: eCW: ConnectError." in found


def test_a_client_id_that_ecw_does_not_know_is_found(settings, settings_with):
    found = examine(settings_with({"client_id": "somebody-else"}))
    refused = [finding for finding in found if not finding.ok]
    assert refused
    assert all(finding.what.startswith(CODE) for finding in refused)


def test_a_contract_that_ecw_does_not_grant_is_found_by_its_road(settings, settings_with):
    telephone = {
        "telephone_encounters": True, "provider_ref": "Practitioner/pr.1",
        "location_ref": "Location/l.1",
    }  # fmt: skip
    wider = settings_with(telephone)
    found = [finding.what for finding in examine(wider)]
    assert any("telephone_encounter" in what for what in found)


def test_a_clock_that_is_wrong_is_found(settings):
    late = Container(settings, None, None, lambda: utc_now() + timedelta(minutes=3))  # type: ignore[arg-type]
    found = list(address(late, settings.practice[0]))
    assert [finding.ok for finding in found] == [True, False]
    assert re.search(r"are 1[78]\d s apart", found[1].what)


@contextmanager
def answering(status: int) -> Iterator[str]:
    """A Claude that answers every question with *status*."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, []),
        (401, ["Claude refuses the key."]),
        (404, ["Claude does not know the model."]),
        (529, ["Claude answers 529."]),
    ],
)
def test_claude_is_asked_whether_key_and_model_are_good(settings, settings_with, status, expected):
    with answering(status) as url:
        asked = settings_with(ai_engine="claude", anthropic_api_key="k", claude_base_url=url)
        assert ills(asked) == expected


def test_the_key_for_claude_is_in_no_finding(settings, settings_with):
    with answering(401) as url:
        secret = "sk-ant-canary"
        asked = settings_with(ai_engine="claude", anthropic_api_key=secret, claude_base_url=url)
        assert secret not in repr(examine(asked))


def test_an_identity_provider_is_asked_who_it_is(settings, settings_with, sandbox):
    connected = partial(
        settings_with, oidc_client_id="foyer", oidc_client_secret="s", oidc_practice=CODE
    )
    assert ills(connected(oidc_issuer=f"{sandbox.url}/oidc")) == []
    [what] = ills(connected(oidc_issuer=f"{sandbox.url}/oidc/"))
    assert "calls itself something other" in what
