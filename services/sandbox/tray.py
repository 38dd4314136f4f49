"""Check-in forms on their way: each version shows in the chart once its moment has come."""

from bisect import insort
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.sandbox.charts import Chart
from services.sandbox.shapes import Json, moment

FORM = "QuestionnaireResponse"


@dataclass(frozen=True)
class Version:
    """One version of a form, and what a careful reader would find in it."""

    form: Json
    truth: Json = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """When it was authored."""
        return moment(self.form["authored"])

    @property
    def number(self) -> int:
        """Which version it is, from 1."""
        return number_of(self.form)


@dataclass
class Tray:
    """Versions that are still to come, soonest first, and the truth of those that have."""

    waiting: list[Version] = field(default_factory=list)
    truths: dict[str, Json] = field(default_factory=dict)
    filed: int = 0

    def expect(self, version: Version) -> None:
        """Let a version come at its moment."""
        insort(self.waiting, version, key=lambda v: v.at)

    def due(self, now: datetime) -> list[Version]:
        """Take out the versions whose moment has come, oldest first."""
        count = sum(1 for version in self.waiting if version.at <= now)
        come, self.waiting = self.waiting[:count], self.waiting[count:]
        return come

    def file(self, version: Version) -> None:
        """Remember the truth of a version that now shows; of one made by hand there is none."""
        self.truths.pop(version.form["id"], None)
        if version.truth:
            self.truths[version.form["id"]] = version.truth
        self.filed += 1

    def drop_known(self, chart: Chart) -> None:
        """Expect no version again that the last run has already seen."""
        self.waiting = [
            v for v in self.waiting if v.number > number_of(chart.get(FORM, v.form["id"]))
        ]

    def hand_over(self, patient: str, into: str) -> None:
        """Forms of a retired *patient* that are still to come will come as the survivor's."""
        subject = {"reference": into}
        self.waiting = [
            replace(v, form={**v.form, "subject": subject})
            if v.form["subject"]["reference"] == patient
            else v
            for v in self.waiting
        ]


def number_of(form: Json | None) -> int:
    """Which version of a form this is; 0 for none."""
    return int(form.get("meta", {}).get("versionId", "1")) if form else 0
