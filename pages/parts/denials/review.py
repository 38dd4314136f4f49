"""The open denial as its component shows it: the answer, its worth, what may be done, what was."""

from datetime import datetime
from typing import Any

from db.appeal_letters import LetterState
from db.denials import DenialState
from pages.parts.denials import words
from pages.parts.denials.deeds import is_decidable
from pages.parts.denials.events import SNOOZES
from pages.parts.denials.moves import group, in_days, may_snooze, more, moves
from pages.parts.denials.sitting import Sitting
from pages.parts.inbox.words import at
from services.claims.paths import Path
from services.claims.showing import Because, LineBeside
from services.desk import Actor
from services.money import dollars
from services.workflows.denials.accepting import ACTIONS
from services.workflows.denials.letters import Sentence
from services.workflows.denials.reading import OpenDenial, Step
from services.workflows.denials.watching import WORDS

Shown = dict[str, Any]
KINDS = {"verified": "good", "refused": "alert", "unconfirmed": "alert", "in_doubt": "warn"}


def review_data(sitting: Sitting, actor: Actor, denial: OpenDenial, now: datetime) -> Shown:
    """Everything the review component shows of the open denial."""
    return {
        "handled": sitting.handled.get("denial_review", 0),
        "denial": str(denial.row.id),
        "version": denial.row.version,
        "claim": denial.claim_hash,
        "head": _head(denial),
        "notice": _notice(denial),
        "problem": vars(sitting.problem) if sitting.problem else None,
        "path": _path(denial),
        "worth": worth(denial),
        "due": _due(denial),
        "why": _why(denial),
        "lines": [_line(line) for line in denial.lines],
        "letter": _letter(denial),
        "fields": [_field(one) for one in denial.editable],
        "similar": _similar(denial),
        "cause": _cause(denial),
        "steps": [_step(sitting, step, now) for step in denial.steps],
        "sent": _sent(sitting, denial, now),
        "moves": list(moves(denial)),
        "more": list(more(actor, denial)),
        "snoozes": [{"days": n, "label": in_days(n)} for n in SNOOZES]
        if may_snooze(denial)
        else [],
        "people": [{"value": str(id), "label": name} for id, name in sitting.colleagues.items()],
        "group": group(sitting, actor),
    }


def worth(denial: OpenDenial) -> str:
    """The arithmetic of the denial's place in the list, in one line."""
    w = denial.worth
    whose = "assumed" if w.assumed else "from your own endings"
    return (
        f"{dollars(w.denied_cents)} denied \u00d7 {w.chance:.0%} chance ({whose}) = "
        f"{dollars(w.expected_cents)} ÷ {w.minutes} min = {dollars(w.cents_a_minute)} a minute"
    )


def _head(denial: OpenDenial) -> Shown:
    row, billed = denial.row, denial.billed
    chips: list[tuple[str, str, str | None]] = [(words.STATE[row.state], "", None)]
    if row.owner:
        chips.append((f"held by {row.owner}", "person", None))
    born = f"born {billed.birth_date:%m/%d/%Y}" if billed.birth_date else ""
    mrn = f"MRN {denial.mrn}" if denial.mrn else ""
    facts = [
        f"Service {denial.service_on:%m/%d/%Y}", f"claim {billed.number}",
        f"payer's number {billed.payer_control}" if billed.payer_control else "",
        f"member {billed.member_id}" if billed.member_id else "", billed.provider,
        denial.location,
    ]  # fmt: skip
    return {
        "title": f"{dollars(row.denied_cents)} · {row.payer}",
        "patient": " · ".join(part for part in (billed.patient, born, mrn) if part),
        "facts": " · ".join(fact for fact in facts if fact),
        "chips": chips,
    }


def _notice(denial: OpenDenial) -> Shown | None:
    row = denial.row
    if row.trouble:
        return {"kind": "bad", "title": "It came back", "next": row.trouble}
    if row.state is DenialState.OPEN or not row.decision:
        return None
    return {
        "kind": "good" if row.state is DenialState.RECOVERED else "",
        "title": f"{words.STATE[row.state]}: {words.DECISION.get(row.decision, row.decision)}",
        "next": "",
    }


def _path(denial: OpenDenial) -> Shown | None:
    if not is_decidable(denial) or denial.row.state is DenialState.IN_WORK:
        return None
    path = denial.path
    return {
        "path": path,
        "label": words.PATH[path],
        "why": denial.path_reason,
        "may": ACTIONS[path].verb in denial.verbs,
    }


def _due(denial: OpenDenial) -> Shown:
    told, colour = words.days_left(denial.row.days_left)
    day = f"{denial.row.due_on:%m/%d/%Y}" if denial.row.due_on else ""
    return {"text": told, "kind": colour, "day": day, "rule": denial.due_from}


def _why(denial: OpenDenial) -> Shown:
    row = denial.row
    return {
        "code": f"{row.group_code}-{row.carc}" if row.carc else "No reason code",
        "sentence": row.reason,
        "remarks": [{"code": code, "sentence": said} for code, said in denial.remarks],
        "scenario": denial.scenario,
        "steps": list(denial.next_steps),
    }


def _line(line: LineBeside) -> Shown:
    pointed = f" → dx {' '.join(map(str, line.pointers))}" if line.pointers else ""
    modified = f"-{' '.join(line.modifiers)}" if line.modifiers else ""
    return {
        "what": f"{line.procedure}{modified}{pointed}" if line.number else "Whole claim",
        "charge": dollars(line.charge_cents),
        "paid": "" if line.paid_cents is None else dollars(line.paid_cents),
        "because": [_because(one) for one in line.because],
    }


def _because(one: Because) -> Shown:
    return {
        "code": f"{one.group}-{one.carc}",
        "cents": dollars(one.cents),
        "sentence": one.sentence,
        "remarks": [f"{code}: {said}" for code, said in one.remarks],
        "denial": one.is_denial,
    }


def _letter(denial: OpenDenial) -> Shown:
    shown = denial.letter
    letter = shown.letter
    may = "denials.edit_letter" in denial.verbs and not shown.was_sent and is_decidable(denial)
    return {
        "digest": letter.digest,
        "state": words.LETTER[shown.state],
        "open": denial.path == Path.APPEAL or shown.state is not LetterState.DRAFT,
        "sentences": [_sentence(one) for one in letter.sentences],
        "needed": [one.text for one in letter.needed],
        "enclosures": list(letter.enclosures),
        "text": letter.text,
        "changes": list(shown.changes),
        "by": shown.edited_by,
        "drafted": words.drafted_by(shown.model),
        "model": bool(shown.model) and not shown.edited_by,
        "note": shown.note,
        "may": may,
    }


def _sentence(one: Sentence) -> Shown:
    return {"text": one.text, "sources": [source.label for source in one.sources]}


def _field(one: Any) -> Shown:
    return {"path": one.path, "label": one.label, "value": one.value, "named": one.named}


def _similar(denial: OpenDenial) -> Shown:
    counts = ", ".join(f"{n} {words.STATE[s].lower()}" for s, n in denial.similar_counts.items())
    rows = [
        f"{one.closed_at:%m/%d/%Y}: {dollars(one.denied_cents)}, "
        f"{words.DECISION.get(one.decision, 'no decision here')} → {words.STATE[one.state].lower()}"
        + (f", {dollars(one.recovered_cents)} back" if one.recovered_cents else "")
        for one in denial.similar
    ]
    return {"text": counts or "None has ended yet.", "rows": rows}


def _cause(denial: OpenDenial) -> str:
    if not denial.cause:
        return ""
    told = f"Cause: {denial.cause}."
    if denial.taken_down:
        by = denial.taken_down.accepted_by
        who = f", accepted by {by}" if by else ""
        told += f" Insurance taken down on the form of {denial.taken_down.at:%m/%d/%Y}{who}."
    return told


def _step(sitting: Sitting, step: Step, now: datetime) -> Shown:
    cents = f" {dollars(step.cents)}" if step.cents is not None else ""
    return {
        "at": at(step.at, sitting.options.zone, now),
        "what": f"{words.STEP[step.kind]}{cents}",
        "code": step.code,
        "file": step.file,
        "by": step.by,
    }


def _sent(sitting: Sitting, denial: OpenDenial, now: datetime) -> list[Shown]:
    by_word = {str(state): said for state, said in WORDS.items()}
    return [
        {
            "what": words.SENT.get(one.kind, one.kind),
            "words": by_word.get(one.state, one.state),
            "kind": KINDS.get(one.state, ""),
            "by": f"approved by {one.approved_by}, {at(one.at, sitting.options.zone, now)}",
            "error": one.error,
        }
        for one in denial.sent
    ]
