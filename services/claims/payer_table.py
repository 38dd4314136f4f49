"""The table of payers' deadlines in people's hands: what a change would move, and the change itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from db.denial_dates import Dated, DenialDates, Moved
from db.payer_rules import BilledPayers, PayerRule, PayerRules, Purpose
from services.claims import deadlines, ranking
from services.claims.paths import Path
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Invalid, Stale
from services.management import Deed, managed

READ, EDIT = "claims.read_deadlines", "claims.edit_deadlines"
LONGEST = 3_650  # days; no payer waits ten years
FEWEST, MOST = 3, 200  # letters of a source
# What people may say of a source; ``standard`` is the law's own and is not theirs to give.
CONFIDENCES = ("ours", "stated", "uncertain")
Seen = tuple[int, str, str] | None  # days, source and confidence as the person saw them


@dataclass(frozen=True)
class Change:
    """A deadline as somebody wants it. An empty ``payer_id`` stands for all payers without their own.

    ``seen`` is the payer's own rule as it was on the screen, ``None`` where it had none. Without
    ``days`` the payer's own rule goes: the law's applies again, or the one for all others.
    """

    payer_id: str
    purpose: Purpose
    days: int | None
    source: str = ""
    confidence: str = ""
    seen: Seen = None


@dataclass(frozen=True)
class Effect:
    """What a change does to open denials: how many get a new last day, and which way it moves.

    ``lapsed`` have their new last day behind them; ``told`` keep their day, by another rule.
    """

    new: int = 0
    sooner: int = 0
    later: int = 0
    lapsed: int = 0
    told: int = 0


@dataclass(frozen=True)
class Table:
    """Every rule there is, and every payer by name, also those without a rule of their own."""

    rules: tuple[PayerRule, ...]
    payers: tuple[tuple[str, str], ...]

    def own(self, payer_id: str, purpose: Purpose) -> PayerRule | None:
        """The rule of exactly this payer."""
        return _found(self.rules, payer_id, purpose)


def table(container: Container, actor: Actor) -> Table:
    """The whole table as of now. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(READ, "see the payers' deadlines")
        rules = tuple(desk.open(PayerRules).listed())
        named = desk.open(BilledPayers).named()
        named |= {rule.payer_id: rule.payer_name for rule in rules if rule.payer_name}
        named.pop("", None)
        return Table(rules, tuple(sorted(named.items(), key=lambda one: one[1].casefold())))


def effect(container: Container, actor: Actor, change: Change) -> Effect:
    """What *change* would do; it changes nothing. Raises ``NotAllowed``, ``Invalid`` or ``Stale``."""
    with looking(container, actor) as desk:
        desk.require(EDIT, "change the payers' deadlines")
        rules = list(desk.open(PayerRules).listed())
        wanted = _wanted(desk, change, _found(rules, change.payer_id, change.purpose))
        return _effect(list(_moves(desk, change, _with(rules, change, wanted))), desk.today)


@managed(EDIT, "Save this deadline")
def save(desk: Desk, change: Change) -> Deed[Effect]:
    """Keep the deadline and give every open denial it concerns its new last day, all at once.

    Raises ``Invalid`` for what cannot be kept, and ``Stale`` where somebody changed it meanwhile.
    """
    rules = desk.open(PayerRules)
    own = rules.own(change.payer_id, change.purpose)
    wanted = _wanted(desk, change, own)
    before = _words(own)
    # A file that is being posted this moment still counts by the old rule; the next day's ranking
    # counts every open denial anew.
    moves = list(_moves(desk, change, _with(list(rules.listed()), change, wanted)))
    subject = _keep(desk, own, wanted)
    desk.open(DenialDates).move([moved for _, moved in moves])
    done = _effect(moves, desk.today)
    how = f"{change.payer_id or 'all others'}, to {change.purpose}: {before} -> {_words(wanted)}"
    return Deed(subject, f"{how}; {done.new} new last days", done)


def _wanted(desk: Desk, change: Change, own: PayerRule | None) -> PayerRule | None:
    """The rule as it will stand. Raises ``Invalid`` or ``Stale``."""
    if _seen(own) != change.seen:
        raise Stale("Somebody changed this deadline since you opened it. Please look again.")
    lawful = own.lawful_days if own else None
    if change.days is None:
        return _without(change, own)
    source = " ".join(change.source.split())
    _check(change, source, lawful)
    return PayerRule(
        practice_id=desk.practice_id, payer_id=change.payer_id,
        payer_name=_name(desk, change.payer_id, own), purpose=change.purpose, days=change.days,
        source=source, confidence=change.confidence, lawful_days=lawful,
    )  # fmt: skip


def _check(change: Change, source: str, lawful: int | None) -> None:
    days = change.days or 0
    if not 0 < days <= LONGEST:
        raise Invalid(f"Please enter the days as a whole number from 1 to {LONGEST:,}.")
    if lawful is not None and days > lawful:
        raise Invalid(
            f"The law gives {lawful} days to {change.purpose}. You may count on fewer, not on more."
        )
    if not FEWEST <= len(source) <= MOST:
        raise Invalid(
            f"Please say where this limit is written, in {FEWEST} to {MOST} letters: "
            "the contract with its section, or the page of the payer's manual."
        )
    if change.confidence not in CONFIDENCES:
        raise Invalid("Please say how sure this limit is.")


def _without(change: Change, own: PayerRule | None) -> PayerRule | None:
    if own is None or not change.payer_id:
        raise Invalid("There is nothing to take away: this payer has no such deadline of its own.")
    if own.lawful_days is None:
        return None
    days, source, confidence = deadlines.MEDICARE[change.purpose]
    return PayerRule(
        practice_id=own.practice_id, payer_id=own.payer_id, payer_name=own.payer_name,
        purpose=change.purpose, days=days, source=source, confidence=confidence,
        lawful_days=own.lawful_days,
    )  # fmt: skip


def _name(desk: Desk, payer_id: str, own: PayerRule | None) -> str:
    if own is not None or not payer_id:
        return own.payer_name if own else "All other payers"
    name = desk.open(BilledPayers).named().get(payer_id)
    if name is None:
        raise Invalid("No claim names this payer. It appears here with its first claim.")
    return name


def _keep(desk: Desk, own: PayerRule | None, wanted: PayerRule | None) -> str:
    """Put *wanted* in the place of *own*; returns which row it is now, or was."""
    if own is None:
        assert wanted is not None  # noqa: S101  (where there is nothing, nothing is taken away)
        return desk.open(PayerRules).add(wanted).ref
    if wanted is None:
        desk.session.delete(own)
    else:
        own.days, own.source, own.confidence = wanted.days, wanted.source, wanted.confidence
    return own.ref


def _moves(desk: Desk, change: Change, rules: Sequence[PayerRule]) -> Iterator[tuple[Dated, Moved]]:
    """Each open denial whose last day, or the rule behind it, is another one by *rules*."""
    find, upheld = _finder(rules), desk.open(DenialDates).upheld()
    for one in desk.open(DenialDates).open_of(change.payer_id):
        if not one.path:
            continue
        day, told = deadlines.due(
            find, one.payer_id, Path(one.path), one.denied_on, upheld=one.id in upheld
        )
        if (day, told) != (one.due_on, one.due_from):
            place = ranking.place(one.expected_cents // max(1, one.minutes), day, desk.today)
            yield one, {"which": one.id, "day": day, "rule": told, "place": place}


def _effect(moves: Sequence[tuple[Dated, Moved]], today: date) -> Effect:
    days: list[tuple[date | None, date | None]] = [(was.due_on, now["day"]) for was, now in moves]
    both = [(was, now) for was, now in days if was and now]
    return Effect(
        new=sum(was != now for was, now in days),
        sooner=sum(now < was for was, now in both),
        later=sum(now > was for was, now in both),
        lapsed=sum(was != now and now < today for was, now in days if now),
        told=sum(was == now for was, now in days),
    )


def _with(
    rules: Sequence[PayerRule], change: Change, wanted: PayerRule | None
) -> Sequence[PayerRule]:
    others = [r for r in rules if (r.payer_id, r.purpose) != (change.payer_id, change.purpose)]
    return [*others, *([wanted] if wanted else [])]


def _finder(rules: Sequence[PayerRule]) -> deadlines.Find:
    by_place = {(rule.payer_id, rule.purpose): rule for rule in rules}
    return lambda payer, purpose: by_place.get((payer, purpose)) or by_place.get(("", purpose))


def _found(rules: Sequence[PayerRule], payer_id: str, purpose: Purpose) -> PayerRule | None:
    return next((r for r in rules if (r.payer_id, r.purpose) == (payer_id, purpose)), None)


def _seen(rule: PayerRule | None) -> Seen:
    return (rule.days, rule.source, rule.confidence) if rule else None


def _words(rule: PayerRule | None) -> str:
    return f"{rule.days} days ({rule.confidence})" if rule else "none of its own"
