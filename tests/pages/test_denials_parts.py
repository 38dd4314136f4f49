"""The denial desk's own decisions: its words, its rows, what a group is, and what may be pressed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from db.appeal_letters import LetterState
from db.claim_events import EventKind
from db.denials import DenialState
from db.vocabulary import Role
from pages.parts.denials import address, deeds, snapshot, top, words
from pages.parts.denials.events import HANDLERS, handle
from pages.parts.denials.moves import KEYS
from pages.parts.denials.review import review_data, worth
from pages.parts.denials.rows import list_data
from pages.parts.denials.sitting import Deed, Sitting
from pages.parts.worklist import KEPT_DEEDS
from services.actions import Target
from services.claims.paths import Path
from services.claims.ranking import Worth
from services.claims.showing import Because, Billed, LineBeside
from services.desk import Actor
from services.policy import ALLOWED, may
from services.workflows.denials import WORKFLOW, listing
from services.workflows.denials.accepting import ACTIONS
from services.workflows.denials.letters import Letter, Needed, Sentence, Shown, Source
from services.workflows.denials.letters.letter import Head
from services.workflows.denials.listing import Narrowed, Row
from services.workflows.denials.reading import OpenDenial
from services.workflows.denials.watching import Progress

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BILL = Actor(uuid4(), "staff/1", "Sample biller", Role.BILLER, uuid4())
DAN = Actor(uuid4(), "staff/2", "Sample manager", Role.MANAGER, uuid4())


def a_row(**more: object) -> Row:
    id = uuid4()
    plain = Row(
        id=id, version=3, content_hash="h", patient="Synthetic Sample", number="C1",
        payer="Sample Payer", carc="197", group_code="CO", reason="No authorization.",
        remarks=(), denied_cents=12_345, denied_on=date(2026, 2, 1), due_on=date(2026, 3, 20),
        days_left=18, cents_a_minute=411, path="appeal", state=DenialState.OPEN, decision="",
        location="", owner="", assigned_to=None, trouble="", snoozed_until=None,
        targets=(Target(id, 3, "h"),), members=(("Synthetic Sample", 12_345),),
        group_cents=12_345,
    )  # fmt: skip
    return replace(plain, **more)


def a_group(count: int, **more: object) -> Row:
    targets = tuple(Target(uuid4(), 1, "h") for _ in range(count))
    members = tuple(("Synthetic Sample", 1_000) for _ in targets)
    return a_row(
        id=targets[0].id, targets=targets, members=members, group_cents=1_000 * count, **more
    )


def an_open_denial(row: Row | None = None, who: Actor = BILL, **more: object) -> OpenDenial:
    head = Head("Sample practice", (), "", "Sample Payer", (), "Sample practice")
    sentence = Sentence("Please pay $123.45.", (Source("835, CAS", "claim_payment/1"),))
    letter = Letter("general", date(2026, 3, 2), head, (sentence,), (Needed("The reason."),))
    plain = OpenDenial(
        mrn="",
        row=row or a_row(),
        billed=Billed("Synthetic Sample", None, "M1", "C1", "P1", "Dr. Sample", (), "",
                      known=True),
        lines=(LineBeside(1, "99213", ("25",), (1,), None, 12_345, 0,
                          (Because("CO", "197", "No authorization.", 12_345, is_denial=True),)),),
        remarks=(), service_on=date(2026, 1, 5), charge_cents=12_345, scenario="", next_steps=(),
        path="appeal", path_reason="Appeal it.", worth=Worth(12_345, 0.5, 15, assumed=True),
        due_from="60 days to appeal", similar=(), similar_counts={}, steps=(), sent=(),
        letter=Shown(letter, LetterState.DRAFT, "", (), was_sent=False), editable=(), cause="",
        taken_down=None, claim_hash="c", location="",
        verbs=frozenset(verb for verb in ALLOWED if who.role and may(who.role, verb)),
    )  # fmt: skip
    return replace(plain, **more)


def shown(
    denial: OpenDenial, sitting: Sitting | None = None, who: Actor = BILL
) -> dict[str, object]:
    return review_data(sitting or Sitting(who.staff_id), who, denial, NOW)


def test_everything_that_can_be_has_words() -> None:
    assert set(words.STATE) == set(DenialState)
    assert set(words.STEP) == set(EventKind)
    assert set(words.LETTER) == set(LetterState)
    assert set(words.PATH) == set(words.LEAVES) == set(KEYS) == set(Path) == set(ACTIONS)
    assert set(address.LANES) == set(listing.lanes(BILL, Narrowed()))
    assert set(deeds.PAST) == {act.verb for act in WORKFLOW.actions}
    assert len(set(KEYS.values())) == len(KEYS)


@pytest.mark.parametrize(
    ("days", "told", "colour"),
    [
        (None, "no deadline known", ""), (-2, "2 d too late", "routine"),
        (0, "last day", "emergency"), (3, "3 d left", "emergency"), (7, "7 d left", "urgent"),
        (30, "30 d left", "warn"), (31, "31 d left", ""),
    ],
)  # fmt: skip
def test_days_left_are_coloured_at_thirty_seven_and_three(
    days: int | None, told: str, colour: str
) -> None:
    assert words.days_left(days) == (told, colour)


def test_an_address_names_a_lane_and_filters_and_nothing_else_counts() -> None:
    assert address.read({}) == ("mine", Narrowed())
    assert address.read({"lane": "nonsense", "carc": "16"}) == ("mine", Narrowed(carc="16"))
    assert address.read({"lane": "closed", "payer": "P" * 200})[1].payer == "P" * 80


def test_the_arithmetic_is_shown_and_says_that_its_chance_is_assumed() -> None:
    assert worth(an_open_denial()) == (
        "$123.45 denied \u00d7 50% chance (assumed) = $61.72 \u00f7 15 min = $4.11 a minute"
    )
    own = replace(an_open_denial().worth, assumed=False)
    assert "from your own endings" in worth(an_open_denial(worth=own))


def test_the_letter_says_who_drafted_it_and_why_no_model_did() -> None:
    denial = an_open_denial()
    ours = shown(replace(denial, letter=replace(denial.letter, note="Claude declined.")))["letter"]
    assert (ours["drafted"], ours["model"]) == ("Drafted from our template.", False)
    assert ours["note"] == "Claude declined."
    theirs = shown(replace(denial, letter=replace(denial.letter, model="claude-x")))["letter"]
    assert theirs["model"] is True
    assert "AI draft by Claude (claude-x)" in theirs["drafted"]
    edited = replace(denial.letter, model="claude-x", edited_by="Sample biller")
    assert shown(replace(denial, letter=edited))["letter"]["model"] is False


def test_a_group_is_one_row_with_its_sum_and_one_button_where_the_role_may() -> None:
    sitting = Sitting(BILL.staff_id, lane="open", rows=[a_group(12), a_group(2, path="write_off")])
    first, second = list_data(sitting, BILL, NOW)["rows"]
    assert (first["visit"], first["group"]) == ("$120.00", "Decide all 12: appeal")
    assert second["group"] is None
    assert list_data(sitting, DAN, NOW)["rows"][1]["group"] == "Decide all 2: write off"


def test_the_group_asks_once_more_before_it_is_decided() -> None:
    group = a_group(12)
    sitting = Sitting(BILL.staff_id, rows=[group], denial=an_open_denial(group))
    assert shown(sitting.denial, sitting)["group"]["asked"] is False
    sitting.group = group
    told = shown(sitting.denial, sitting)["group"]
    assert (told["asked"], "12 denials of Sample Payer" in told["sentence"]) == (True, True)


def test_only_what_may_be_done_can_be_pressed() -> None:
    def moves(denial: OpenDenial, who: Actor = BILL) -> set[str]:
        return {move["path"] for move in shown(denial, who=who)["moves"]}

    ours = moves(an_open_denial())
    assert not {"patient", "write_off"} & ours
    assert "write_off" in moves(an_open_denial(who=DAN), DAN)
    assert "patient" in moves(an_open_denial(a_row(group_code="PR")))
    sending = an_open_denial(a_row(state=DenialState.SENDING))
    assert moves(sending) == set()
    assert [more["kind"] for more in shown(sending)["more"]] == ["back"]
    closed = an_open_denial(a_row(state=DenialState.WRITTEN_OFF))
    assert [more["kind"] for more in shown(closed)["more"]] == ["reopen"]


def test_rows_keep_their_place_and_new_ones_wait() -> None:
    one, two, new = a_row(), a_group(3), a_row()
    smaller = replace(two, id=two.targets[1].id, targets=two.targets[1:])
    kept, fresh = snapshot.merged([one, two], [new, smaller, one])
    assert kept == [one, smaller]
    assert fresh == [new]
    assert snapshot.merged([], [new]) == ([new], [])


def test_a_decision_for_another_denial_or_version_reaches_nobody() -> None:
    sitting = Sitting(BILL.staff_id, denial=an_open_denial())
    target = {"id": str(sitting.denial.row.id), "version": 2}
    # The container is never asked: the event stops before it.
    handle(None, BILL, sitting, "denial_review", {"n": 1, "kind": "fixed", "target": target})  # type: ignore[arg-type]
    assert "Please look again" in sitting.problem.text
    other = {"id": str(uuid4()), "version": 3}
    handle(None, BILL, sitting, "denial_review", {"n": 2, "kind": "fixed", "target": other})  # type: ignore[arg-type]
    assert sitting.handled["denial_review"] == 2
    # The negative control: the right one does reach the action, which needs a container.
    right = {"id": str(sitting.denial.row.id), "version": 3}
    with pytest.raises(AttributeError):
        handle(None, BILL, sitting, "denial_review", {"n": 3, "kind": "fixed", "target": right})  # type: ignore[arg-type]
    assert set(HANDLERS) >= {"accept", "group", "ask_group", "letter"}


def test_the_line_counts_down_and_stops_once_something_has_left() -> None:
    id, until = uuid4(), NOW + timedelta(seconds=10)
    sitting = Sitting(BILL.staff_id, deeds=[Deed("a", "good", "Approved", (id,), until)])
    held = top.line_data(sitting, {id: Progress("held", "leaving")}, NOW)["deeds"][0]
    left = top.line_data(sitting, {id: Progress("sending", "sending")}, NOW)["deeds"][0]
    assert (held["until"], left["until"]) == (until.isoformat(), None)
    for n in range(KEPT_DEEDS + 2):
        sitting.say(Deed(str(n), "good", "text"))
    assert len(sitting.deeds) == KEPT_DEEDS
