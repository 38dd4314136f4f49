"""The claims page at work: drafts are checked and released, rejections fixed, files and payments settled."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from db import writing
from db.audit import AuditTrail
from db.claim_payments import ClaimPayments
from db.claims import Claims, ClaimState
from db.connections import Connection
from db.deliveries import Deliveries, DeliveryState
from db.practices import Practice
from db.vocabulary import Role
from db.x12_files import FileState
from pages.parts.claims import deeds, drop, events, snapshot, top
from pages.parts.claims.pane import pane_data
from pages.parts.claims.rows import list_data
from pages.parts.claims.sitting import Sitting
from services.container import Container
from services.desk import Actor, looking
from services.sandbox import Running
from services.settings import PracticeSettings
from tests.services.claims.conftest import Billing, billing, clearinghouse
from tests.services.claims.large_files import answer, bill, numbers, remittance
from tests.x12_files import interchange, payment

__all__ = ["Running", "billing", "clearinghouse"]
PAGE = "billing/claims.py"


@pytest.fixture
def biller(hire: Callable[..., Actor]) -> Actor:
    return hire(Role.BILLER)


@pytest.fixture
def contract(container: Container, practice: Practice) -> None:
    """The clearinghouse takes claims and questions of this practice."""
    made = PracticeSettings.model_construct(
        code=practice.code, timezone="America/New_York", claim_sender="US",
        claim_receiver="THEM", claim_phone="5550100000",
    )  # fmt: skip
    object.__setattr__(container.settings, "practice", (made,))
    with writing(container.engine) as session:
        for road in ("submit_claims", "claim_enquiries"):
            session.add(Connection(practice_id=practice.id, road=road, able=True, reason="Open."))


class Seat:
    """One person at the page: what they see, and what they press."""

    def __init__(self, container: Container, actor: Actor, lane: str = "release") -> None:
        self.container, self.actor = container, actor
        self.sitting = Sitting(actor.staff_id)
        self.number = 0
        self.go(lane)

    def go(self, lane: str) -> None:
        self.sitting.show(None)
        snapshot.read(self.container, self.actor, self.sitting, lane)

    def find(self, words: str) -> None:
        self.sitting.words = words
        self.go("all")

    def open(self, at: int = 0) -> None:
        id = self.sitting.rows[at].target.id
        deeds.open_item(self.container, self.actor, self.sitting, id)

    def press(self, kind: str, **more: Any) -> None:
        """One button or key of the open pane, as the page sends it."""
        self.number += 1
        shown = self.shown
        target = {"id": shown["id"], "version": shown["version"], "shown": shown["shown"]}
        event = {"kind": kind, "n": self.number, "target": target, **more}
        events.handle(self.container, self.actor, self.sitting, "claims_item", event)

    @property
    def shown(self) -> dict[str, Any]:
        assert self.sitting.open is not None
        return pane_data(self.sitting, self.sitting.open, self.actor)

    @property
    def moves(self) -> dict[str, dict[str, Any]]:
        """Every button of the open pane, by what it does."""
        blocks = self.shown["blocks"]
        inside = [m for b in blocks for item in b.get("items", []) for m in item["moves"]]
        return {move["kind"]: move for move in [*self.shown["moves"], *inside]}

    @property
    def text(self) -> str:
        return str(self.shown)

    @property
    def said(self) -> str:
        return self.sitting.deeds[0].text if self.sitting.deeds else ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        return list(list_data(self.sitting)["rows"])


def drafts(billing: Billing, count: int = 3) -> None:
    """Claims that eCW has made and that wait for release; the first lacks its diagnosis."""
    billing.drop(bill(count), kind="837-draft")
    billing.post()


def states(billing: Billing) -> list[ClaimState]:
    return [claim.state for claim in billing.all(Claims)]


def test_a_clean_claim_is_released_with_one_key_and_taken_back_while_it_counts_down(
    billing: Billing, biller: Actor, contract: None
) -> None:
    drafts(billing)
    bill_ = Seat(billing.container, biller)
    assert [row["readiness"] for row in bill_.rows] == ["Clean"] * 3
    bill_.open()
    released = bill_.sitting.open.target.id if bill_.sitting.open else None
    bill_.press("release")
    assert bill_.said == "Released"
    assert len(bill_.rows) == 2
    assert bill_.sitting.open is not None  # the next one is open
    line = top.line_data(bill_.sitting, billing.container.clock())
    assert line["deeds"][0]["until"]
    assert released is not None
    deeds.take_back(billing.container, biller, bill_.sitting, released)
    assert "has not left" in bill_.said
    assert states(billing).count(ClaimState.READY) == 3
    assert [d.state for d in billing.all(Deliveries)] == [DeliveryState.CANCELLED]


def test_all_clean_claims_are_released_at_once_and_those_that_are_not_are_told(
    billing: Billing, biller: Actor, contract: None
) -> None:
    drafts(billing)
    bill_ = Seat(billing.container, biller)
    other = Seat(billing.container, biller)
    other.open()
    other.press("release")  # meanwhile, on another screen
    deeds.release_clean(billing.container, biller, bill_.sitting)
    assert bill_.said.startswith("2 claims released. 1 not:")
    assert states(billing) == [ClaimState.RELEASED] * 3
    assert len(billing.all(Deliveries)) == 3


def test_a_practice_whose_clearinghouse_takes_nothing_is_told_so(
    billing: Billing, biller: Actor
) -> None:
    drafts(billing, 1)
    bill_ = Seat(billing.container, biller)
    bill_.open()
    bill_.press("release")
    assert bill_.said.startswith("Not done:")
    assert states(billing) == [ClaimState.READY]


def test_a_held_claim_shows_the_finding_with_its_fix_and_a_person_lets_it_pass(
    billing: Billing, biller: Actor, contract: None
) -> None:
    held = bill(1).replace(b"PRV*BI*PXC*207Q00000X", b"PRV*BI*PXC*WRONG")
    billing.drop(held, kind="837-draft")
    billing.post()
    bill_ = Seat(billing.container, biller)
    assert bill_.rows[0]["tone"] == "alarm"
    bill_.open()
    assert "release" not in bill_.moves
    assert "taxonomy" in bill_.text
    assert "Source: X12" in bill_.text
    move = bill_.moves["overrule"]
    assert "the chart documents it" in move["choices"]
    bill_.press("overrule", **move["more"], why="because")
    assert bill_.said.startswith("Not done: Please say why it may pass")
    assert states(billing) == [ClaimState.HELD]
    bill_.press("overrule", **move["more"], why="the chart documents it")
    assert bill_.said == "Finding let pass"
    assert f"Let pass by {biller.name}" in bill_.text
    assert "the chart documents it)" in bill_.text  # on the timeline too
    assert "release" in bill_.moves


def test_a_claim_fixed_in_ecw_is_checked_again_and_its_new_version_is_clean(
    billing: Billing, biller: Actor, contract: None
) -> None:
    billing.drop(bill(1).replace(b"PXC*207Q00000X", b"PXC*WRONG"), kind="837-draft")
    billing.post()
    bill_ = Seat(billing.container, biller)
    bill_.open()
    bill_.press("fixed")
    assert states(billing) == [ClaimState.HELD]  # what we know is still wrong
    billing.drop(bill(1, control=2), kind="837-draft")
    billing.post()
    assert snapshot.refresh(billing.container, biller, bill_.sitting)
    top.read_again(billing.container, biller, bill_.sitting)
    assert "release" in bill_.moves


def test_a_click_releases_what_was_on_the_screen_and_nothing_newer(
    billing: Billing, biller: Actor, contract: None
) -> None:
    drafts(billing, 1)
    bill_ = Seat(billing.container, biller)
    bill_.open()
    before = bill_.shown
    billing.drop(bill(1, control=2).replace(b"E119", b"E1165"), kind="837-draft")
    billing.post()
    target = {"id": before["id"], "version": before["version"], "shown": before["shown"]}
    event = {"kind": "release", "n": 9, "target": target}
    events.handle(billing.container, biller, bill_.sitting, "claims_item", event)
    assert bill_.said.startswith("Not done:")
    assert states(billing) == [ClaimState.READY]


def test_a_rejection_is_told_in_plain_words_with_what_to_do_and_is_no_denial(
    billing: Billing, biller: Actor
) -> None:
    billing.skip_the_past()
    made = billing.script(outcome={"category": "A7", "status": "164", "entity": "IL"})
    billing.fetch()
    billing.post()
    bill_ = Seat(billing.container, biller, "rejected")
    bill_.find(made["claim_id"])
    bill_.open()
    assert "the member number is missing or wrong" in bill_.text
    assert "this is no denial" in bill_.text
    assert "fixed" in bill_.moves
    bill_.press("fixed")
    assert "It leaves this list when its new version comes." in bill_.text


def test_a_claim_is_found_by_its_whole_number_and_by_nothing_like_it(
    billing: Billing, biller: Actor
) -> None:
    drafts(billing)
    bill_ = Seat(billing.container, biller, "all")
    assert len(bill_.rows) == 3
    bill_.find("clm000001")
    assert len(bill_.rows) == 1
    bill_.find("CLM00000")
    assert bill_.rows == []
    # And by whom it was billed for, whether the chart knows them or not.
    bill_.find("Ruth Sample1")
    assert len(bill_.rows) == 1
    bill_.find("Ruth")
    assert bill_.rows == []


def test_a_file_that_does_not_balance_waits_with_its_difference_until_a_manager_lets_it_in(
    billing: Billing, biller: Actor, manager: Actor
) -> None:
    billing.drop(bill(2))
    body = payment("150.07", *answer("CLM000000"), *answer("CLM000001", paid=70))
    billing.drop(interchange("835", body), "july.835")
    billing.post()
    bill_ = Seat(billing.container, biller, "files")
    assert bill_.rows[0]["readiness"] == "off by $0.07"
    bill_.open()
    assert "accept_file" not in bill_.moves  # only a manager may
    assert "the difference is $0.07" in bill_.text
    boss = Seat(billing.container, manager, "files")
    boss.open()
    assert "$0.07" in boss.moves["accept_file"]["ask"]
    boss.press("accept_file")
    billing.post()
    assert all(file.state is FileState.POSTED for file in billing.files())


def test_where_in_a_file_it_does_not_balance_is_told_by_the_number_of_the_claim(
    billing: Billing, biller: Actor
) -> None:
    wrong = [s.replace("CAS*CO*45*20", "CAS*CO*45*19") for s in answer("CLM000001")]
    body = payment("160", *answer("CLM000000"), *wrong)
    billing.drop(interchange("835", body))
    billing.post()
    bill_ = Seat(billing.container, biller, "files")
    bill_.open()
    [failures] = [b for b in bill_.shown["blocks"] if b.get("title") == "What does not add up"]
    assert {row[0] for row in failures["rows"]} == {"CLM000001"}
    assert any("$1.00" in row[1] for row in failures["rows"])


def test_a_duplicate_names_what_it_repeats_and_a_refused_file_why(
    billing: Billing, biller: Actor
) -> None:
    billing.drop(remittance(numbers(2)), "first.835")
    billing.drop(remittance(numbers(2)) + b"\n", "again.835")
    billing.drop(b"Dear practice, enclosed please find", "letter.txt")
    billing.post()
    bill_ = Seat(billing.container, biller, "files")
    names = [row["detail"].partition(" ")[0] for row in bill_.rows]
    assert names[0] == "letter.txt"  # what needs a person stands first
    assert bill_.rows[0]["readiness"] == "Cannot be read"
    bill_.open(names.index("again.835"))
    assert "It repeats first.835." in bill_.text


def test_a_file_is_dropped_on_the_page_and_posted_like_any_other(
    billing: Billing, biller: Actor
) -> None:
    bill_ = Seat(billing.container, biller, "files")
    for _ in range(2):
        data = remittance(numbers(2))
        drop.take(billing.container, biller, bill_.sitting, data, "a.835", drafts=False)
    assert "a file counts once" in bill_.said
    assert billing.post() == {"posted": 1}
    assert [(f.source, f.state) for f in billing.files()] == [("page", FileState.POSTED)]


def test_a_payment_of_nobodys_claim_is_matched_by_its_likeness_and_taken_off_again(
    billing: Billing, biller: Actor
) -> None:
    billing.drop(bill(1))
    billing.drop(interchange("835", payment("80", *answer("OTHER77"))))
    billing.post()
    bill_ = Seat(billing.container, biller, "unmatched")
    assert bill_.rows[0]["detail"].startswith("OTHER77")
    bill_.open()
    for reason in ("the same charge", "the same payer", "the same day of service"):
        assert reason in bill_.text
    bill_.press("match", **bill_.moves["match"]["more"])
    assert (bill_.said, bill_.rows) == ("Matched", [])
    assert states(billing) == [ClaimState.PAID]

    bill_.find("CLM000000")
    bill_.open()
    assert f"Matched by {biller.name}" in bill_.text
    assert bill_.moves["unmatch"]["ask"]
    bill_.press("unmatch", **bill_.moves["unmatch"]["more"])
    [claim], [paid] = billing.all(Claims), billing.all(ClaimPayments)
    assert (claim.state, claim.paid_cents) == (ClaimState.SUBMITTED, 0)
    assert (paid.unmatched, paid.claim_id) == (True, None)
    assert "A payment was taken off again" in bill_.text


def test_a_payment_is_matched_to_a_claim_found_by_number(billing: Billing, biller: Actor) -> None:
    billing.drop(bill(2))
    billing.drop(interchange("835", payment("40", *answer("OTHER77", paid=40))))
    billing.post()
    bill_ = Seat(billing.container, biller, "unmatched")
    bill_.open()
    bill_.press("find", words="CLM000001")
    [found] = bill_.sitting.found or ()
    bill_.press("match", claim=str(found.id))
    assert billing.claim("CLM000001").paid_cents == 4_000
    assert billing.claim("CLM000000").paid_cents == 0


def test_an_open_claim_tells_the_whole_story_with_every_adjustment_in_words(
    billing: Billing, biller: Actor
) -> None:
    billing.drop(bill(1), "claims.837")
    billing.drop(remittance(numbers(1)), "answers.835")
    billing.post()
    bill_ = Seat(billing.container, biller)
    bill_.find("CLM000000")
    bill_.open()
    [story] = [b for b in bill_.shown["blocks"] if b.get("title") == "From charge to closed"]
    told = [row[1] for row in story["rows"]]
    assert told[0] == "Submitted to the clearinghouse"
    assert told[1].startswith("Denied: ")
    assert [row[3] for row in story["rows"]] == ["claims.837", "answers.835"]
    assert "CO-16 $100.00" in bill_.text
    assert "99213" in bill_.text


def test_the_page_opens_for_a_biller_and_lists_what_waits(
    open_page: Callable[..., AppTest], billing: Billing, biller: Actor
) -> None:
    drafts(billing)
    app = open_page(biller, PAGE)
    assert not app.exception
    assert [b.label for b in app.button if "clean" in b.label] == ["Release all clean (3)"]
    for lane in ("rejected", "way", "files", "unmatched", "all"):
        app = open_page(biller, PAGE, lane=lane)
        assert not app.exception, lane


def test_a_practice_without_claims_switched_on_is_told_so(
    open_page: Callable[..., AppTest], container: Container, biller: Actor
) -> None:
    app = open_page(biller, PAGE)
    assert "not switched on" in "".join(info.value for info in app.info)


def test_looking_again_leaves_no_second_line_on_the_trail(billing: Billing, biller: Actor) -> None:
    drafts(billing)
    bill_ = Seat(billing.container, biller)
    bill_.go("release")
    with looking(billing.container, biller) as desk:
        assert len(desk.open(AuditTrail).search(verb="claims.listed")) == 3
