"""Settings: read once, checked whole, and every fault told in one sentence at the same time."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.ehr.sftp_account import SftpPlace, place_of
from services.errors import Misconfigured
from services.settings import Settings, load, read

KEY = "-----BEGIN PRIVATE KEY-----\nsample\n-----END PRIVATE KEY-----\n"
SECRET = "hunter2-and-more"


@pytest.fixture
def practice(tmp_path: Path) -> dict[str, Any]:
    """A practice's table in which nothing is wrong."""
    (tmp_path / "key.pem").write_text(KEY)
    return {
        "code": "SAMPLE",
        "name": "Sample practice",
        "fhir_base": "https://ehr.example.invalid/fhir/r4/SAMPLE",
        "healow_base": "https://ehr.example.invalid/healow/v1/SAMPLE",
        "client_id": "sample-client",
        "key_id": "sample-1",
        "private_key_file": str(tmp_path / "key.pem"),
        "reply_channel": True,
    }


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write the settings file that the next ``load`` reads."""

    def write(*practices: dict[str, Any], **general: Any) -> None:
        lines = [f"{name} = {json.dumps(value)}" for name, value in general.items()]
        for one in practices:
            lines += ["[[practice]]", *(f"{n} = {json.dumps(v)}" for n, v in one.items())]
        (tmp_path / "settings.toml").write_text("\n".join(lines))
        monkeypatch.setenv("FOYER_CONFIG", str(tmp_path / "settings.toml"))

    return write


def faults() -> tuple[str, ...]:
    with pytest.raises(Misconfigured) as refusal:
        load()
    return refusal.value.faults


def test_a_sound_file_is_read(write: Any, practice: dict[str, Any]) -> None:
    write(practice, poll_seconds=30)
    settings = load()
    assert (settings.poll_seconds, settings.practice[0].code) == (30, "SAMPLE")


def test_without_a_file_everything_has_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOYER_CONFIG", str(tmp_path / "none.toml"))
    assert load().poll_seconds == 60


def test_the_environment_wins(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(poll_seconds=30)
    monkeypatch.setenv("FOYER_POLL_SECONDS", "45")
    assert load().poll_seconds == 45


GENERAL: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown name": ({"pol_seconds": 30}, "pol_seconds: extra"),
    "a number out of range": ({"poll_seconds": 1}, "poll_seconds: input should be"),
    "a word for a number": ({"undo_seconds": "soon"}, "undo_seconds: input should be"),
    "another database": ({"database_url": "mysql://db/foyer"}, "database_url: must begin with"),
    "a doubt asked too soon": ({"settle_seconds": 30}, "settle_seconds: must be longer"),
    "Claude without a key": ({"ai_engine": "claude"}, "anthropic_api_key: is missing"),
    "Claude without a price": (
        {"ai_engine": "claude", "anthropic_api_key": "x", "claude_model": "unheard-of"},
        "claude_prices: has no price",
    ),
    "Claude in the clear": (
        {"ai_engine": "claude", "anthropic_api_key": "x", "claude_base_url": "http://ai.invalid"},
        "claude_base_url: must be",
    ),
    "nobody can sign in": ({"local_accounts": False}, "oidc_issuer: is missing"),
    "half an identity provider": ({"oidc_issuer": "https://id.invalid"}, "oidc_client_id: is"),
    "an identity provider in the clear": (
        {"oidc_issuer": "http://id.invalid", "oidc_client_id": "a", "oidc_practice": "b",
         "oidc_client_secret": "c"},
        "oidc_issuer: must be",
    ),
    "staff in the clear": ({"base_url": "http://foyer.practice.invalid"}, "base_url: must be"),
    "a name that only begins like ours": (
        {"base_url": "http://localhost.practice.invalid"}, "base_url: must be",
    ),
    "no address at all": ({"base_url": "https://"}, "base_url: must be"),
    "an unknown log level": ({"log_level": "CHATTY"}, "log_level: input should be"),
}  # fmt: skip


@pytest.mark.parametrize("what", GENERAL)
def test_a_fault_is_told_in_one_sentence(write: Any, what: str) -> None:
    given, sentence = GENERAL[what]
    write(**given)
    told = [fault for fault in faults() if fault.startswith(sentence)]
    assert len(told) == 1
    assert told[0].endswith(".")


SFTP: dict[str, Any] = {
    "sftp_address": "sftp://us@hub.invalid:2222/out", "sftp_password": SECRET,
    "sftp_host_keys": ["SHA256:" + "A" * 43],
}  # fmt: skip
OF_A_PRACTICE: dict[str, tuple[dict[str, Any], str]] = {
    "no address": ({"fhir_base": "ehr"}, "fhir_base is not"),
    "an address in the clear": ({"fhir_base": "http://ehr.invalid/r4"}, "fhir_base is not"),
    "an address that only looks local": (
        {"healow_base": "http://127.0.0.1.evil.invalid:80"}, "healow_base is not",
    ),
    "a port that is none": ({"healow_base": "https://ehr.invalid:port"}, "healow_base is not"),
    "no such key": ({"private_key_file": "gone.pem"}, "private_key_file does not exist"),
    "a time zone nobody has": ({"timezone": "Mars/Olympus"}, "timezone is not"),
    "replies without their channel": ({"healow_base": ""}, "reply_channel needs healow_base"),
    "repeats without the write contract": (
        {"reply_channel": False, "idempotent_replies": True}, "idempotent_replies needs",
    ),
    "a password in an address": (
        SFTP | {"sftp_address": f"sftp://us:{SECRET}@hub.invalid/out"}, "sftp_address must look",
    ),
    "a folder of nobody": (SFTP | {"sftp_address": "sftp://hub.invalid/out"}, "sftp_address must"),
    "a folder by another road": (
        SFTP | {"sftp_address": "ftp://us@hub.invalid/out"}, "sftp_address must look",
    ),
    "a folder at no port": (
        SFTP | {"sftp_address": "sftp://us@hub.invalid:x/out"}, "sftp_address must look",
    ),
    "a server that anybody could be": (SFTP | {"sftp_host_keys": []}, "sftp_address needs sftp_host"),
    "a fingerprint that can be forged": (
        SFTP | {"sftp_host_keys": ["MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48"]},
        "sftp_host_keys are",
    ),
    "a server to which we are nobody": (SFTP | {"sftp_password": ""}, "sftp_address needs sftp_key"),
    "a key for the folder that is gone": (
        SFTP | {"sftp_key_file": "gone.pem"}, "sftp_key_file does not exist",
    ),
    "telephone encounters for nobody": ({"telephone_encounters": True}, "telephone_encounters needs"),
}  # fmt: skip


@pytest.mark.parametrize("what", OF_A_PRACTICE)
def test_a_fault_of_a_practice_names_the_practice(
    write: Any, practice: dict[str, Any], what: str
) -> None:
    given, sentence = OF_A_PRACTICE[what]
    write(practice | given)
    [told] = faults()
    assert told.startswith(f"practice SAMPLE: {sentence}")
    assert SECRET not in told


def test_a_folder_by_sftp_is_read(write: Any, practice: dict[str, Any]) -> None:
    write(practice | SFTP)
    assert load().practice[0].sftp_address == SFTP["sftp_address"]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("sftp://us@hub.invalid/out/835/", SftpPlace("hub.invalid", 22, "us", "/out/835")),
        ("sftp://us@hub.invalid:2222/~/out", SftpPlace("hub.invalid", 2222, "us", "out")),
        ("sftp://a%40b@hub.invalid", SftpPlace("hub.invalid", 22, "a@b", ".")),
        ("sftp://us@[::1]/a%20b", SftpPlace("::1", 22, "us", "/a b")),
        ("sftp://us@hub.invalid/", SftpPlace("hub.invalid", 22, "us", "/")),
    ],
)
def test_an_address_is_taken_apart(address: str, place: SftpPlace) -> None:
    assert place_of(address) == place


def test_a_file_that_is_no_key_is_noticed(
    write: Any, practice: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "key.pem").write_bytes(b"\xff\xfe no key")
    write(practice)
    assert "private_key_file" in faults()[0]


def test_one_code_is_one_practice(write: Any, practice: dict[str, Any]) -> None:
    write(practice, practice)
    assert faults() == ("practice SAMPLE: is there 2 times.",)


def test_every_fault_is_told_at_once(write: Any, practice: dict[str, Any]) -> None:
    write(
        practice | {"fhir_base": "ehr", "healow_base": ""},
        poll_seconds=0, nonsense=1, settle_seconds=10, base_url="http://foyer.invalid",
    )  # fmt: skip
    told = "\n".join(faults())
    for name in ("poll_seconds", "nonsense", "settle_seconds", "base_url", "fhir_base",
                 "reply_channel"):  # fmt: skip
        assert name in told


def test_tables_come_from_the_environment_as_json(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    monkeypatch.setenv("FOYER_OIDC_ROLES", '{"clinic-nurses": "nurse"}')
    monkeypatch.setenv("FOYER_LOCAL_ACCOUNTS", "true")
    assert load().oidc_roles == {"clinic-nurses": "nurse"}


def test_a_faulty_environment_is_told_like_a_faulty_file(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(settle_seconds=10)
    monkeypatch.setenv("FOYER_CLAUDE_PRICES", "cheap")
    monkeypatch.setenv("FOYER_POLL_SECONDS", "often")
    told = "\n".join(faults())
    for name in ("claude_prices", "poll_seconds", "settle_seconds"):
        assert name in told
    assert "cheap" not in told


def test_what_is_faulty_has_its_default_for_whoever_looks_further(write: Any) -> None:
    write(poll_seconds=0, undo_seconds=20)
    settings, told = read()
    assert (settings.poll_seconds, settings.undo_seconds, len(told)) == (60, 20, 1)


def test_a_file_that_is_no_toml_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text("this is = not = toml")
    monkeypatch.setenv("FOYER_CONFIG", str(tmp_path / "settings.toml"))
    [told] = faults()
    assert "cannot be read as TOML" in told


@pytest.mark.parametrize("name", ["anthropic_api_key", "oidc_client_secret", "metrics_token"])
def test_a_secret_is_never_printed(write: Any, name: str) -> None:
    write(**{name: SECRET})
    assert SECRET not in repr(load())
    write(**{name: [SECRET]})
    assert SECRET not in "\n".join(faults())


def test_settings_do_not_change_while_the_house_stands() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().poll_seconds = 1  # type: ignore[misc]
