"""A denial's letter: drafted when it is first looked at, kept once a person touches it, printed as approved."""

import base64
import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from db.appeal_letters import AppealLetter, AppealLetters, LetterState
from db.claims import Claim
from db.deliveries import Deliveries
from db.denials import Denial
from db.letter_drafts import LetterDrafts
from db.practices import Practices
from db.staff import StaffList
from services.ai import Answer
from services.claims import showing
from services.desk import Desk
from services.errors import Invalid, Stale
from services.workflows.denials.acting import claim_of, denial_action
from services.workflows.denials.letters import chart_facts, printing
from services.workflows.denials.letters.checking import Checked
from services.workflows.denials.letters.drafting import about, draft, template_for
from services.workflows.denials.letters.facts import facts_of
from services.workflows.denials.letters.letter import (
    Head,
    Letter,
    Needed,
    Sentence,
    Source,
    decoded,
    encoded,
)

LONGEST = 8_000  # characters
OTHER_LETTER = "The letter is another than the one you read. Please read it again."


@dataclass(frozen=True)
class Shown:
    """A letter beside its denial: as it stands, how it differs from its first draft, what became of it.

    ``changes`` are words with a mark: ``+`` came in, ``-`` went out, empty stayed. ``model`` drafted
    it, if one did; ``note`` says why none did.
    """

    letter: Letter = field(repr=False)
    state: LetterState
    edited_by: str
    changes: tuple[tuple[str, str], ...] = field(repr=False)
    was_sent: bool
    model: str = ""
    note: str = ""


def shown(desk: Desk, denial: Denial, claim: Claim) -> Shown:
    """The letter of *denial*: the one that is kept, else a draft made now and kept nowhere."""
    row, work = (
        desk.open(AppealLetters).of_denial(denial.id),
        desk.open(LetterDrafts).of_denial(denial.id),
    )
    note = work.note if work else ""
    if row is None:
        draft = _draft(desk, denial, claim)
        return Shown(draft, LetterState.DRAFT, "", (), was_sent=False, note=note)
    now, first = _kept(desk, row), decoded(desk.vault.read(row, "first").text)
    by = desk.open(StaffList).names().get(row.edited_by, "") if row.edited_by else ""
    left = row.state not in (LetterState.DRAFT, LetterState.DROPPED)
    told = changes(first.text, now.text)
    return Shown(now, row.state, by, told, was_sent=left, model=row.model, note=note)


@denial_action("denials.edit_letter", "Keep the letter")
def edit_letter(desk: Desk, denial: Denial, text: str, seen: str = "") -> None:
    """Keep the letter as you wrote it: a sentence a line, yours under your name."""
    claim = claim_of(desk, denial)
    row = _row(desk, denial, claim)
    before = _kept(desk, row)
    if seen and seen != before.digest:
        before = _template_again(desk, denial, claim, row, seen)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    _require_printable(lines)
    after = replace(before, sentences=tuple(_sentence(desk, line, before) for line in lines))
    desk.vault.seal_into(row, text=encoded(after))
    row.edited_by, row.edited_at = desk.actor.staff_id, desk.now


def approved(desk: Desk, denial: Denial, claim: Claim, seen: str) -> tuple[AppealLetter, bytes]:
    """The letter that leaves and its PDF; *seen* is the digest of what was on the screen, if it was.

    A model's draft that nobody has seen never leaves: the template's does, as for a whole group.
    Raises ``Stale`` where it is another by now, and ``Invalid`` where it lacks what it rests on.
    """
    row = _row(desk, denial, claim)
    letter = _kept(desk, row)
    if seen and seen != letter.digest:
        raise Stale(OTHER_LETTER)
    if not seen and row.edited_by is None and row.model:
        letter = _as_template(desk, denial, claim, row)
    # What a person wrote is theirs to stand for.
    if row.edited_by is None and any(one.required for one in letter.needed):
        raise Invalid("The letter lacks what it rests on: see what is listed as needed from you.")
    row.digest, row.state = letter.digest, LetterState.SENDING
    return row, printing.pdf(letter)


def printed(desk: Desk, denial: Denial, claim: Claim, *, word: bool = False) -> bytes:
    """The letter as PDF, or as a Word document; once it was approved, the very bytes that leave."""
    row = desk.open(AppealLetters).of_denial(denial.id)
    approved = row.delivery_id if row and row.state is not LetterState.DRAFT else None
    delivery = desk.open(Deliveries).find(approved) if approved else None
    if delivery and not word:
        packet = json.loads(desk.vault.read(delivery, "payload").text)
        return base64.b64decode(packet["content"])
    letter = _kept(desk, row) if row else _draft(desk, denial, claim)
    return printing.docx(letter) if word else printing.pdf(letter)


def changes(first: str, now: str) -> tuple[tuple[str, str], ...]:
    """What became of the first draft, word by word; empty where nothing did."""
    if first == now:
        return ()
    old, new = first.split(), now.split()
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("", " ".join(old[a:b])))
            continue
        found += [("-", " ".join(old[a:b]))] if b > a else []
        found += [("+", " ".join(new[c:d]))] if d > c else []
    return tuple(found)


def keep_proposed(
    desk: Desk, denial: Denial, claim: Claim, checked: Checked, answer: Answer[Any]
) -> AppealLetter:
    """Keep a model's letter as the denial's first draft, with what it took.

    Where no sentence of it stood the check, the template's stand; what failed is asked for. The
    caller holds the denial and has seen that it has no letter.
    """
    base = _draft(desk, denial, claim)
    needed = tuple(dict.fromkeys((*base.needed, *checked.needed)))
    letter = replace(base, needed=needed)
    if checked.sentences:
        letter = replace(letter, sentences=checked.sentences, engine=answer.engine)
    row = _new(desk, denial, claim, letter)
    row.model = answer.model if checked.sentences else ""
    row.prompt_digest, row.microdollars = answer.prompt_digest, answer.usage.microdollars
    row.tokens_in, row.tokens_out = answer.usage.tokens_in, answer.usage.tokens_out
    row.tokens_cached = answer.usage.cached_in
    row.took_ms = int(answer.took.total_seconds() * 1000)
    return row


def _template_again(
    desk: Desk, denial: Denial, claim: Claim, row: AppealLetter, seen: str
) -> Letter:
    """The template's letter, where a person was writing on it when a model's came in between.

    Their words win. Raises ``Stale`` where they read another one.
    """
    if row.edited_by is not None or not row.model or _draft(desk, denial, claim).digest != seen:
        raise Stale(OTHER_LETTER)
    return _as_template(desk, denial, claim, row)


def _as_template(desk: Desk, denial: Denial, claim: Claim, row: AppealLetter) -> Letter:
    """The template's letter in place of a model's that nobody has touched."""
    letter = _draft(desk, denial, claim)
    row.engine, row.model = letter.engine, ""
    desk.vault.seal_into(row, first=encoded(letter), text=encoded(letter))
    return letter


def _draft(desk: Desk, denial: Denial, claim: Claim) -> Letter:
    practice, options = Practices(desk.session).get(desk.practice_id), desk.options
    facts, billed = facts_of(desk, denial, claim), showing.billed_of(desk, claim)
    head = Head(
        practice=practice.name, address=options.address or billed.from_address,
        phone=options.phone, to=denial.payer_name, about=about(facts),
        signed=f"Billing office, {practice.name}",
    )  # fmt: skip
    letter = draft(template_for(denial.carc), facts, head, desk.today)
    if not chart_facts.has_orders(desk, denial):
        return letter
    return replace(letter, needed=(*letter.needed, Needed(chart_facts.LEFT_OUT)))


def _row(desk: Desk, denial: Denial, claim: Claim) -> AppealLetter:
    """The letter's row while it may still change; made when it is first needed."""
    row = desk.open(AppealLetters).of_denial(denial.id)
    if row and row.state is LetterState.DRAFT:
        return row
    return _new(desk, denial, claim, _draft(desk, denial, claim))


def _new(desk: Desk, denial: Denial, claim: Claim, letter: Letter) -> AppealLetter:
    new = AppealLetter(
        practice_id=desk.practice_id, denial_id=denial.id, claim_id=claim.id, key_id=claim.key_id,
        template=letter.template, engine=letter.engine, made_at=desk.now,
    )  # fmt: skip
    desk.vault.seal_into(new, first=encoded(letter), text=encoded(letter))
    return desk.open(AppealLetters).add(new)


def _kept(desk: Desk, row: AppealLetter) -> Letter:
    return decoded(desk.vault.read(row, "text").text)


def _sentence(desk: Desk, line: str, before: Letter) -> Sentence:
    """A sentence that stayed keeps its sources; one that a person wrote has that person."""
    same = next((s for s in before.sentences if s.text == line), None)
    return same or Sentence(line, (Source(f"written by {desk.actor.name}", desk.actor.ref),),
                            desk.actor.name)  # fmt: skip


def _require_printable(lines: Sequence[str]) -> None:
    if not lines:
        raise Invalid("The letter is empty.")
    if sum(map(len, lines)) > LONGEST:
        raise Invalid(f"The letter is too long: please keep it under {LONGEST:,} characters.")
    if any(printing.unprintable(line) for line in lines):
        raise Invalid("The letter has a character that cannot be printed. Please remove it.")
