"""What leaves for the chart, what a person types into eCW, and what else may be done with a form."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from db.deliveries import DeliveryState
from db.intake import CERTAIN, OPEN, FormState
from db.intake_fields import Decision
from db.vocabulary import DocumentKind
from pages.parts.inbox.words import at
from pages.parts.intake import words
from pages.parts.intake.fields import is_plain
from pages.parts.intake.rows import KINDS as KIND_NAMES
from pages.parts.intake.sitting import Sitting
from services.actions import Action
from services.desk import Actor
from services.policy import may
from services.sent import SentEntry
from services.workflows.intake import belonging, committing, deciding, routing
from services.workflows.intake.committing import ToCopy
from services.workflows.intake.reading import OpenForm
from services.workflows.intake.watching import WORDS

Shown = dict[str, Any]
KINDS_OF = {"chart": "Entry for the chart", "chart_copy": "Entry typed into eCW"}
KINDS = {"verified": "good", "refused": "alert", "unconfirmed": "alert", "in_doubt": "warn"}


def copy_data(form: OpenForm, one: ToCopy) -> Shown:
    """One entry to type into eCW, in the order of its fields."""
    lines = [
        {"label": _name(one.entry.kind, name), "value": words.value(f"x.{name}", value)}
        for name, value in one.entry.values
    ]
    return {
        "name": one.entry.paths[0],
        "screen": one.entry.screen,
        "why": one.why,
        "lines": lines,
        "paths": list(one.entry.paths),
        "may": form.may_commit,
    }


def _name(kind: str, name: str) -> str:
    return "Problem" if kind == "condition" else words.label(f"x.{name}")


def sent_data(sitting: Sitting, form: OpenForm, now: datetime) -> list[Shown]:
    """Each promise of this form: where it stands, who approved it, and why it came back."""
    told = []
    for one in form.sent:
        when = at(one.settled_at or one.at, sitting.options.zone, now)
        code = f" (eCW code {one.error_code})" if one.error_code else ""
        told.append(
            {
                "what": KINDS_OF.get(one.kind, "Message to the patient"),
                "words": _stands(one),
                "kind": KINDS.get(one.state, ""),
                "by": f"accepted by {one.approved_by}, {when}" if one.approved_by else when,
                "error": f"{one.error}{code}" if one.error else "",
            }
        )
    return told


def _stands(one: SentEntry) -> str:
    if one.kind == "chart_copy" and one.state == "accepted":
        return "being looked for in eCW"
    return WORDS[DeliveryState(one.state)]


def moves_data(actor: Actor, form: OpenForm) -> list[Shown]:
    """The buttons below the review, each only where it can be done now by this person."""
    return [
        {
            "kind": kind,
            "label": label or act.label,
            "key": key,
            "help": act.help,
            "first": kind in ("write", "take_over"),
        }
        for kind, act, key, label in _possible(actor, form)
        if actor.role is not None and may(actor.role, act.verb)
    ]


def _possible(actor: Actor, form: OpenForm) -> Iterator[tuple[str, Action[Any], str, str]]:
    state, certain = form.row.state, form.match in CERTAIN
    if state is FormState.READY and certain:
        yield from _with_fields(form)
    if form.to_copy or any(one.state == "held" for one in form.sent):
        yield "back", committing.take_back, "", ""
    if state in OPEN:
        mine = form.row.assigned_to == actor.staff_id
        yield "take", routing.assign, "t", "Release" if mine else "Take"
    if state in (FormState.READY, FormState.FAILED):
        yield "again", belonging.read_again, "", ""
        if certain:
            yield "wrong", belonging.wrong_patient, "", ""
    if state in (FormState.READY, FormState.FAILED, FormState.WAITING):
        yield "remove", belonging.remove, "", ""
    if state is FormState.REMOVED:
        yield "restore", belonging.restore, "", ""


def _with_fields(form: OpenForm) -> Iterator[tuple[str, Action[Any], str, str]]:
    same = [row for row in form.fields if is_plain(row)]
    if any(row.decision is Decision.OPEN for row in same):
        yield "matching", deciding.accept_matching, "a", ""
    asked = [row for row in form.fields if row.asks and row.decision is Decision.OPEN]
    if any(not row.may_decide for row in asked):
        yield "escalate", deciding.escalate, "⇧E", ""
    if any(row.decision is Decision.ESCALATED for row in form.fields):
        yield "take_over", deciding.take_over, "", ""
    elif not asked and not any(row.decision is Decision.OPEN for row in same):
        yield "write", deciding.commit, "w", ""


def kinds_data(sitting: Sitting, form: OpenForm) -> list[Shown] | None:
    """What a document may be filed as, each with the team it then goes to; none for check-ins."""
    if form.row.state not in OPEN or form.row.source != "document":
        return None
    pools, options = sitting.options.pools, sitting.options
    kinds = [kind for kind in KIND_NAMES if kind not in (DocumentKind.CHECK_IN, form.row.kind)]
    return [
        {"value": kind, "label": f"{KIND_NAMES[kind]} → {pools[options.route_of(kind)]}"}
        for kind in kinds
    ]


def assign_data(sitting: Sitting, form: OpenForm) -> list[Shown] | None:
    """Whom the form may be given to: people, then teams."""
    if form.row.state not in OPEN:
        return None
    people = [{"value": f"staff:{id}", "label": name} for id, name in sitting.colleagues.items()]
    pools = [{"value": f"pool:{key}", "label": name} for key, name in sitting.options.pools.items()]
    return [{"label": "A person", "items": people}, {"label": "A team", "items": pools}]
