"""The operator's commands, each in a process of its own, over an installation with messages in it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import Engine, text

from db import open_database, reading, writing
from db.conversations import Conversations
from db.keyring import load_keyring
from db.messages import Messages
from db.migrate import upgrade
from db.practices import Practice, Practices
from db.rollout import Rollout
from db.staff import Staff
from db.vocabulary import Role, Stage
from services import audit, chart_sync, deliverer, roads, setup, wiring
from services.container import Container, system_clock
from services.desk import Actor, working
from services.lines import Lines
from services.sandbox import Running, running
from services.settings import load
from services.workflows.inbox.poll import poll
from services.workflows.inbox.reading import open_item
from services.workflows.inbox.sending import send_reply
from tests.services.workflows.conftest import seen

ROOT = Path(__file__).parents[1]
CODE = "FEIGDM"
CANARY = "CANARY chest pain since Tuesday"


@dataclass(frozen=True)
class Installation:
    """A practice with mail, its folder, and the names of its patients."""

    folder: Path
    sandbox: Running
    names: tuple[str, ...]

    @property
    def config(self) -> Path:
        return self.folder / "settings.toml"

    def foyer(
        self, *arguments: str, config: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``foyer`` to its end."""
        return foyer(*arguments, config=config or self.config)

    def patients_words_in(self, told: str) -> list[str]:
        return [word for word in (CANARY, *self.names) if word in told]


def foyer(*arguments: str, config: Path) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("FOYER_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments], cwd=ROOT, capture_output=True, text=True,
        check=False, env=own | {"FOYER_CONFIG": str(config)}, timeout=100,
    )  # fmt: skip


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    key = RSAKey.generate_key(2048, {"kid": "cli-1"})
    (folder / "key.pem").write_bytes(key.as_pem(private=True))
    with running() as sandbox:
        public = {"keys": [key.as_dict(private=False)]}
        sandbox.control.register("cli", public, practice=CODE)
        (folder / "settings.toml").write_text(_settings(folder, sandbox))
        names = _fill(folder / "settings.toml", sandbox)
        yield Installation(folder, sandbox, names)


def _settings(folder: Path, sandbox: Running, database: str = "foyer.db", **more: str) -> str:
    general = {
        "database_url": f"sqlite:///{folder / database}",
        "keyring": str(folder / "keyring.json"),
        "anchors": str(folder / "anchors"),
    }
    practice = {
        "code": CODE, "name": "Sample practice (synthetic)", "client_id": "cli", "key_id": "cli-1",
        "fhir_base": sandbox.fhir(CODE), "healow_base": sandbox.healow(CODE),
        "private_key_file": str(folder / "key.pem"),
    }  # fmt: skip
    lines = [f"{name} = {json.dumps(value)}" for name, value in (general | more).items()]
    lines += ["[[practice]]", "reply_channel = true", "synthetic = true"]
    return "\n".join(lines + [f"{name} = {json.dumps(value)}" for name, value in practice.items()])


def _fill(config: Path, sandbox: Running) -> tuple[str, ...]:
    """Three messages, one of them opened, answered and delivered."""
    settings = load({"FOYER_CONFIG": str(config)})
    container = setup.prepare(settings, new_keys=True)
    [lines] = wiring.lines_of(container)
    person = _let_in(container, lines.practice)
    for n in range(3):
        sandbox.control.receive(f"{CANARY}, message {n}.", patient=f"Patient/p.10{n + 1}")
    poll(container, lines.practice, lines.ehr.mailbox)
    chart_sync.fetch_charts(container, lines.practice, lines.ehr.chart)
    able = lines.ehr.roads.capabilities()
    roads.keep_capabilities(container, Actor.job(lines.practice.id, "capabilities"), able)
    names = _answer_one(container, lines, person)
    audit.anchor(container)
    container.engine.dispose()
    return names


def _let_in(container: Container, practice: Practice) -> Actor:
    person = Staff(
        practice_id=practice.id, email="desk@practice.invalid", name="Sample person",
        role=Role.FRONT_DESK,
    )  # fmt: skip
    with writing(container.engine) as session:
        session.add(person)
        session.add(Rollout(practice_id=practice.id, workflow="inbox", stage=Stage.ON))
    return Actor.person(person)


def _answer_one(container: Container, lines: Lines, person: Actor) -> tuple[str, ...]:
    with reading(container.engine) as session:
        conversations = Conversations(session, lines.practice.id)
        talks = conversations.all(conversations.rows())
    names = [open_item(container, person, talk.id).patient_name for talk in talks]
    send_reply(container, person, seen(talks[0]), "We have passed your request on.")
    later = Container(
        container.settings, container.engine, container.keyring,
        lambda: system_clock() + timedelta(seconds=20),
    )  # fmt: skip
    deliverer.deliver(deliverer.carrier(later, lines.practice, lines.ehr))
    return tuple(part for name in names for part in (name, name.split()[-1]))


COMMANDS = (("web", "--port", "0"), ("worker",), ("status", "--json"), ("audit", "verify"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_bad_configuration_is_refused_at_start_every_fault_at_once(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(
        f'database_url = "sqlite:///{tmp_path}/none.db"\nkeyring = "{tmp_path}/none.json"\n'
        'base_url = "http://foyer.practice.invalid"\npoll_seconds = 0\n'
        '[[practice]]\ncode = "SAMPLE"\nname = "Sample"\nclient_id = "a"\nkey_id = "b"\n'
        'fhir_base = "nowhere"\nprivate_key_file = "none.pem"\nreply_channel = true\n'
    )
    ran = foyer(*command, config=config)
    told = ran.stderr.strip().splitlines()
    assert ran.returncode == 1
    for name in ("poll_seconds", "foyer: base_url", "fhir_base", "private_key_file", "reply_channel",
                 "keyring:", "migration"):  # fmt: skip
        assert sum(name in line for line in told) == 1, name
    assert all(line.startswith("foyer: ") and line.endswith(".") for line in told)
    assert {path.name for path in tmp_path.iterdir()} == {"settings.toml"}, "it created something"


def test_s05_without_its_keyring_nothing_starts_and_no_new_one_is_made(
    installation: Installation, tmp_path: Path
) -> None:
    """S05: a second keyring would make every message unreadable for ever."""
    config = tmp_path / "settings.toml"
    config.write_text(
        _settings(installation.folder, installation.sandbox, keyring=str(tmp_path / "lost.json"))
    )
    ran = foyer("worker", config=config)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("foyer: keyring: ")
    assert not (tmp_path / "lost.json").exists()


def test_an_unreachable_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    nowhere = "postgresql+psycopg://nobody:hunter2@127.0.0.1:1/none"
    config.write_text(f'database_url = "{nowhere}"\nkeyring = "{tmp_path}/none.json"\n')
    ran = foyer("status", config=config)
    assert ran.returncode == 1
    assert "database_url: the database does not answer" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "hunter2" not in ran.stderr


def test_the_doctor_finds_everything_well_but_a_worker(installation: Installation) -> None:
    ran = installation.foyer("doctor")
    failed = [line for line in ran.stdout.splitlines() if line.startswith("FAIL")]
    assert failed
    assert all("worker" in line or "administrator" in line or "disk" in line for line in failed)
    assert installation.patients_words_in(ran.stdout + ran.stderr) == []


def test_the_doctor_says_what_to_do_about_a_dead_line(
    installation: Installation, tmp_path: Path
) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(
        installation.config.read_text().replace(installation.sandbox.url, "http://127.0.0.1:9")
    )
    ran = foyer("doctor", config=config)
    assert ran.returncode == 1
    assert "Check the address" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_s10_the_status_is_json_without_a_patient_in_it(installation: Installation) -> None:
    """S10: what a monitor collects holds counts and states alone."""
    ran = installation.foyer("status", "--json")
    found = json.loads(ran.stdout)["practices"][CODE]
    assert found["workflows"]["inbox"]["states"] == {"open": 2, "closed": 1}
    assert sum(found["deliveries"].values()) == 1
    assert installation.patients_words_in(ran.stdout + ran.stderr) == []
    assert len(installation.names) == 6  # the control: there are names to look for


def test_a_rotation_leaves_everything_readable(installation: Installation) -> None:
    before = load_keyring(installation.folder / "keyring.json").active
    ran = installation.foyer("keys", "rotate")
    assert ran.returncode == 0, ran.stderr
    assert "Re-wrapped" in ran.stdout
    assert load_keyring(installation.folder / "keyring.json").active != before
    assert _texts(installation.config) == {f"{CANARY}, message {n}." for n in range(3)}


def test_a_second_keyring_is_never_made(installation: Installation) -> None:
    ran = installation.foyer("keys", "create")
    assert ran.returncode == 1
    assert "there is one already" in ran.stderr


def test_a_backup_is_restored_into_an_empty_database_and_reads_the_same(
    installation: Installation, tmp_path: Path
) -> None:
    copy = tmp_path / "backup.bin"
    wrote = installation.foyer("backup", str(copy))
    assert wrote.returncode == 0, wrote.stderr
    assert CANARY.encode() not in copy.read_bytes()

    elsewhere = tmp_path / "settings.toml"
    database = str(tmp_path / "restored.db")
    elsewhere.write_text(_settings(installation.folder, installation.sandbox, database))
    upgrade(f"sqlite:///{database}")
    ran = foyer("restore", str(copy), config=elsewhere)
    assert ran.returncode == 0, ran.stderr
    assert _texts(elsewhere) == _texts(installation.config)

    again = foyer("restore", str(copy), config=elsewhere)
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_the_trail_is_verified_and_a_changed_line_is_found(
    installation: Installation, tmp_path: Path
) -> None:
    ran = installation.foyer("audit", "verify")
    assert (ran.returncode, "intact" in ran.stdout) == (0, True)

    engine = open_database(f"sqlite:///{installation.folder / 'foyer.db'}")
    with _changed_line(engine):
        broken = installation.foyer("audit", "verify")
    assert broken.returncode == 1
    assert "2" in broken.stdout
    assert installation.foyer("audit", "verify").returncode == 0


@pytest.mark.parametrize("form", ["csv", "fhir"])
def test_the_trail_is_exported_without_patients_words_and_the_export_is_on_it(
    installation: Installation, form: str
) -> None:
    ran = installation.foyer("audit", "export", "--format", form, "--practice", CODE)
    assert ran.returncode == 0, ran.stderr
    assert "inbox.send_reply" in ran.stdout
    assert installation.patients_words_in(ran.stdout) == []
    assert (
        "audit.export"
        in installation.foyer("audit", "export", "--format", form, "--practice", CODE).stdout
    )


@pytest.mark.parametrize(
    "command",
    [
        ("audit", "export", "--practice", "NOBODY"),
        (
            "staff",
            "add",
            "--practice",
            CODE,
            "--email",
            "a@b.invalid",
            "--name",
            "A",
            "--role",
            "x",
        ),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_slip_of_the_operator_is_told_in_a_sentence(
    installation: Installation, command: tuple[str, ...]
) -> None:
    ran = installation.foyer(*command)
    assert ran.returncode == 1
    assert ran.stderr.startswith("foyer: There is no ")


def _texts(config: Path) -> set[str]:
    """Every message as a person reads it."""
    settings = load({"FOYER_CONFIG": str(config)})
    container = Container(
        settings, open_database(settings.database_url), load_keyring(settings.keyring)
    )
    with reading(container.engine) as session:
        practice = Practices(session).by_code(CODE)
        assert practice is not None
    with working(container, Actor.job(practice.id, "test")) as desk:
        messages = desk.open(Messages)
        found = {
            desk.vault.read(message, "body").text
            for message in messages.all(messages.rows())
            if message.author == "patient"
        }
    container.engine.dispose()
    return found


@contextmanager
def _changed_line(engine: Engine) -> Iterator[None]:
    """Inside, the second line of the trail says something else."""
    with engine.execution_options(writing=True).begin() as connection:
        verb = connection.scalar(text("SELECT verb FROM audit_entry WHERE seq = 2"))
    _rewrite(engine, "inbox.forged")
    yield
    _rewrite(engine, verb)


def _rewrite(engine: Engine, verb: str) -> None:
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            text("UPDATE audit_entry SET verb = :verb WHERE seq = 2"), {"verb": verb}
        )
