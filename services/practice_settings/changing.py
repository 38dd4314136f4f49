"""Changing a practice's options: seen first, checked, compared, kept as a version, taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from db.kept_words import closed_before
from db.option_versions import OptionVersion, OptionVersions
from db.payer_rules import BilledPayers
from db.pool_use import in_pool
from db.practices import Practice
from db.staff import StaffList
from services.allowances import words_kept
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.options import PracticeOptions, options_of
from services.practice_settings import clocks
from services.practice_settings.checks import check
from services.practice_settings.clocks import TIMED, Due
from services.practice_settings.fields import FIELDS, Difference, differences, told
from services.settings import Settings

READ, EDIT, REVERT = "settings.read", "settings.edit", "settings.revert"
CHANGED = "Somebody changed {what} since you opened this page. Please look at it again."


@dataclass(frozen=True)
class Change:
    """Options as somebody wants them, by name, and all options as they were on the screen."""

    wanted: Mapping[str, Any]
    seen: PracticeOptions


@dataclass(frozen=True)
class Effect:
    """What a change would do: each difference in words, and what becomes of due times.

    The words of ``destroyed`` closed items would be out of reach for good after the next sweep.
    """

    differences: tuple[Difference, ...]
    due: Due = field(default_factory=Due)
    destroyed: int = 0


@dataclass(frozen=True)
class Version:
    """One change of the past. ``undone`` when its options do not stand as it left them."""

    number: int
    at: datetime
    by: str
    told: str
    undoes: int | None
    stands: bool


@dataclass(frozen=True)
class Shown:
    """The practice's options as of now, the last changes, newest first, and whom it bills."""

    practice: Practice
    options: PracticeOptions
    number: int
    versions: tuple[Version, ...]
    payers: tuple[tuple[str, str], ...] = ()


def shown(container: Container, actor: Actor) -> Shown:
    """The options with their history. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(READ, "see the practice's settings")
        practice, versions = _practice(desk), desk.open(OptionVersions)
        names = desk.open(StaffList).names()
        newest = versions.newest()
        return Shown(
            practice=practice,
            options=options_of(practice),
            number=newest[0].number if newest else 0,
            payers=_payers(desk),
            versions=tuple(
                Version(
                    number=one.number,
                    at=one.created_at,
                    by=names.get(one.staff_id, "somebody") if one.staff_id else "the house",
                    told=one.told,
                    undoes=one.undoes,
                    stands=_stands(practice, one),
                )
                for one in newest
            ),
        )


def _payers(desk: Desk) -> tuple[tuple[str, str], ...]:
    named = desk.open(BilledPayers).named()
    named.pop("", None)
    return tuple(sorted(named.items(), key=lambda one: one[1].casefold()))


def effect(container: Container, actor: Actor, change: Change) -> Effect:
    """What *change* would do; it changes nothing. Raises ``NotAllowed``, ``Invalid`` or ``Stale``."""
    with looking(container, actor) as desk:
        desk.require(EDIT, "change the practice's settings")
        now = options_of(_practice(desk))
        then = _checked(desk, now, _wanted(now, change))
        fields = _changed(now, then)
        due = clocks.moved(desk, then) if TIMED & set(fields) else []
        gone = _destroyed(desk, container.settings, now, then)
        return Effect(differences(now, then), clocks.counted(due, desk.now), gone)


def _destroyed(desk: Desk, settings: Settings, now: PracticeOptions, then: PracticeOptions) -> int:
    kept = words_kept(settings, then)
    if kept >= words_kept(settings, now):
        return 0
    return closed_before(desk.session, desk.practice_id, desk.now - kept)


@managed(EDIT, "Save these settings")
def save(desk: Desk, change: Change) -> Deed[Effect]:
    """Keep the settings; they count everywhere from the next click and the next job on.

    Raises ``Invalid`` for what cannot be kept, and ``Stale`` where somebody changed it meanwhile.
    """
    practice = _practice(desk, locked=True)
    now = options_of(practice)
    then = _checked(desk, now, _wanted(now, change))
    stored = then.model_dump(mode="json")
    after = {name: stored[name] for name in _changed(now, then)}
    return _keep(desk, practice, then, after)


@managed(REVERT, "Take this change back")
def revert(desk: Desk, number: int) -> Deed[Effect]:
    """Put back what stood before this change; it is a change of its own, on record.

    Raises ``Stale`` when one of its settings was changed again since.
    """
    version = desk.open(OptionVersions).numbered(number)
    if version is None:
        raise Invalid("There is no such change.")
    practice = _practice(desk, locked=True)
    if not _stands(practice, version):
        raise Stale("These settings were changed again since. Take the later change back first.")
    now = options_of(practice)
    then = _checked(desk, now, _with(practice, version.before))
    return _keep(desk, practice, then, version.before, undoes=number)


def _keep(
    desk: Desk, practice: Practice, then: PracticeOptions, after: Mapping[str, Any],
    undoes: int | None = None,
) -> Deed[Effect]:  # fmt: skip
    now, versions = options_of(practice), desk.open(OptionVersions)
    found = differences(now, then)
    due = clocks.moved(desk, then) if TIMED & after.keys() else []
    words = "; ".join(told(found))
    version = versions.add(
        OptionVersion(
            practice_id=desk.practice_id, created_at=desk.now, number=versions.last_number() + 1,
            staff_id=desk.actor.staff_id, told=words, undoes=undoes, after=dict(after),
            before={name: practice.options.get(name) for name in after},
        )
    )  # fmt: skip
    practice.options = _stored(practice, after)
    clocks.keep(desk, due)
    how = f"version {version.number}: {words}"
    return Deed(version.ref, how, Effect(found, clocks.counted(due, desk.now)))


def _wanted(now: PracticeOptions, change: Change) -> Mapping[str, Any]:
    """All options as they would be. Raises ``Invalid`` or ``Stale``."""
    if unknown := change.wanted.keys() - FIELDS.keys():
        raise Invalid(f"There is no setting {', '.join(sorted(unknown))}.")
    for name in change.wanted:
        if getattr(now, name) != getattr(change.seen, name):
            raise Stale(CHANGED.format(what=name.replace("_", " ")))
    return now.model_dump() | dict(change.wanted)


def _with(practice: Practice, stored: Mapping[str, Any]) -> Mapping[str, Any]:
    options = {"timezone": practice.timezone} | _stored(practice, stored)
    return PracticeOptions.model_validate(options).model_dump()


def _checked(desk: Desk, now: PracticeOptions, wanted: Mapping[str, Any]) -> PracticeOptions:
    try:
        then = PracticeOptions.model_validate(wanted)
    except ValidationError as error:
        names = sorted({str(fault["loc"][0]).replace("_", " ") for fault in error.errors()})
        raise Invalid(f"This cannot be used: {', '.join(names)}.") from None
    fields = _changed(now, then)
    if not fields:
        raise Invalid("Nothing is different from what is set already.")
    check(then, fields)
    for pool in now.pools.keys() - then.pools.keys():
        _require_empty(desk, pool, now.pools[pool])
    return then


def _require_empty(desk: Desk, pool: str, name: str) -> None:
    if held := in_pool(desk.session, desk.practice_id, pool):
        what = ", ".join(f"{count} {kind}" for kind, count in held.items())
        raise Invalid(f"{name} still has {what}. Please pass them on before it goes.")


def _changed(now: PracticeOptions, then: PracticeOptions) -> Sequence[str]:
    return [name for name in FIELDS if getattr(now, name) != getattr(then, name)]


def _stored(practice: Practice, changes: Mapping[str, Any]) -> dict[str, Any]:
    every = practice.options | dict(changes)
    return {name: value for name, value in every.items() if value is not None}


def _stands(practice: Practice, version: OptionVersion) -> bool:
    return all(practice.options.get(name) == value for name, value in version.after.items())


def _practice(desk: Desk, *, locked: bool = False) -> Practice:
    return desk.session.get_one(
        Practice, desk.practice_id, with_for_update=locked or None, populate_existing=locked
    )
