"""Every page of a workflow says in one line that it is off, since when, by whom, and what happens."""

import pytest

from db.vocabulary import Role, Stage
from services import switches
from services.switches import Because, Given, Move

PAGES = {
    "inbox": ("front_desk/inbox.py", Role.NURSE),
    "intake": ("front_desk/intake.py", Role.NURSE),
    "reminders": ("front_desk/reminders.py", Role.NURSE),
    "notes": ("clinical/notes.py", Role.PROVIDER),
    "summaries": ("clinical/summaries.py", Role.PROVIDER),
    "charges": ("billing/charges.py", Role.BILLER),
    "claims": ("billing/claims.py", Role.BILLER),
    "denials": ("billing/denials.py", Role.BILLER),
}


@pytest.mark.parametrize("workflow", PAGES)
def test_a_page_says_that_its_workflow_was_switched_off(
    open_page, container, practice, admin, hire, workflow
):
    page, role = PAGES[workflow]
    for key in ("claims", workflow) if workflow == "denials" else (workflow,):
        seen = Stage.ON if key == "inbox" else None
        if seen is None:
            switches.set_stage(container, admin, Move(key, "", Stage.ON))
    off = Move(workflow, "", Stage.OFF, seen=Stage.ON)
    switches.set_stage(container, admin, off, Given(Because.TRAINING, drains=True))
    app = open_page(hire(role), page)
    assert not app.exception
    told = "\n".join(warning.value for warning in app.warning)
    title = switches.WORKFLOWS[workflow]
    assert f"{title} is switched off since Mon 2 Mar, 04:00, by Sample admin (training)" in told
    assert "You may finish what was open until Mon 9 Mar" in told


def test_a_page_that_is_on_says_nothing_of_it(open_page, container, practice, admin, nurse):
    """The negative control."""
    switches.set_stage(container, admin, Move("reminders", "", Stage.ON))
    app = open_page(nurse, "front_desk/reminders.py")
    assert "switched off" not in "\n".join(warning.value for warning in app.warning)


@pytest.mark.parametrize("workflow", ["inbox", "intake", "claims"])
def test_what_is_switched_off_while_its_page_is_open_is_told_at_the_next_look(
    open_page, container, practice, admin, hire, workflow
):
    page, role = PAGES[workflow]
    if workflow != "inbox":
        switches.set_stage(container, admin, Move(workflow, "", Stage.ON))
    app = open_page(hire(role), page)
    assert not app.exception
    assert not app.info
    switches.set_stage(container, admin, Move(workflow, "", Stage.OFF, seen=Stage.ON), Given())
    app.run()
    assert not app.exception
    assert "is not switched on here yet." in "\n".join(one.value for one in app.info)
