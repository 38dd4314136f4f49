"""``foyer rollout``: what the page does, by the same functions and on the same trail."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from joserfc.jwk import RSAKey

from cli import main
from db import reading, writing
from db.audit import AuditTrail
from db.places import Place
from db.practices import Practices
from db.staff import Staff
from db.suggestions import Suggestion
from db.vocabulary import Role
from services import setup
from services.container import Container
from services.rollout import guardrails
from services.settings import load
from tests.db import rows

NORA = "nora@practice.invalid"


@pytest.fixture
def building(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Container]:
    """An installation with one practice and one nurse, whose settings the command reads."""
    config = tmp_path / "settings.toml"
    general = {
        "database_url": sqlite_url, "keyring": str(tmp_path / "keyring.json"),
        "anchors": str(tmp_path / "anchors"),
    }  # fmt: skip
    (tmp_path / "key.pem").write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    practice = {
        "code": "SAMPLE", "name": "Sample practice", "synthetic": True, "client_id": "cli",
        "key_id": "cli-1", "private_key_file": str(tmp_path / "key.pem"),
        "fhir_base": "http://127.0.0.1:9/fhir",
    }  # fmt: skip
    lines = [f"{name} = {json.dumps(value)}" for name, value in general.items()]
    lines += ["[[practice]]", *(f"{name} = {json.dumps(v)}" for name, v in practice.items())]
    config.write_text("\n".join(lines))
    monkeypatch.setenv("FOYER_CONFIG", str(config))
    made = setup.prepare(load(), new_keys=True)
    with writing(made.engine) as session:
        [one] = Practices(session).all()
        person = {"practice_id": one.id, "email": NORA, "name": "Nora Sample"}
        session.add(Staff(**person, role=Role.NURSE))
    yield made
    made.engine.dispose()


@pytest.fixture
def foyer(building: Container) -> Callable[..., Result]:
    """Run ``foyer rollout`` with these words."""
    return lambda *words: CliRunner().invoke(main, ["rollout", *words])


def trail(building: Container) -> list[tuple[str, str, str, str]]:
    with reading(building.engine) as session:
        [practice] = Practices(session).all()
        found = AuditTrail(session, practice.id).search()
        return [
            (line.verb, line.subject, line.actor, str(line.ending))
            for line in found
            if line.verb.startswith("rollout.")
        ]


def test_set_list_stop_and_resume_leave_the_trail_a_person_would(building, foyer):
    piloted = foyer("set", "inbox", "pilot", "--person", NORA, "--because", "trial")
    assert (piloted.exit_code, piloted.output) == (0, "inbox: pilot, within seconds.\n")
    assert foyer("stop", "ai", "--why", "wrong drafts").exit_code == 0
    found = json.loads(foyer("list", "--json").output)
    [scope] = found["workflows"]["inbox"]["scopes"]
    assert (scope["says"], found["workflows"]["inbox"]["version"]) == ("pilot for Nora Sample", 1)
    assert found["stopped"]["ai"]["reason"] == "wrong drafts"
    assert "inbox        practice                     pilot for Nora" in foyer("list").output
    assert foyer("resume", "ai").exit_code == 0
    assert trail(building) == [
        ("rollout.resume", "switch/ai", "job/operator", "done"),
        ("rollout.stop", "switch/ai", "job/operator", "done"),
        ("rollout.set_stage", "rollout/inbox", "job/operator", "done"),
    ]


def test_how_a_pilot_goes_is_printed_and_before_there_is_one_that_is_said(building, foyer):
    assert foyer("verdict", "inbox").output == (
        "Inbox triage is in no pilot and was in none lately.\n"
    )
    foyer("set", "inbox", "pilot", "--person", NORA)
    [pilot] = json.loads(foyer("verdict", "inbox", "--json").output)["pilots"]
    assert [one["who"] for one in pilot["compared"]] == ["Nora Sample"]
    assert {one["says"] for one in pilot["metrics"]} == {"Too early: 0 of 30 cases"}
    assert "Answered in time: Too early: 0 of 30 cases" in foyer("verdict", "inbox").output


REFUSALS = (
    (("verdict", "nothing"), "There is no such workflow."),
    (("set", "denials", "on"), "Denials needs Claims."),
    (("set", "nothing", "on"), "There is no such workflow."),
    (("set", "inbox", "pilot"), "A pilot needs at least one person."),
    (("set", "inbox", "pilot", "--person", "x@y.invalid"), "Nobody here signs in"),
    (("set", "inbox", "pilot", "--role", "pope"), "There is no role pope."),
    (("set", "inbox", "on", "--because", "Jane Doe asked"), "Please say why with one of"),
    (("stop", "ai", "--why", "Jane Doe asked"), "Please say why with one of"),
    (("resume", "ai"), "It is already running."),
    (("restart", "inbox"), "No limit has paused this there."),
    (("limit", "inbox", "happiness", "1"), "There is no such limit."),
    (("limit", "inbox", "ai_cost", "1", "--at", "Nowhere"), "There is no such location"),
    (("list", "--practice", "NONE"), "name it with --practice"),
)


def test_what_cannot_be_done_is_said_in_a_sentence_and_changes_nothing(building, foyer):
    for words, said in REFUSALS:
        refused = foyer(*words)
        assert refused.exit_code == 1, words
        assert said in refused.output
    assert {ending for *_, ending in trail(building)} == {"failed"}


def test_whoever_names_a_role_means_all_of_it_unless_they_say_how_much(building, foyer):
    foyer("set", "inbox", "pilot", "--role", "nurse")
    foyer("set", "intake", "pilot", "--role", "nurse", "--percent", "30")
    foyer("set", "notes", "pilot", "--percent", "20")
    found = json.loads(foyer("list", "--json").output)["workflows"]
    says = [found[key]["scopes"][0]["says"] for key in ("inbox", "intake", "notes")]
    assert says == ["pilot for every nurse", "pilot for 30% of nurse", "pilot for 20% of everybody"]


def test_where_two_must_agree_the_command_asks_and_a_moment_is_planned(building, foyer):
    assert foyer("set", "intake", "shadow", "--from", "2036-03-03 07:00").output == (
        "intake: shadow, as planned.\n"
    )
    with writing(building.engine) as session:
        [practice] = Practices(session).all()
        practice.options = {"second_approver": True}
    asked = foyer("set", "inbox", "pilot", "--person", NORA)
    assert asked.output == "inbox: pilot, once a second person has approved it.\n"
    found = json.loads(foyer("list", "--json").output)
    assert [(plan["workflow"], plan["state"]) for plan in found["plans"]] == [
        ("inbox", "asked"), ("intake", "ready"),
    ]  # fmt: skip
    assert found["plans"][1]["starts_at"] == "2036-03-03T12:00:00+00:00"
    assert found["workflows"]["inbox"]["scopes"] == []
    assert foyer("set", "inbox", "on", "--until", "2020-03-03 07:00").exit_code == 1


def test_a_limit_of_a_place_is_set_and_a_pause_there_is_listed_and_ended(building, foyer):
    with writing(building.engine) as session:
        [practice] = Practices(session).all()
        place = {"practice_id": practice.id, "kind": "location"}
        session.add_all([Place(**place, ehr_ref=f"Location/{n}", name=n) for n in ("East", "West")])
        talk = rows.conversation(practice.id, location="Location/West")
        own = {"engine": "local", "model": "rules", "prompt_digest": "", "source_hash": ""}
        asked = {"conversation_id": talk.id, "key_id": talk.key_id, "microdollars": 3_000_000}
        session.add_all([talk, Suggestion(practice_id=practice.id, **own, **asked)])
    foyer("set", "inbox", "on")
    told = foyer("limit", "inbox", "ai_cost", "1", "--at", "West")
    assert (told.exit_code, told.output) == (0, "inbox: ai_cost at most 1.\n")
    assert guardrails.watch(building, practice)["paused"] == 1
    found = json.loads(foyer("list", "--json").output)
    assert [(one["place"], one["measure"]) for one in found["paused"]] == [("West", "ai_cost")]
    assert found["workflows"]["inbox"]["limits_of_places"] == {
        "Location/West": {"ai_cost": {"limit": 1.0, "hours": 24, "at_least": 1, "on": True}}
    }
    assert "paused   inbox        West" in foyer("list").output
    assert foyer("restart", "inbox", "--at", "West").exit_code == 0
    assert json.loads(foyer("list", "--json").output)["paused"] == []
    assert ("rollout.restart", "rollout/inbox/Location/West", "job/operator", "done") in trail(
        building
    )
