"""An open file with its totals and what does not add up, and an open payment of nobody's claim."""

from typing import Any

from db.x12_files import FileState
from pages.parts.claims import blocks, words
from pages.parts.claims.blocks import Block
from pages.parts.claims.claim_pane import adjustments
from pages.parts.claims.sitting import Sitting
from services.desk import Actor
from services.money import dollars
from services.workflows.claims import files, matching
from services.workflows.claims.filing import FileRow, Unmatched
from services.workflows.claims.listing import Row

DECIDED = {"claims.accept_file": "Let in as it is by", "claims.remove_file": "Left out by"}


def file_data(sitting: Sitting, file: FileRow, actor: Actor) -> dict[str, Any]:
    """Everything that the open pane draws of a file."""
    told, tone = words.FILES[file.state]
    return {
        "title": file.name,
        "sub": words.KINDS.get(file.kind, file.kind),
        "chips": [[told, tone]],
        "moves": _moves(file, actor),
        "blocks": [*_why(file), _totals(file), *_failures(file), _history(sitting, file)],
    }


def _moves(file: FileRow, actor: Actor) -> list[Block]:
    found = []
    if file.state in (FileState.QUARANTINED, FileState.DUPLICATE):
        asks = {
            FileState.QUARANTINED: _post_anyway(file),
            FileState.DUPLICATE: "Post it although the same interchange is in the books? Its payments would count twice.",
        }[file.state]  # fmt: skip
        found += blocks.move(actor, files.accept_file, "accept_file", ask=asks)
    if file.state in (FileState.QUARANTINED, FileState.REFUSED):
        found += blocks.move(
            actor,
            files.remove_file,
            "remove_file",
            ask="Leave this file out of the books for good?",
        )
    return found


def _post_anyway(file: FileRow) -> str:
    if not file.difference_cents:
        return "Post it although its number is in the books with other content? Both would count."
    off = words.balance(file.difference_cents)
    return f"Post it although it is {off}? The difference stays on record."


def _why_held(file: FileRow) -> str:
    off = f"It is {words.balance(file.difference_cents)}." if file.difference_cents else ""
    is_below = any(sentence == file.reason for sentence, _ in file.failures)
    return " ".join(filter(None, (off, "" if is_below and off else file.reason)))


def _why(file: FileRow) -> list[Block]:
    if file.state is FileState.QUARANTINED:
        told = f"{_why_held(file)} Nothing of it is posted."
        return [blocks.notice(told, "Ask the payer, or let a manager post it as it is.", "bad")]
    if file.state is FileState.DUPLICATE:
        what = f"It repeats {file.duplicate_of}." if file.duplicate_of else ""
        return [blocks.notice(file.reason, what)]
    if file.reason:
        posted = file.state is FileState.POSTED  # the line only says what of it was known
        return [blocks.notice(file.reason) if posted else blocks.notice(file.reason, tone="bad")]
    return []


def _totals(file: FileRow) -> Block:
    money = file.kind == "835"
    paid = file.paid_cents - file.provider_cents
    return blocks.facts(
        "Totals",
        [
            ("Claims in it", f"{file.claims:,}"),
            ("Charged", dollars(file.charge_cents) if money else ""),
            ("Paid for claims", dollars(file.paid_cents) if money else ""),
            ("Withheld from the practice (PLB)", dollars(file.provider_cents) if file.provider_cents else ""),
            ("Adds up to", dollars(paid) if money else ""),
            ("Off by", dollars(file.difference_cents) if file.difference_cents else ""),
        ],
    )  # fmt: skip


def _failures(file: FileRow) -> list[Block]:
    if not file.failures:
        return []
    rows = [[number or "the whole payment", sentence] for sentence, number in file.failures]
    return [blocks.table("What does not add up", ("Claim", "Where and by how much"), rows)]


def _history(sitting: Sitting, file: FileRow) -> Block:
    zone = sitting.options.zone
    decided = f"{DECIDED[file.verb]} {file.by}" if file.verb in DECIDED and file.by else ""
    return blocks.facts(
        "Where it is from",
        [
            ("Source", words.SOURCES.get(file.source, file.source)),
            ("Came", words.moment(file.received_at, zone)),
            ("Closed", words.moment(file.closed_at, zone)),
            ("Decision", decided),
        ],
    )


def payment_data(sitting: Sitting, one: Unmatched, actor: Actor) -> dict[str, Any]:
    """Everything that the open pane draws of a payment, with the claims it may be for."""
    paid = one.payment
    facts = blocks.facts(
        "Payment",
        [
            ("Claim number on it", one.number), ("Payer", paid.payer_name),
            ("Paid", f"{dollars(paid.paid_cents)} of {dollars(paid.charge_cents)}"),
            ("Patient's share", dollars(paid.patient_cents)),
            ("Day", words.day(paid.paid_on)), ("File", one.file),
        ],
    )  # fmt: skip
    why = blocks.notice(
        "Nobody here knows this claim.",
        "If it was billed from somewhere else, leave it here. If the payer changed the number, match it.",
    )
    told = [blocks.card("Adjustments", adjustments(one.adjustments))] if one.adjustments else []
    return {
        "title": one.patient or f"Claim {one.number}",
        "sub": paid.payer_name,
        "chips": [["Unmatched", "ask"]],
        "moves": [],
        "blocks": [why, facts, *([blocks.cards("Why", told)] if told else []), *_likely(one, actor),
                   blocks.find("Find a claim by its whole number"), *_found(sitting, actor)],
    }  # fmt: skip


def _likely(one: Unmatched, actor: Actor) -> list[Block]:
    if not one.likely:
        return [blocks.notice("No claim here is like it.", "Search by number below.")]
    items = [
        _claim(row, actor, f"Because of {', '.join(reasons)}", first=at == 0)
        for at, (row, reasons) in enumerate(one.likely)
    ]
    return [blocks.cards("It may be for", items)]


def _found(sitting: Sitting, actor: Actor) -> list[Block]:
    if sitting.found is None:
        return []
    if not sitting.found:
        return [blocks.notice("No claim has this number.")]
    return [blocks.cards("Found", [_claim(row, actor, "") for row in sitting.found])]


def _claim(row: Row, actor: Actor, why: str, *, first: bool = False) -> Block:
    state = words.STATES[row.state][0]
    title = f"{row.patient or 'Claim'} {row.number}"
    line = (
        f"{row.payer} · service {words.day(row.service_on)} · {dollars(row.charge_cents)} · {state}"
    )
    more = {"claim": str(row.id)}
    moves = blocks.move(actor, matching.match, "match", first=first, more=more)
    return blocks.card(title, [(line, ""), (why, "told")], moves=moves)
