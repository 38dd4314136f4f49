"""Who or what in a pilot is compared with their own past, and which facts are theirs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import numpy as np

from db.fact_sources import TrailSource
from db.facts import MetricFact, MetricFacts, Mode
from db.note_preferences import NotePreferences
from db.places import Places
from services.desk import Desk
from services.metrics.loading import Loaded, Narrow
from services.metrics.report import Span
from services.metrics.samples import Sample, Samples
from services.rollout.verdicts.pilots import Member, Pilot
from services.rollout.verdicts.table import Looked

FEW = 8  # people; of more only the place they work at is compared
LONGEST = 90  # days on each side
EARLIER = timedelta(days=30)  # an item is decided some time before its last fact


@dataclass(frozen=True)
class Unit:
    """One person, or one place: ``span`` is since the pilot began for them.

    ``narrow`` says which facts are theirs by the place; ``worker`` those of whose items, as the
    trail tells it.
    """

    name: str
    span: Span
    narrow: Narrow
    worker: str = ""
    is_person: bool = True

    @property
    def days(self) -> Span:
        """All days looked at: the span and as many before it."""
        return Span(self.span.before.first, self.span.last)


def units(desk: Desk, pilot: Pilot, looked: Looked) -> tuple[tuple[Unit, ...], tuple[str, ...]]:
    """Those compared, by name, and the names of people whose work cannot be told apart."""
    here = whole(desk, pilot)
    if not pilot.members or len(pilot.members) > FEW:
        return (here,), ()
    found = {member.name: _person(desk, pilot, member, here, looked) for member in pilot.members}
    people = tuple(unit for unit in found.values() if unit)
    unknown = tuple(name for name, unit in found.items() if unit is None)
    return (people or (here,)), unknown


def whole(desk: Desk, pilot: Pilot) -> Unit:
    """The place of the pilot, with everybody there."""
    place = desk.open(Places).by_ref().get(pilot.scope)
    narrow = replace(Narrow(), **{place.kind: place.ehr_ref}) if place else Narrow()
    name = place.name if place else "Whole practice"
    return Unit(name, _span(desk, pilot.began, pilot.ended), narrow, is_person=False)


def samples(desk: Desk, unit: Unit, loaded: Loaded, looked: Looked) -> Samples:
    """The facts of one unit, before and since."""
    return _worked(desk, unit, looked) if unit.worker else loaded.samples(unit.narrow)


def _person(desk: Desk, pilot: Pilot, member: Member, here: Unit, looked: Looked) -> Unit | None:
    """A provider by their visits and messages; anybody else by what they decided."""
    span = _span(desk, member.since, pilot.ended)
    preference = desk.open(NotePreferences).of(member.id)
    if preference and preference.provider:
        return Unit(member.name, span, replace(here.narrow, provider=preference.provider))
    if looked.by:
        return Unit(member.name, span, here.narrow, worker=f"staff/{member.id}")
    return None


def _span(desk: Desk, since: datetime, until: datetime | None) -> Span:
    zone = desk.options.zone
    last = (until or desk.now).astimezone(zone).date()
    first = since.astimezone(zone).date()
    return Span(max(first, last - timedelta(days=LONGEST - 1)), last)


def _worked(desk: Desk, unit: Unit, looked: Looked) -> Samples:
    """What somebody decided, as the trail tells it: no fact carries a person's name."""
    begin = datetime.combine(unit.days.first, time(), desk.options.zone) - EARLIER
    subjects = desk.open(TrailSource).decided(unit.worker, looked.by, begin)
    mine = [fact for fact in desk.open(MetricFacts).about(subjects) if _counts(fact, unit)]
    return Samples({kind: _sample(f for f in mine if f.kind == kind) for kind in looked.kinds})


def _counts(fact: MetricFact, unit: Unit) -> bool:
    here = all(getattr(fact, name) == value for name, value in unit.narrow.places.items())
    return here and unit.days.first <= fact.day <= unit.days.last


def _sample(facts: Iterable[MetricFact]) -> Sample:
    ordered = sorted(facts, key=lambda fact: (fact.day, fact.at, fact.id))
    return Sample(
        np.array([fact.value for fact in ordered], np.int64),
        np.array([fact.day.toordinal() for fact in ordered], np.int32),
        np.array([fact.mode is Mode.ON for fact in ordered], np.bool_),
    )
