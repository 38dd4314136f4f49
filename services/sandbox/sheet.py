"""A form being filled in: what the patient says, beside what a careful reader would take from it."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from services.sandbox.questionnaire import QUESTIONS
from services.sandbox.shapes import Json


@dataclass
class Sheet:
    """*answers* by linkId; *fields* by path, ``None`` for what cannot be known; *edits* say why it differs.

    *places* are the linkIds the fields stand at.
    """

    answers: Json = field(default_factory=dict)
    fields: dict[str, str | None] = field(default_factory=dict)
    edits: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def copy(self) -> "Sheet":
        """Another sheet that says the same."""
        return deepcopy(self)

    def say(
        self, link: str, said: Any, path: str = "", value: str | None = "", why: str = ""
    ) -> None:
        """Answer a question. *value* is its normal form where that is not what is *said*."""
        if said in ("", None):
            return
        self.answers[link] = said
        if path:
            self.fields[path] = str(said) if value == "" else value
            self.places[path] = link
            self.mark(path, why)

    def again(self, link: str, said: str, why: str = "formatted") -> None:
        """Say the same thing in another way: the field stays as it is."""
        if link in self.answers:
            self.answers[link] = said
            for path in (p for p, place in self.places.items() if place == link):
                self.mark(path, why)

    def add(self, group: str, path: str, row: dict[str, str], why: str = "") -> int:
        """One more row of a repeating *group*; its fields are ``path[n].name``. Where it stands."""
        rows = self.answers.setdefault(group, [])
        rows.append({f"{group}.{name}": said for name, said in row.items() if said})
        return self.know(path, row, group, why)

    def know(self, path: str, row: dict[str, str], place: str, why: str = "") -> int:
        """One more entry of a list of fields, said at *place*; its index."""
        number = self.count(path)
        for name, said in row.items():
            if said:
                entry = f"{path}[{number}].{RENAMED.get(name, name)}"
                self.fields[entry], self.places[entry] = said, place
                self.mark(entry, why)
        return number

    def know_one(self, path: str, said: str, place: str, why: str = "") -> None:
        """One more entry of a list of plain fields such as ``problems``."""
        entry = f"{path}[{self.count(path)}]"
        self.fields[entry], self.places[entry] = said, place
        self.mark(entry, why)

    def count(self, path: str) -> int:
        """How many entries of a list there are."""
        return len({p.partition("]")[0] for p in self.fields if p.startswith(f"{path}[")})

    def mark(self, path: str, why: str) -> None:
        """Remember why *path* is not what the chart has."""
        if why:
            self.edits[path] = why

    def forget(self, link: str) -> None:
        """Take an answer back, with what it meant."""
        self.answers.pop(link, None)
        for path in [p for p, place in self.places.items() if place == link]:
            self.fields.pop(path)
            self.places.pop(path)
            self.edits.pop(path, None)

    def leave_out(self, link: str, path: str) -> None:
        """The chart has it, the form does not say it."""
        if link in self.answers:
            self.forget(link)
            self.edits[path] = "missing"

    def without_groups(self, dropped: tuple[str, ...]) -> "Sheet":
        """The same form with some of its outermost groups not yet answered."""
        rest = self.copy()
        for link in [link for link in self.answers if outermost(link) in dropped]:
            rest.forget(link)
        return rest

    def truth(self) -> Json:
        """What a careful reader would find: ``fields`` and ``edits``."""
        return {"fields": dict(self.fields), "edits": dict(self.edits)}


# A question's name where the field has another.
RENAMED = {"severity": "criticality"}


def outermost(link: str) -> str:
    """The outermost group a question stands in."""
    while link in QUESTIONS and QUESTIONS[link].parent:
        link = QUESTIONS[link].parent
    return link
