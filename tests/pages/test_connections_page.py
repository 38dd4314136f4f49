"""The connections as a page: one click asks for a test, and nothing on it is a secret."""

from db import writing
from db.connections import Connection
from db.line_checks import LineChecks
from services import connections
from services.ehr.ports import Road
from services.settings import PracticeSettings

PAGE = "manage/connections.py"


def connected(container, practice, tmp_path):
    """Give the practice a connection in the settings, which are frozen otherwise."""
    connection = PracticeSettings(
        code=practice.code, name=practice.name, fhir_base="https://ehr.invalid/fhir",
        client_id="client", private_key_file=tmp_path / "key.pem", key_id="k1",
    )  # fmt: skip
    object.__setattr__(container.settings, "practice", (connection,))


def words(app):
    shown = (app.text, app.caption, app.error, app.markdown, app.info)
    return "\n".join(str(element.value) for kind in shown for element in kind)


def test_a_click_asks_for_a_test_and_the_next_look_shows_what_was_found(
    open_page, container, practice, tmp_path, manager
):
    connected(container, practice, tmp_path)
    app = open_page(manager, PAGE)
    assert not app.exception
    app.button(key="connections/test/ecw").click().run()
    assert not app.exception
    assert app.button(key="connections/test/ecw").disabled
    assert "Testing" in words(app)

    with writing(container.engine) as session:
        check = LineChecks(session, practice.id).by_line()["ecw"]
        check.done_at, check.ok, check.told = container.clock(), False, "eCW cannot be reached."
        session.add(
            Connection(practice_id=practice.id, road=Road.FHIR_READ, able=True, state="down",
                       since=container.clock(), last_error="eCW did not answer in time.")
        )  # fmt: skip
    app = open_page(manager, PAGE)
    told = words(app)
    for said in ("eCW cannot be reached.", "Charts from eCW", "eCW did not answer in time.",
                 "tested 0 s ago by Sample manager", "healow_base in the installation's settings",
                 "Not signed in"):  # fmt: skip
        assert said in told, said
    assert "key.pem" not in told


def test_a_practice_without_connection_says_so_and_has_nothing_to_test(open_page, manager):
    app = open_page(manager, PAGE)
    assert not app.exception
    assert not [button for button in app.button if "test" in (button.key or "")]


def test_a_nurse_stays_outside(open_page, container, nurse):
    assert "Your role may not see the connections." in words(open_page(nurse, PAGE))
    assert connections.READ == "connections.read"
