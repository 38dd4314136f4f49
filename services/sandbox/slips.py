"""Whose form it is, and what a slip is: one thing people do to a form that a careful reader must notice."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from services.sandbox.facts import age_of
from services.sandbox.registered import ADULT
from services.sandbox.shapes import Json
from services.sandbox.sheet import Sheet


@dataclass(frozen=True)
class Person:
    """Whose form it is, and the day it is filled in."""

    patient: Json
    today: date

    @property
    def minor(self) -> bool:
        """Is this a child?"""
        return age_of(self.patient, self.today) < ADULT


# Changes the sheet, or says that it does not suit this person.
Slip = Callable[[Sheet, Person, random.Random], bool]
